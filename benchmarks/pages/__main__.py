"""``python -m benchmarks.pages``: the plugin's pages at 400 datasets times 1,000 nights; seconds of each answer.

The pages come from a real Airflow API server's app, asked by a client that is signed in; the ledger's Postgres is the
embedded one. The first request of a process is told apart: it imports what later ones have.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.machine import code_version, describe_machine
from benchmarks.measure import measured
from benchmarks.pages import asking, seeding
from headwater.local.postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "pages.json"
LIMIT = 0.5
"""Seconds within which each page should answer."""


def main() -> None:
    """Measure and write ``benchmarks/results/pages.json``."""
    parser = argparse.ArgumentParser(prog="benchmarks.pages", description=__doc__)
    parser.add_argument("--datasets", type=int, default=400)
    parser.add_argument("--nights", type=int, default=1_000)
    parser.add_argument("--checks", type=int, default=50, help="checks of each validation")
    parser.add_argument("--repetitions", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        Path(folder).chmod(0o755)  # Postgres runs as another account
        postgres = EmbeddedPostgres(Path(folder) / "postgres", durable=False, port=0)
        postgres.start()
        try:
            postgres.create_database("pages")
            url = postgres.url("pages")
            size = (arguments.datasets, arguments.nights, arguments.checks)
            stored = measured(seeding.fill, url, *size).result
            home = Path(folder) / "airflow"
            home.mkdir()
            places = {"ledger": url, "store": (Path(folder) / "store").as_uri()}
            answers = measured(asking.ask, str(home), str(ROOT), places, arguments.repetitions).result
        finally:
            postgres.stop()
    report = {
        "machine": describe_machine(),
        "code": code_version(),
        "datasets": arguments.datasets,
        "nights": arguments.nights,
        "stored": stored,
        "repetitions": arguments.repetitions,
        "limit_seconds": LIMIT,
        "answers": answers,
    }
    RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(stored))
    for name, each in answers.items():
        seconds = f"{each['seconds']:>7.3f} s  slowest {each['slowest_seconds']:>7.3f} s"
        print(f"{name:<30} {seconds}  {each['bytes']:>8,} bytes")


if __name__ == "__main__":
    main()
