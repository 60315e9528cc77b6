"""The whole battery on 1,000,000 synthetic rows against 30,000 real ones: CPU seconds and peak memory.

A task of a night does just this: it reads the rows, fits the yardstick on the anchor, reads both baselines that were
drawn before, and judges. It runs in a process of its own, imports included. Beside it stands sdmetrics' QualityReport,
what the field judges with today, on the same rows.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyarrow import parquet

from benchmarks.machine import describe_machine
from benchmarks.measure import measured
from headwater.checks.baseline import Baseline, Kind, draw
from headwater.checks.judge import Judge
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.checks.rows import Rows
from headwater.spec.contract import Contract
from headwater.tables.frames import from_arrow, to_arrow
from headwater.tables.schema import TableSchema

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results" / "battery.json"
TABLE, SEED = "census", 30
ANCHOR_SHARE = 0.2


def write_rows(folder: str, rows: int, real: int) -> None:
    """Real rows, the batch of a generator that learned from them, and both baselines, as files."""
    from benchmarks.detection.worlds import world
    from headwater.chain.baselines import CERTIFICATE_FACTOR
    from headwater.generators.registry import create

    of, places = world(TABLE), Path(folder)
    (places / "schema.json").write_text(of.schema.model_dump_json())
    held = round(ANCHOR_SHARE * real)
    anchor, train = of.split((held, real - held), SEED)
    generator = create("trees", {}, ()).fit(train, of.schema, SEED)
    for name, frame in (("anchor", anchor), ("train", train), ("batch", generator.sample(rows, SEED))):
        parquet.write_table(to_arrow(frame, of.schema), places / f"{name}.parquet")
    prepared = _prepared(places)
    made = prepared.yardstick.code(generator.sample(CERTIFICATE_FACTOR * prepared.n, SEED + 1))
    rows_of: dict[Kind, Rows] = {"noise_floor": prepared.train, "certificate": made}
    for kind, honest in rows_of.items():
        (places / kind).write_bytes(draw(prepared, honest, kind=kind, subject=TABLE).to_bytes())


def judge_rows(folder: str) -> dict[str, Any]:
    """Judge the batch, as a night's task does."""
    places, clock = Path(folder), _Clock()
    batch = _read(places, "batch")
    clock.split("read")
    prepared = _prepared(places)
    kinds: tuple[Kind, ...] = ("noise_floor", "certificate")
    floor, own = (Baseline.from_bytes((places / kind).read_bytes(), kind, TABLE) for kind in kinds)
    clock.split("prepare")
    results = Judge(prepared, floor, own, np.zeros(0, np.uint64)).results(batch)
    clock.split("judge")
    if any(result.error for result in results):
        raise RuntimeError(f"checks broke: {[result.error for result in results if result.error]}")
    failed = [result.name for result in results if not result.passed]
    return {**clock.found(), "judged_rows": prepared.n, "checks": len(results), "failed": failed}


def report_quality(folder: str) -> dict[str, Any]:
    """The same rows, judged by sdmetrics' QualityReport."""
    from sdmetrics.reports.single_table import QualityReport

    places, clock = Path(folder), _Clock()
    columns = {column.name: {"sdtype": column.sdtype} for column in _schema(places).columns}
    real, batch = _read(places, "train"), _read(places, "batch")
    clock.split("read")
    report = QualityReport()
    report.generate(real, batch, {"columns": columns}, verbose=False)
    clock.split("judge")
    return {**clock.found(), "score": report.get_score()}


class _Clock:
    """CPU seconds of this process, part by part; the first part is all that was before, imports among it."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {"imports": time.process_time()}

    def split(self, name: str) -> None:
        self.parts[name] = time.process_time() - sum(self.parts.values())

    def found(self) -> dict[str, Any]:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return {"cpu_seconds": usage.ru_utime + usage.ru_stime, "parts": self.parts}


def _schema(places: Path) -> TableSchema:
    return TableSchema.model_validate_json((places / "schema.json").read_text())


def _read(places: Path, name: str) -> pd.DataFrame:
    return from_arrow(parquet.read_table(places / f"{name}.parquet"), _schema(places))


def _prepared(places: Path) -> Prepared:
    anchor = _read(places, "anchor")
    reference = Reference(_schema(places), _read(places, "train"), anchor, Contract(), ("salary",), SEED, ("sex",))
    return Prepared.of(reference, reference.judge_rows(len(anchor)))


def summed_up(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of the seconds, the largest peak; everything else as the first run had it."""
    parts = {name: round(statistics.median(run["parts"][name] for run in runs), 2) for name in runs[0]["parts"]}
    return {
        **runs[0],
        "cpu_seconds": round(statistics.median(run["cpu_seconds"] for run in runs), 2),
        "slowest_cpu_seconds": round(max(run["cpu_seconds"] for run in runs), 2),
        "parts": parts,
        "peak_mb": round(max(run["peak_mb"] for run in runs), 1),
        "repetitions": len(runs),
    }


def main() -> None:
    """Measure and write ``benchmarks/results/battery.json``."""
    parser = argparse.ArgumentParser(prog="benchmarks.battery", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="synthetic rows")
    parser.add_argument("--real", type=int, default=30_000, help="real rows, anchor among them")
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()
    runs: dict[str, list[dict[str, Any]]] = {"battery": [], "quality_report": []}
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        measured(write_rows, folder, arguments.rows, arguments.real)
        for _ in range(arguments.repetitions):
            for name, call in (("battery", judge_rows), ("quality_report", report_quality)):
                one = measured(call, folder)
                runs[name].append({**one.result, "peak_mb": one.peak_mb})
    battery, beside = (summed_up(runs[name]) for name in ("battery", "quality_report"))
    report = {
        "machine": describe_machine(),
        "table": TABLE,
        "rows": arguments.rows,
        "real_rows": arguments.real,
        "battery": battery,
        "quality_report": beside,
        "ratio": round(battery["cpu_seconds"] / beside["cpu_seconds"], 3),
    }
    RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    for name in ("battery", "quality_report"):
        one = report[name]
        print(f"{name:<16} {one['cpu_seconds']:>7.1f} CPU s  {one['peak_mb']:>7,.0f} MB  {one['parts']}")


if __name__ == "__main__":
    main()
