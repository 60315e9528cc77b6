"""What a parse builds and reads where Airflow starts one task: its own DAG and file, and a clear word if it broke."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORMS = ["close_alarm", "recall", "renew_anchor", "rollback"]
STARTS = [
    *(["supply_chain.py", f"{verb}__fair"] for verb in ("drift", "nightly", "retrain", "watch")),
    ["maintenance.py", "maintain__fair"],
    *(["decisions.py", verb] for verb in FORMS),
    ["supply_chain.py", "invalid_datasets"],
    ["supply_chain.py", "nightly__broken"],
    ["maintenance.py", "maintain__broken"],
    ["supply_chain.py", "watch__gone"],
    ["supply_chain.py", "retrain__short"],
    ["", "watch__fair"],
    ["", "rollback"],
    ["", "monthly__report"],
]
"""File (the whole folder where it is empty, as some of Airflow's commands parse it) and DAG of a task that starts."""

# As Airflow's task runner parses, in its order. The hook sees every file that Python opens.
REPORT = """
import json, os, sys
from pathlib import Path
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.sdk.definitions._internal.dag_parsing_context import _airflow_parsing_context_manager

datasets, dags, opened = os.environ["HEADWATER_DATASETS"], Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]), []
def hook(event, arguments):
    if event == "open" and str(arguments[0]).startswith(datasets):
        opened.append(Path(arguments[0]).name)
sys.addaudithook(hook)
for file, dag_id in json.loads(sys.argv[1]):
    opened.clear()
    with _airflow_parsing_context_manager(dag_id=dag_id, task_id="any"):
        bag = BundleDagBag(
            dag_folder=str(dags / file), safe_mode=False, load_op_links=False, bundle_path=dags, bundle_name="dags"
        )
    tasks = {found: sorted(dag.task_dict) for found, dag in bag.dags.items()}
    forms = [dag.params.get_param("dataset").schema["enum"] for dag in bag.dags.values() if "dataset" in dag.params]
    told = {"dags": tasks, "opened": sorted(opened), "errors": list(bag.import_errors.values()), "forms": forms}
    print("REPORT" + json.dumps(told))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """By ``file:dag_id`` what the parse built and which files of the datasets' folder it opened."""
    folder = tmp_path_factory.mktemp("starting")
    datasets = folder / "datasets"
    datasets.mkdir()
    shipped = ROOT / "include" / "datasets"
    for name in ("fair", "census"):
        shutil.copy(shipped / f"{name}.yaml", datasets)
    (datasets / "short.yml").write_text((shipped / "fair.yaml").read_text().replace("dataset: fair", "dataset: short"))
    (datasets / "broken.yaml").write_text("dataset: broken\nowner: me\nsauce: {kind: csv}\ncolumns: {a: id}\n")
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "PYTHONPATH": str(ROOT / "include"),
        "HEADWATER_DATASETS": str(datasets),
    }
    words = [sys.executable, "-c", REPORT, json.dumps(STARTS)]
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    lines = [line.removeprefix("REPORT") for line in ran.stdout.splitlines() if line.startswith("REPORT")]
    assert len(lines) == len(STARTS), ran.stderr
    return {f"{file}:{dag_id}": json.loads(line) for (file, dag_id), line in zip(STARTS, lines, strict=True)}


@pytest.mark.parametrize(
    "start", ["supply_chain.py:drift", "supply_chain.py:nightly", "supply_chain.py:retrain", "maintenance.py:maintain"]
)
def test_a_task_builds_its_own_dag_and_reads_its_own_spec(found: dict[str, dict[str, Any]], start: str) -> None:
    report = found[f"{start}__fair"]
    assert list(report["dags"]) == [f"{start.partition(':')[2]}__fair"]
    assert report["dags"].popitem()[1]
    assert (report["opened"], report["errors"]) == (["fair.yaml"], [])


@pytest.mark.parametrize("file", ["supply_chain.py", ""])
def test_so_it_is_where_the_whole_folder_is_parsed(found: dict[str, dict[str, Any]], file: str) -> None:
    report = found[f"{file}:watch__fair"]
    assert report["dags"] == {"watch__fair": ["alarm", "retrain", "watch"]}
    assert (report["opened"], report["errors"]) == (["fair.yaml"], [])


@pytest.mark.parametrize("start", [*(f"decisions.py:{verb}" for verb in FORMS), ":rollback"])
def test_a_persons_decision_needs_no_spec_and_still_knows_all_names(
    found: dict[str, dict[str, Any]], start: str
) -> None:
    report, dag_id = found[start], start.partition(":")[2]
    assert report["dags"] == {dag_id: [dag_id]}
    assert report["forms"] == [["broken", "census", "fair", "short"]]
    assert (report["opened"], report["errors"]) == ([], [])


def test_what_is_invalid_is_told_by_its_dag_alone(found: dict[str, dict[str, Any]]) -> None:
    report = found["supply_chain.py:invalid_datasets"]
    assert report["dags"] == {"invalid_datasets": ["explain"]}
    assert report["opened"] == ["broken.yaml", "census.yaml", "fair.yaml", "short.yml"]


@pytest.mark.parametrize("start", ["supply_chain.py:nightly", "maintenance.py:maintain"])
def test_a_spec_that_broke_meanwhile_is_told_to_its_task(found: dict[str, dict[str, Any]], start: str) -> None:
    report = found[f"{start}__broken"]
    assert (report["dags"], report["opened"]) == ({}, ["broken.yaml"])
    (error,) = report["errors"]
    assert "broken.yaml:3: sauce: " in error
    assert "Did you mean 'source'?" in error


def test_a_spec_that_is_gone_is_told_to_its_task(found: dict[str, dict[str, Any]]) -> None:
    report = found["supply_chain.py:watch__gone"]
    assert report["dags"] == {}
    assert "gone.yaml:1: (file): The file cannot be opened: No such file" in report["errors"][0]


def test_a_file_may_also_end_in_yml(found: dict[str, dict[str, Any]]) -> None:
    report = found["supply_chain.py:retrain__short"]
    assert (list(report["dags"]), report["opened"], report["errors"]) == (["retrain__short"], ["short.yml"], [])


def test_a_task_of_somebody_elses_dag_finds_nothing_here(found: dict[str, dict[str, Any]]) -> None:
    assert found[":monthly__report"] == {"dags": {}, "opened": [], "errors": [], "forms": []}
