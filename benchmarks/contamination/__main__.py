"""``python -m benchmarks.contamination``: leaks planted into real snapshots, false alarms, and the scan's cost."""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from scipy.stats import beta

from benchmarks.contamination.case import SIZES, Case
from benchmarks.contamination.cost import join_rows, scan_rows, write_files
from benchmarks.contamination.ways import ROUNDING, WAYS
from benchmarks.machine import describe_machine
from benchmarks.measure import measured

RESULTS = Path(__file__).resolve().parents[1] / "results" / "contamination.json"
SHARES = (0.005, 0.05)
SCANS = 4
"""Honest snapshots, and such with unchanged leaked rows, of each history; of every other way one."""
ROWS, BATCHES, BATCH_ROWS, JOINED_BATCHES = 1_000_000, 100, 100_000, 10


def detection(table: str, kind: str, repetitions: int, way_repetitions: int) -> list[dict[str, Any]]:
    """Rows of the report for one table: every way and share.

    Honest snapshots and unchanged rows are scanned on ``repetitions`` histories of the table, every other way on the
    first ``way_repetitions`` of them.
    """
    found: dict[tuple[str, float], list[dict[str, Any]]] = {}
    for seed in range(repetitions):
        case = Case.of(table, kind, seed)
        has_numbers = any(column.sdtype == "numerical" for column in case.schema.learned)
        for name, way in (("honest", None), *WAYS.items()):
            is_main = name in ("honest", "unchanged")
            if (name in ROUNDING and not has_numbers) or not (is_main or seed < way_repetitions):
                continue
            for share in SHARES if way else (0.0,):
                for chance in range(SCANS if is_main else 1):
                    one = case.scan(way, share, 1_000 * seed + chance)
                    found.setdefault((name, share), []).append(one)
        print(f"{table}: history {seed + 1} of {repetitions}", flush=True)
    return [{"table": table, "generator": kind, **_summed(way, share, runs)} for (way, share), runs in found.items()]


def _summed(way: str, share: float, runs: list[dict[str, Any]]) -> dict[str, Any]:
    noticed, planted = sum(run["noticed"] for run in runs), sum(run["planted"] for run in runs)
    upper = float(beta.ppf(0.95, noticed + 1, len(runs) - noticed)) if noticed < len(runs) else 1.0
    return {
        "way": way,
        "share": share,
        "scans": len(runs),
        "noticed": noticed,
        "noticed_upper_95": round(upper, 4),
        "named_share": round(sum(run["named"] for run in runs) / planted, 4) if planted else None,
        "blamed_rows": sum(run["blamed"] for run in runs),
    }


def cost(repetitions: int) -> dict[str, Any]:
    """The scan of a large snapshot in processes of their own, medians, beside a join by pandas."""
    runs: dict[str, list[dict[str, Any]]] = {"scan": [], "join": []}
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        measured(write_files, folder, ROWS, BATCHES, BATCH_ROWS)
        size = sum(path.stat().st_size for path in Path(folder).glob("fingerprints-*.parquet"))
        for _ in range(repetitions):
            for name, call, batches in (("scan", scan_rows, BATCHES), ("join", join_rows, JOINED_BATCHES)):
                one = measured(call, folder, batches)
                runs[name].append({**one.result, "peak_mb": round(one.peak_mb, 1)})
    return {
        "rows": ROWS,
        "batches": BATCHES,
        "batch_rows": BATCH_ROWS,
        "fingerprint_mb": round(size / 2**20, 1),
        "repetitions": repetitions,
        "scan": _median(runs["scan"]),
        "join": {**_median(runs["join"]), "batches": JOINED_BATCHES},
    }


def _median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    parts = {name: round(statistics.median(run["parts"][name] for run in runs), 2) for name in runs[0].get("parts", {})}
    return {
        **runs[0],
        **({"parts": parts} if parts else {}),
        "cpu_seconds": round(statistics.median(run["cpu_seconds"] for run in runs), 2),
        "slowest_cpu_seconds": round(max(run["cpu_seconds"] for run in runs), 2),
        "peak_mb": max(run["peak_mb"] for run in runs),
    }


def main() -> None:
    """Measure and write ``benchmarks/results/contamination.json``; parts that are not run keep what they were."""
    parser = argparse.ArgumentParser(prog="benchmarks.contamination", description=__doc__)
    parser.add_argument("--tables", nargs="*", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--generator", default="trees")
    parser.add_argument("--repetitions", type=int, default=25, help="histories of each table")
    parser.add_argument("--way-repetitions", type=int, default=25, help="histories for rows that come back changed")
    parser.add_argument("--cost-repetitions", type=int, default=5, help="0 leaves the cost as it was measured before")
    arguments = parser.parse_args()
    report: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"rows": [], "cost": None}
    report["machine"] = describe_machine()
    for table in arguments.tables:
        rows = detection(table, arguments.generator, arguments.repetitions, arguments.way_repetitions)
        report["rows"] = [row for row in report["rows"] if row["table"] != table] + rows
        RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    if arguments.cost_repetitions:
        report["cost"] = cost(arguments.cost_repetitions)
    RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    for row in report["rows"]:
        print(
            f"{row['table']:<8} {row['way']:<18} {row['share']:<6} {row['noticed']}/{row['scans']} {row['named_share']}"
        )
    print(report["cost"])


if __name__ == "__main__":
    main()
