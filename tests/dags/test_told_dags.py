"""Receivers in a spec: which tasks tell, and the DAG for the deadline, there only where somebody waits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.airflow_says import airflow_says

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import json, os, sys
folder, datasets = json.loads(sys.argv[1])
os.environ["HEADWATER_DATASETS"] = datasets
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(folder)
names = ("on_success_callback", "on_failure_callback")
def told(task, name):
    found = task.partial_kwargs.get(name) if task.is_mapped else getattr(task, name)
    return [type(each).__name__ for each in (found if isinstance(found, (list, tuple)) else [found] if found else [])]
print(json.dumps({
    "errors": bag.import_errors,
    "light": "slack_sdk" not in sys.modules and "headwater.orchestration.receivers" not in sys.modules,
    "cron": {name: dag.timetable.summary for name, dag in bag.dags.items() if name.startswith("deadline")},
    "zone": {name: str(dag.timetable._timezone) for name, dag in bag.dags.items() if name.startswith("deadline")},
    "tell": sorted(
        f"{name}.{task.task_id}" for name, dag in bag.dags.items() for task in dag.tasks
        if "FactNotifier" in told(task, names[0]) and "FactNotifier" in told(task, names[1])
    ),
}))
"""


SLACK = "{kind: slack, connection: slack_ops}"
RECEIVERS = {
    "fair": f"schedule: {{deadline: '05:07', timezone: Europe/Vienna}}\nnotify: [{SLACK}]",
    "breast_cancer": "notify: [{kind: slack, connection: slack_ops, about: [alarm]}]",
    "census": f"schedule: {{deadline: null}}\nnotify: [{SLACK}]",
}


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("told")
    datasets = folder / "datasets"
    datasets.mkdir()
    for name, more in RECEIVERS.items():
        text = (ROOT / "include" / "datasets" / f"{name}.yaml").read_text()
        (datasets / f"{name}.yaml").write_text(f"{text}\n{more}\n")
    found: dict[str, Any] = airflow_says(folder / "airflow", SCRIPT, [str(ROOT / "dags"), str(datasets)])
    return found


def test_parsing_stays_light(parsed: dict[str, Any]) -> None:
    assert (parsed["errors"], parsed["light"]) == ({}, True)


def test_where_somebody_is_named_the_tasks_that_decide_tell(parsed: dict[str, Any]) -> None:
    deciding = (
        ("decide", "case.carry_out"),
        ("drift", "drift"),
        ("nightly", "release"),
        ("retrain", "promote"),
        ("watch", "watch"),
    )
    each = [f"{verb}__{name}.{task}" for verb, task in deciding for name in RECEIVERS]
    assert parsed["tell"] == sorted([*each, "rollback.rollback"])


def test_only_where_somebody_waits_there_is_a_deadline(parsed: dict[str, Any]) -> None:
    assert parsed["cron"] == {"deadline__fair": "7 5 * * *"}
    assert parsed["zone"] == {"deadline__fair": "Europe/Vienna"}
