"""How often does the verdict find planted faults, and how often does it blame honest batches?

``make bench BENCH=detection`` writes ``benchmarks/results/detection.json`` and ``detection.md`` beside it. Each case (a
table at a size) runs in a process of its own, two at a time; a finished case is kept until the checks or the bench
change, so a run that was cut goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.detection.case import measure_case
from benchmarks.detection.report import page_of, summarise
from benchmarks.machine import describe_machine

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "detection.json"
PARTS = ROOT / "var" / "bench" / "detection"
CASES = (
    ("census", 2_000),
    ("cardio", 2_000),
    ("health", 2_000),
    ("census", 20_000),
    ("cardio", 20_000),
    ("health", 20_000),
)
HONEST = {2_000: 280, 20_000: 60}
DEPLOYMENTS = {2_000: 2, 20_000: 1}
REPETITIONS = 20


def main() -> None:
    """Run all cases that have no result yet, then put them together."""
    arguments = _arguments()
    if arguments.case:
        table, n = arguments.case
        run_case(table, int(n), Path(arguments.out))
        return
    folder = PARTS / _code_hash()
    folder.mkdir(parents=True, exist_ok=True)
    _run(sorted(CASES, key=lambda case: -case[1]), folder, arguments.processes)
    parts = [json.loads((folder / f"{table}-{n}.json").read_text()) for table, n in CASES]
    result = {**summarise(parts), "machine": describe_machine()}
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    RESULTS.with_suffix(".md").write_text(page_of(result))
    print(page_of(result))


def run_case(table: str, n: int, out: Path) -> None:
    """Measure one case and write it to ``out``."""
    started = time.monotonic()

    def say(words: str) -> None:
        print(f"[{time.monotonic() - started:6.0f} s] {table} {n:,}: {words}", flush=True)

    sizes = {"deployments": DEPLOYMENTS[n], "honest": HONEST[n], "repetitions": REPETITIONS}
    found = measure_case(table, n, **sizes, say=say)
    new = out.with_suffix(".new")
    new.write_text(json.dumps(found))
    new.replace(out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.detection", description=__doc__)
    parser.add_argument("--processes", type=int, default=2, help="cases at a time")
    parser.add_argument(
        "--case", nargs=2, metavar=("TABLE", "N"), help="measure this one only (used by the bench itself)"
    )
    parser.add_argument("--out", help="where the case's result goes")
    return parser.parse_args()


def _run(cases: list[tuple[str, int]], folder: Path, processes: int) -> None:
    waiting = [case for case in cases if not (folder / f"{case[0]}-{case[1]}.json").exists()]
    running: dict[tuple[str, int], subprocess.Popen[bytes]] = {}
    while waiting or running:
        while waiting and len(running) < processes:
            table, n = case = waiting.pop(0)
            out = folder / f"{table}-{n}.json"
            command = [sys.executable, "-m", "benchmarks.detection", "--case", table, str(n), "--out", str(out)]
            running[case] = subprocess.Popen(command, cwd=ROOT)
        time.sleep(1)
        for case, process in list(running.items()):
            if process.poll() is not None:
                del running[case]
                if process.returncode:
                    raise SystemExit(f"the case {case[0]} {case[1]:,} failed; see above")


def _code_hash() -> str:
    """Of everything that a case's result follows from."""
    digest = hashlib.sha256()
    for folder in ("include/headwater/checks", "include/headwater/generators/trees", "benchmarks/detection"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    main()
