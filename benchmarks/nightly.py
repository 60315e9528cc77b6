"""A whole night on a real Airflow: wall seconds from trigger to released, 20,000 rows.

The census table where its CSV exists, else the breast-cancer table. Several nights; the median counts.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from benchmarks.machine import describe_machine
from benchmarks.pipeline import CENSUS_CSV, ROOT
from headwater.local.airflow_api import AirflowApi, Run
from headwater.local.home import Home
from headwater.local.stack import Stack

RESULTS = ROOT / "benchmarks" / "results" / "nightly.json"
FIRST = date(2026, 1, 1)
RUN_SECONDS = 900


def main() -> None:
    """Measure and write ``benchmarks/results/nightly.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()
    table = "census" if CENSUS_CSV.exists() else "breast_cancer"
    os.environ["HEADWATER_CENSUS_CSV"] = str(CENSUS_CSV)
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        datasets = Path(folder) / "datasets"
        datasets.mkdir()
        spec = yaml.safe_load((ROOT / "include" / "datasets" / f"{table}.yaml").read_text())
        spec["batch"] = {"rows": arguments.rows, "shards": 2}
        (datasets / f"{table}.yaml").write_text(yaml.safe_dump(spec))
        stack = Stack(Home.at(var=Path(folder) / "var", datasets=datasets), api_port=0)
        try:
            row = measure(stack, table, arguments.repetitions)
        finally:
            stack.down()
    row = {"table": table, "rows": arguments.rows, **row}
    RESULTS.write_text(json.dumps({"machine": describe_machine(), "rows": [row]}, indent=2) + "\n")
    print(json.dumps(row))


def measure(stack: Stack, table: str, repetitions: int) -> dict[str, Any]:
    """One retraining, then ``repetitions`` nights of different dates."""
    address = stack.up()
    with AirflowApi(address.base_url, address.user, address.password) as api:
        retrain = finished(api, f"retrain__{table}", {})
        nights = [
            finished(api, f"nightly__{table}", {"batch_date": (FIRST + timedelta(days=day)).isoformat()})
            for day in range(repetitions)
        ]
    tasks: dict[str, list[float]] = {}
    for run, _ in nights:
        for task in run.tasks:
            tasks.setdefault(task.label, []).append(task.seconds or 0.0)
    return {
        "repetitions": repetitions,
        "nightly_seconds": round(statistics.median(seconds for _, seconds in nights), 1),
        "nightly_seconds_all": [round(seconds, 1) for _, seconds in nights],
        "tasks": {label: round(statistics.median(seconds), 1) for label, seconds in sorted(tasks.items())},
        "retrain_seconds": round(retrain[1], 1),
    }


def finished(api: AirflowApi, dag_id: str, conf: dict[str, str]) -> tuple[Run, float]:
    """Trigger, follow to the end, and say how many wall seconds that took.

    Raises:
        RuntimeError: the run failed.
    """
    api.wait_for_dag(dag_id)
    api.unpause(dag_id)
    while any(run["state"] in ("queued", "running") for run in api.call("GET", f"/dags/{dag_id}/dagRuns")["dag_runs"]):
        time.sleep(1)  # the schedule's own run, made when the DAG was let loose, must not be measured
    started = time.monotonic()
    run = api.follow(dag_id, api.trigger(dag_id, conf), RUN_SECONDS)
    if run.state != "success":
        raise RuntimeError(f"{dag_id} ended as {run.state}: {[(task.label, task.state) for task in run.tasks]}")
    return run, time.monotonic() - started


if __name__ == "__main__":
    main()
