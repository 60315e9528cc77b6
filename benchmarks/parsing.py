"""Parsing ``dags/`` with 400 datasets, and with one of their tasks about to start; beside importing Airflow's SDK.

Each figure is of a fresh Python process from its start to its end, imports included: CPU seconds and wall seconds,
medians of several. The datasets are copies of the shipped census spec. Belongs here: parsing as the dag processor and
the task runner do it. Does not: what Airflow does with the DAGs afterwards (serialization, its database).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import code_version, describe_machine

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "parsing.json"
SPEC = ROOT / "include" / "datasets" / "census.yaml"

# What `airflow.sdk` is to a DAG file: a DAG, an asset, a task.
SDK = "from airflow.sdk import DAG, Asset, task"
ALL = """
import os
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
assert not bag.import_errors, bag.import_errors
print(len(bag.dags))
"""
# As Airflow's task runner parses: the one file, within the context that names the DAG.
ONE = """
import os
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.sdk.definitions._internal.dag_parsing_context import _airflow_parsing_context_manager
dags = os.environ["AIRFLOW__CORE__DAGS_FOLDER"]
with _airflow_parsing_context_manager(dag_id="nightly__census_007", task_id="produce"):
    bag = BundleDagBag(
        dag_folder=dags + "/supply_chain.py", safe_mode=False, load_op_links=False, bundle_path=dags, bundle_name="dags"
    )
assert not bag.import_errors, bag.import_errors
print(len(bag.dags))
"""
WAYS = {"sdk": SDK, "all": ALL, "one_task": ONE}


def write_datasets(folder: Path, count: int) -> None:
    """``count`` specs ``census_NNN.yaml`` that differ in their names."""
    text = SPEC.read_text()
    for at in range(count):
        (folder / f"census_{at:03d}.yaml").write_text(text.replace("dataset: census", f"dataset: census_{at:03d}", 1))


def run(script: str, home: Path) -> dict[str, float]:
    """CPU seconds, wall seconds and what was counted, of a fresh process.

    Raises:
        RuntimeError: the process failed; the message holds the end of what it said.
    """
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "PYTHONPATH": str(ROOT / "include"),
        "HEADWATER_DATASETS": str(home / "datasets"),
    }
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(f"the parse failed:\n{done.stderr[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_seconds": cpu, "seconds": seconds, "dags": float((done.stdout.split() or ["0"])[-1])}


def summed_up(runs: list[dict[str, float]], alone: list[dict[str, float]]) -> dict[str, Any]:
    """Medians, the slowest, and how many times the CPU seconds of importing the SDK alone."""
    cpu = statistics.median(one["cpu_seconds"] for one in runs)
    return {
        "dags": int(runs[0]["dags"]),
        "cpu_seconds": round(cpu, 2),
        "slowest_cpu_seconds": round(max(one["cpu_seconds"] for one in runs), 2),
        "seconds": round(statistics.median(one["seconds"] for one in runs), 2),
        "slowest_seconds": round(max(one["seconds"] for one in runs), 2),
        "times_sdk": round(cpu / statistics.median(one["cpu_seconds"] for one in alone), 2),
    }


def main() -> None:
    """Measure and write ``benchmarks/results/parsing.json``."""
    parser = argparse.ArgumentParser(prog="benchmarks.parsing", description=__doc__)
    parser.add_argument("--datasets", type=int, default=400)
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        home = Path(folder)
        (home / "datasets").mkdir()
        write_datasets(home / "datasets", arguments.datasets)
        run(SDK, home)  # Airflow writes its configuration file, once
        for _ in range(arguments.repetitions):
            for name, script in WAYS.items():
                runs[name].append(run(script, home))
    report = {
        "machine": describe_machine(),
        "code": code_version(),
        "datasets": arguments.datasets,
        "repetitions": arguments.repetitions,
        **{name: summed_up(found, runs["sdk"]) for name, found in runs.items()},
    }
    RESULTS.write_text(json.dumps(report, indent=2) + "\n")
    for name in WAYS:
        one = report[name]
        print(
            f"{name:<9} {one['cpu_seconds']:>6.2f} CPU s  {one['seconds']:>6.2f} s  {one['times_sdk']:>5.2f} x the SDK"
        )


if __name__ == "__main__":
    main()
