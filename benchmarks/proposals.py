"""What ``make dataset`` writes for real tables, run through the chain unchanged: to a champion, and nights by it.

``make bench BENCH=proposals`` writes ``benchmarks/results/proposals.json``. The tables are the two of the demo, read
from Postgres, and every CSV of the folder that ``HEADWATER_BENCH_DATA`` names, whole. Nothing of a proposal is changed:
its candidates, its limits and its size of a batch are what a person gets who agrees to everything. What was found of a
table is kept below ``var/bench/proposals``; delete it to measure anew.

Belongs here: how many nights pass at the first look. Does not: rates of honest and of planted rows (``detection``).
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from statsmodels.stats.proportion import proportion_confint

from benchmarks.fidelity.tables import data_folder
from benchmarks.machine import code_version, describe_machine
from headwater.chain.acquire import acquire
from headwater.chain.house import House
from headwater.chain.produce import plan, produce
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.train import train
from headwater.chain.validate import validate
from headwater.checks.verdict import verdict
from headwater.ledger import Ledger
from headwater.ledger.migrate import migrate
from headwater.local.postgres import EmbeddedPostgres
from headwater.proposal.propose import propose
from headwater.sources.demo_tables import load_demo_tables
from headwater.spec import DatasetSpec, load_spec
from headwater.store import Store

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "proposals.json"
PARTS = ROOT / "var" / "bench" / "proposals"
DEMO = ("breast_cancer", "fair")
FIRST, NIGHTS = date(2026, 3, 1), 60


def sources() -> dict[str, str]:
    """What is proposed from, by the name of the dataset."""
    return {name: f"demo#source.{name}" for name in DEMO} | {
        path.stem: str(path) for path in sorted(data_folder().glob("*.csv"))
    }


def measure(name: str, source: str, nights: int = NIGHTS) -> dict[str, Any]:
    """Propose, retrain, and judge so many nights, in a house that is thrown away.

    Raises:
        HeadwaterError, RuntimeError: a step of the chain refused the proposal; that is what the bench looks for.
    """
    with tempfile.TemporaryDirectory(prefix="headwater-") as made:
        folder = Path(made)
        folder.chmod(0o755)  # Postgres runs as another user where this one is root
        server = EmbeddedPostgres(folder / "postgres", durable=False, port=0)
        server.start()
        try:
            server.create_database("bench")
            url = server.url("bench")
            load_demo_tables(url)
            migrate(url)
            ledger = Ledger(url)
            house = House(ledger, Store(f"file://{folder}/store"), lambda _: url, "bench")
            proposal = propose(source, name, connect=lambda _: url)
            path = folder / f"{name}.yaml"
            path.write_text(proposal.yaml, encoding="utf-8")
            found = _through(house, load_spec(path), nights)
            ledger.close()
        finally:
            server.stop()
    return {"table": name, "rows": proposal.rows, "unsure_of": len(proposal.questions), **found}


def _through(house: House, spec: DatasetSpec, nights: int) -> dict[str, Any]:
    """Retrain once, then judge nights; each as it was made, before anything is repaired."""
    snapshot = acquire(house, spec)
    profile(house, spec, snapshot)
    trained = [train(house, spec, snapshot, each.label) for each in spec.candidates]
    promoted = promote(house, spec, snapshot, trained)
    passed, failed = 0, Counter[str]()
    for day in range(nights if promoted.is_promoted else 0):
        planned = plan(house, spec, FIRST + timedelta(days=day))
        for shard in planned.shards:
            produce(house, spec, planned.batch_id, shard)
        judged = validate(house, spec, planned.batch_id)
        passed += judged.is_passed
        with house.ledger.transaction() as books:
            failed.update(verdict(books.validations.checks("validation", judged.validation_id)).failed)
    low, high = proportion_confint(passed, nights, method="beta")
    return {
        "columns": len(spec.columns),
        "constraints": len(spec.constraints),
        "targets": list(spec.targets),
        "batch_rows": spec.batch.rows,
        "contract": spec.contract.model_dump(mode="json", exclude_defaults=True),
        "promoted": promoted.is_promoted,
        "why": promoted.reason,
        "nights": nights,
        "passed": passed,
        "passed_share_95": [round(float(low), 4), round(float(high), 4)],
        "failed_checks": dict(failed),
    }


def measured(name: str, source: str) -> dict[str, Any]:
    """What was kept of the table, or is measured now, with the code that it is of."""
    kept = PARTS / f"{name}.json"
    if not kept.exists():
        code = code_version()
        beside = kept.with_suffix(".new")  # a half-written one would count as measured
        beside.write_text(json.dumps({**measure(name, source), "code": code}), encoding="utf-8")
        beside.replace(kept)
    found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Measure every table, two at a time: nothing here is timed."""
    wanted = sources()
    PARTS.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(max_workers=2) as pool:
        rows = list(pool.map(measured, wanted, wanted.values()))
    for row in rows:
        print(f"{row['table']}: {row['why']} {row['passed']} of {row['nights']} nights passed. {row['failed_checks']}")
    RESULTS.write_text(json.dumps({"tables": rows, "machine": describe_machine()}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
