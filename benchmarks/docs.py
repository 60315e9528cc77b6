"""Data Docs at 10,000 stored results: publishing one more page, opening the index; column rules on a million rows.

Each figure comes from a process of its own. Beside them stand Great Expectations' stock ways: one more result with
its index, at a few hundred stored results; the same rules with its own pandas engine, on a tenth of the rows.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.data_docs import filling, opening, publishing, rules, stock
from benchmarks.machine import describe_machine
from benchmarks.measure import measured
from benchmarks.pipeline import ROOT, bench_spec, fresh_places, stage
from headwater.local.postgres import EmbeddedPostgres

RESULTS = ROOT / "benchmarks" / "results" / "docs.json"
ROWS = 20_000
FIRST = date(2026, 1, 1)
"""The night whose validation is copied; all copies are of days before it."""


def planned(places: dict[str, str], spec_json: str, day: date) -> str:
    """Open the batch of a day; returns its id."""
    from headwater.chain.house import House
    from headwater.chain.produce import plan
    from headwater.ledger import Ledger
    from headwater.spec import DatasetSpec
    from headwater.store import Store

    house = House(Ledger(places["ledger"]), Store(places["store"]), lambda _: places["source"], "bench")
    return plan(house, DatasetSpec.model_validate_json(spec_json), day).batch_id


def published(places: dict[str, str], spec_json: str, first: date, repetitions: int) -> list[dict[str, Any]]:
    """So many nights, produced and validated, each in a process of its own."""
    found = []
    for number in range(repetitions):
        batch = measured(planned, places, spec_json, first + timedelta(days=number)).result
        measured(stage, "produce", places, spec_json, batch, 0)
        found.append(measured(publishing.publish_one, places, spec_json, batch).result)
    return found


def measure_docs(postgres: EmbeddedPostgres, folder: str, results: int, repetitions: int) -> dict[str, Any]:
    """Publishing with an empty ledger, the filling, publishing again, then the index."""
    places = fresh_places(postgres, folder, 0)
    spec = bench_spec(ROWS)
    text = spec.model_dump_json(by_alias=True)
    snapshot = measured(stage, "acquire", places, text).result
    measured(stage, "profile", places, text, snapshot)
    trained = measured(stage, "train", places, text, snapshot, spec.candidates[0].label).result
    measured(stage, "promote", places, text, snapshot, [trained])
    before = published(places, text, FIRST, repetitions)
    page = Path(folder) / "store_0" / before[0]["docs_key"]
    validations, checks = measured(filling.fill, places["ledger"], before[0]["validation_id"], results).result
    pages = filling.fill_store(Path(folder) / "store_0", places["ledger"], page)
    after = published(places, text, FIRST + timedelta(days=repetitions), repetitions)
    asked = ("airflow", str(ROOT), places, "neighbours.coverage", 2 * repetitions + 1)
    home = Path(folder) / asked[0]
    home.mkdir()
    index = measured(opening.open_index, str(home), *asked[1:]).result
    return {
        "table": spec.dataset,
        "stored_validations": validations,
        "stored_checks": checks,
        "stored_pages": pages,
        "page_bytes": page.stat().st_size,
        "publish": {"empty ledger": _summary(before), "full ledger": _summary(after)},
        "index": index,
    }


def measure_rules(rows: int, repetitions: int) -> list[dict[str, Any]]:
    """Ours on all rows and on a tenth, the stock engine's ways on a tenth, in turn."""
    runs: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for _ in range(repetitions):
        for engine, size in (("counting", rows), *((engine, rows // 10) for engine in rules.ENGINES)):
            one = measured(rules.run_rules, size, engine)
            runs.setdefault((engine, size), []).append({**one.result, "peak_mb": one.peak_mb})
    return [
        {
            **one[0],
            **{name: round(statistics.median(run[name] for run in one), 3) for name in ("cpu_seconds", "seconds")},
            "peak_mb": round(max(run["peak_mb"] for run in one), 1),
            "repetitions": len(one),
        }
        for one in runs.values()
    ]


def _summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of the seconds, and the slowest publishing."""
    names = [name for name in runs[0] if name.endswith("seconds")]
    found: dict[str, Any] = {name: round(statistics.median(run[name] for run in runs), 3) for name in names}
    slowest = max(run["publish_seconds"] for run in runs)
    return {**found, "slowest_publish_seconds": round(slowest, 3), "repetitions": len(runs)}


def main() -> None:
    """Measure and write ``benchmarks/results/docs.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, default=10_000, help="stored validations")
    parser.add_argument("--stock-results", type=int, default=500, help="stored results of stock Great Expectations")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows for the column rules")
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres", port=0)
        postgres.start()
        try:
            docs = measure_docs(postgres, folder, arguments.results, arguments.repetitions)
        finally:
            postgres.stop()
        beside = Path(folder) / "stock"
        beside.mkdir()
        seconds = measured(stock.publish_stock, str(beside), arguments.stock_results, arguments.repetitions).result
    docs["stock_publish"] = {
        "stored_validations": arguments.stock_results,
        "publish_seconds": round(statistics.median(seconds), 3),
        "repetitions": len(seconds),
    }
    ours = docs["publish"]["full ledger"]["publish_seconds"]
    docs["publish_ratio_to_stock"] = round(ours / docs["stock_publish"]["publish_seconds"], 4)
    report = {
        "machine": describe_machine(),
        "docs": docs,
        "rules": measure_rules(arguments.rows, arguments.repetitions),
    }
    RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    print_report(report)


def print_report(report: dict[str, Any]) -> None:
    """The figures as lines that a person reads."""
    docs = report["docs"]
    print(f"{docs['stored_validations']:,} stored validations, {docs['stored_checks']:,} checks; medians (slowest)")
    for name, one in docs["publish"].items():
        slowest = one["slowest_publish_seconds"]
        print(f"  one more page, {name:<25} {one['publish_seconds']:>8.3f} s ({slowest:.3f})")
    beside = docs["stock_publish"]
    print(f"  stock page and index at {beside['stored_validations']:<16} {beside['publish_seconds']:>8.3f} s")
    for name, one in docs["index"].items():
        print(f"  index, {name:<33} {one['seconds']:>8.3f} s ({one['slowest_seconds']:.3f}), {one['found']:,} found")
    for one in report["rules"]:
        print(f"  {one['rules']} rules, {one['rows']:,} rows, {one['engine']:<17} {one['cpu_seconds']:>8.2f} CPU s")


if __name__ == "__main__":
    main()
