"""The chain against SDV's own sampling: seconds and peak memory of every stage, for two sizes.

``chain_seconds`` is produce + validate + release, each in a fresh process with its imports; ``sdv_sample_seconds`` is
SDV GaussianCopula's ``sample`` call alone, import and fit not counted. Medians over the repetitions.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.machine import describe_machine
from benchmarks.measure import Measured, measured
from headwater.local.postgres import EmbeddedPostgres
from headwater.spec import CsvSource, DatasetSpec, load_spec

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "pipeline.json"
CENSUS_CSV = Path(os.environ.get("HEADWATER_CENSUS_CSV") or ROOT.parent / "shared" / "data" / "census_adult.csv")
SIZES = (20_000, 1_000_000)
NIGHT = date(2026, 1, 1)
CHAIN = ("produce", "validate", "release")


def stage(name: str, places: dict[str, str], spec_json: str, *arguments: Any) -> Any:
    """Run one stage of the chain; in a process of its own, which imports what that stage needs, as a task does."""
    from headwater.chain.house import House
    from headwater.ledger import Ledger
    from headwater.store import Store

    house = House(Ledger(places["ledger"]), Store(places["store"]), lambda _: places["source"], "bench")
    spec = DatasetSpec.model_validate_json(spec_json)
    if name == "plan":
        return importlib.import_module("headwater.chain.produce").plan(house, spec, NIGHT).batch_id
    result = getattr(importlib.import_module(f"headwater.chain.{name}"), name)(house, spec, *arguments)
    return result.validation_id if name == "validate" else result


def sdv_sample(places: dict[str, str], spec_json: str, snapshot_id: str, rows: int) -> float:
    """Seconds of SDV GaussianCopula's own ``sample(rows)`` after a fit on the same training rows."""
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    from headwater.chain import keys
    from headwater.store import Store

    spec = DatasetSpec.model_validate_json(spec_json)
    table = Store(places["store"]).read_table(keys.snapshot(spec.dataset, snapshot_id, "train")).to_pandas()
    synthesizer = GaussianCopulaSynthesizer(Metadata.detect_from_dataframes({"t": table}))
    synthesizer.fit({"t": table})
    started = time.perf_counter()
    synthesizer.sample(rows)
    return time.perf_counter() - started


def bench_spec(rows: int) -> DatasetSpec:
    """The census table where its CSV exists, else the breast-cancer table; trees only, one shard."""
    name = "census" if CENSUS_CSV.exists() else "breast_cancer"
    spec = load_spec(ROOT / "include" / "datasets" / f"{name}.yaml")
    changes: dict[str, Any] = {
        "candidates": tuple(each for each in spec.candidates if each.kind == "trees"),
        "batch": spec.batch.model_copy(update={"rows": rows, "shards": 1}),
    }
    if name == "census":
        changes["source"] = CsvSource(kind="csv", path=str(CENSUS_CSV))
    return spec.model_copy(update=changes)


def fresh_places(postgres: EmbeddedPostgres, folder: str, size: int) -> dict[str, str]:
    """A ledger and a store of their own for each size, so that nothing is found again."""
    postgres.create_database(f"bench_{size}")
    url = postgres.url(f"bench_{size}")
    measured(prepare, url)  # in another process: this one stays small, since its peak is its children's floor
    return {"ledger": url, "store": f"file://{folder}/store_{size}", "source": url}


def measure_size(places: dict[str, str], rows: int, repetitions: int) -> dict[str, Any]:
    """One row of the result: the preparation once, the chain and SDV in turn ``repetitions`` times."""
    spec = bench_spec(rows)
    text = spec.model_dump_json(by_alias=True)
    taken: dict[str, list[Measured]] = {}

    def run(name: str, *arguments: Any) -> Any:
        taken.setdefault(name, []).append(measured(stage, name, places, text, *arguments))
        return taken[name][-1].result

    snapshot = run("acquire")
    run("profile", snapshot)
    run("promote", snapshot, [run("train", snapshot, spec.candidates[0].label)])
    sdv: list[float] = []
    for _ in range(repetitions):
        batch = run("plan")
        run("produce", batch, 0)
        run("release", run("validate", batch))
        measured(forget, places, text)
        sdv.append(measured(sdv_sample, places, text, snapshot, rows).result)
    stages = {name: _summary(runs) for name, runs in taken.items()}
    chain = statistics.median(sum(taken[name][i].seconds for name in CHAIN) for i in range(repetitions))
    return {
        "table": spec.dataset,
        "rows": rows,
        "columns": len(spec.columns),
        "stages": stages,
        "chain_seconds": round(chain, 2),
        "chain_peak_mb": max(stages[name]["peak_mb"] for name in CHAIN),
        "sdv_sample_seconds": round(statistics.median(sdv), 2),
        "ratio": round(chain / statistics.median(sdv), 3),
        "repetitions": repetitions,
    }


def prepare(url: str) -> None:
    """Migrate a fresh database and load the demo's tables into it."""
    from headwater.ledger.migrate import migrate
    from headwater.sources.demo_tables import load_demo_tables

    migrate(url)
    load_demo_tables(url)


def forget(places: dict[str, str], spec_json: str) -> None:
    """Retire the batch, so that the next repetition releases it anew instead of recognising it."""
    from headwater.chain.house import House
    from headwater.chain.retire import retire
    from headwater.ledger import Ledger
    from headwater.store import Store

    house = House(Ledger(places["ledger"]), Store(places["store"]), lambda _: "", "bench")
    retire(house, DatasetSpec.model_validate_json(spec_json), date(2100, 1, 1))


def _summary(runs: list[Measured]) -> dict[str, float]:
    return {
        "seconds": round(statistics.median(run.seconds for run in runs), 2),
        "peak_mb": round(max(run.peak_mb for run in runs), 1),
    }


def main() -> None:
    """Measure and write ``benchmarks/results/pipeline.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--repetitions", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        postgres.start()
        try:
            rows = [
                measure_size(fresh_places(postgres, folder, size), size, arguments.repetitions)
                for size in arguments.rows
            ]
        finally:
            postgres.stop()
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": describe_machine(), "rows": rows}, indent=2) + "\n")
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
