"""The DAG files: what they define, that parsing is free, that one broken spec harms no other."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater.chain.asking import REASON_MAX, VERSION_MAX
from headwater.proposal.propose import NAME

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ["pandas", "numpy", "torch", "sdv", "sklearn", "scipy", "pyarrow", "great_expectations", "faker"]
ASKED = {"close_alarm": ["alarm_id"], "recall": ["version"], "renew_anchor": [], "rollback": ["version"]}
"""By DAG that a person starts with a form, what it asks for beside dataset and reason."""
DECISIONS = list(ASKED)
"""DAGs that a person starts with a form; each serves all datasets."""
ALWAYS = "propose"
RUNS_MAX, ANSWERS_MAX = 32, 50
ASKING = ("case.ask", "case.confirm")
OWN_RETRIES = {"alarm": 0, **dict.fromkeys(ASKING, ANSWERS_MAX)}
"""The DAG that is there before the first dataset."""
SHIPPED = ["breast_cancer", "census", "fair"]

REPORT = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag({folder!r})
heavy = [name for name in {heavy!r} if name in sys.modules]
dags = {{
    dag_id: {{
        "tags": sorted(dag.tags),
        "doc": dag.doc_md,
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "params": list(dag.params),
        "forms": {{name: dag.params.get_param(name).schema for name in dag.params}},
        "is_scheduled": dag.timetable.can_be_scheduled,
        "tasks": {{t.task_id: [t.owner, t.retries, t.execution_timeout is not None] for t in dag.tasks}},
        "assets": sorted(asset.name for t in dag.tasks for asset in [*t.outlets, *t.inlets]),
        "waits_for": sorted(
            asset.name for asset in getattr(dag.schedule, "objects", [dag.schedule]) if hasattr(asset, "name")
        ),
        "waits_for_any": type(dag.schedule).__name__ == "AssetAny",
        "callbacks": {{
            t.task_id: [type(each).__name__ for each in (found if isinstance(found, (list, tuple)) else [found])]
            for t in dag.tasks
            if (found := t.partial_kwargs.get("on_failure_callback") if t.is_mapped else t.on_failure_callback)
        }},
        "edges": sorted([up.task_id, down] for up in dag.tasks for down in up.downstream_task_ids),
    }}
    for dag_id, dag in bag.dags.items()
}}
print("REPORT" + json.dumps({{"errors": bag.import_errors, "heavy": heavy, "dags": dags}}))
"""


def parse(tmp_path: Path, datasets: Path) -> dict[str, Any]:
    """Parse ``dags/`` in a new process, as Airflow's dag processor does, and report what is there."""
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "PYTHONPATH": str(ROOT / "include"),
        "HEADWATER_DATASETS": str(datasets),
    }
    code = REPORT.format(folder=str(ROOT / "dags"), heavy=HEAVY)
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    lines = [line for line in ran.stdout.splitlines() if line.startswith("REPORT")]
    assert lines, ran.stderr
    report: dict[str, Any] = json.loads(lines[0].removeprefix("REPORT"))
    return report


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return parse(tmp_path_factory.mktemp("parse"), ROOT / "include" / "datasets")


def test_every_dataset_has_its_dags_and_there_is_no_problem(shipped: dict[str, Any]) -> None:
    assert shipped["errors"] == {}
    verbs = ("decide", "drift", "maintain", "nightly", "retrain", "watch")
    each = [f"{verb}__{name}" for verb in verbs for name in SHIPPED]
    assert sorted(shipped["dags"]) == sorted([*each, *DECISIONS, ALWAYS])


def test_parsing_imports_nothing_heavy(shipped: dict[str, Any]) -> None:
    assert shipped["heavy"] == []


def test_tasks_are_the_stages_in_order(shipped: dict[str, Any]) -> None:
    dags = shipped["dags"]
    assert list(dags["retrain__fair"]["tasks"]) == ["acquire", "profile", "train", "promote"]
    assert list(dags["nightly__fair"]["tasks"]) == ["plan", "produce", "validate", "repair", "release"]
    assert ["validate", "repair"] in dags["nightly__fair"]["edges"]
    assert ["repair", "release"] in dags["nightly__fair"]["edges"]
    assert dags["nightly__fair"]["params"] == ["batch_date", "champion"]
    assert list(dags["watch__fair"]["tasks"]) == ["watch", "alarm", "retrain"]
    assert dags["watch__fair"]["edges"] == [["watch", "alarm"], ["watch", "retrain"]]
    assert dags["watch__fair"]["params"] == []
    assert dags["drift__fair"]["tasks"].keys() == {"acquire", "drift", "retrain"}
    assert dags["drift__fair"]["edges"] == [["acquire", "drift"], ["drift", "retrain"]]
    assert dags["drift__fair"]["is_scheduled"] is True


def test_assets_join_the_dags(shipped: dict[str, Any]) -> None:
    assert shipped["dags"]["retrain__fair"]["assets"] == ["decision/asked", "generator/fair"]
    assert shipped["dags"]["nightly__fair"]["assets"] == ["batch/fair", "decision/asked", "generator/fair"]
    assert shipped["dags"]["decide__fair"]["assets"] == ["decision/carried out"]
    assert shipped["dags"]["decide__fair"]["waits_for"] == ["decision/fair"]
    assert shipped["dags"]["watch__fair"]["waits_for"] == ["batch/fair", "generator/fair"]
    assert shipped["dags"]["watch__fair"]["waits_for_any"] is True
    assert shipped["dags"]["retrain__fair"]["waits_for"] == []


def test_an_alarm_is_red_at_once_and_calls_its_hook(shipped: dict[str, Any]) -> None:
    assert shipped["dags"]["watch__fair"]["tasks"]["alarm"][1] == 0
    assert shipped["dags"]["watch__fair"]["callbacks"] == {"alarm": ["AlarmNotifier"]}


def test_every_dag_states_owner_tags_retries_timeouts_and_docs(shipped: dict[str, Any]) -> None:
    for dag_id, dag in shipped["dags"].items():
        if dag_id in (*DECISIONS, ALWAYS):
            continue
        verb, dataset = dag_id.split("__")
        assert {"headwater", verb, dataset} <= set(dag["tags"])
        assert dataset in dag["doc"]
        assert dag["catchup"] is False
        # Questions of different nights wait side by side, and one that is answered wrongly is put again.
        assert dag["max_active_runs"] == (RUNS_MAX if verb == "decide" else 1)
        retries = {name: OWN_RETRIES.get(name, 2) for name in dag["tasks"]}
        # Who waits for a person has no time to execute but time to be answered.
        stated = {name: ["data-platform", retries[name], name not in ASKING] for name in dag["tasks"]}
        assert dag["tasks"] == stated, dag_id


@pytest.mark.parametrize("dag_id", DECISIONS)
def test_a_persons_decision_is_asked_for_with_a_form(shipped: dict[str, Any], dag_id: str) -> None:
    dag = shipped["dags"][dag_id]
    assert dag["params"] == ["dataset", *ASKED[dag_id], "reason"]
    assert dag["forms"]["dataset"]["enum"] == SHIPPED
    assert "version" not in dag["forms"] or dag["forms"]["version"]["maxLength"] == VERSION_MAX
    assert (dag["forms"]["reason"]["minLength"], dag["forms"]["reason"]["maxLength"]) == (1, REASON_MAX)
    assert dag["tasks"] == {dag_id: ["headwater", 2, True]}
    assert (dag["is_scheduled"], dag["catchup"], dag["max_active_runs"]) == (False, False, 1)
    assert {"headwater", dag_id} == set(dag["tags"])
    assert "*Trigger* asks for the dataset" in dag["doc"]


def test_without_a_dataset_there_is_nothing_to_decide(tmp_path: Path) -> None:
    folder = tmp_path / "datasets"
    folder.mkdir()
    report = parse(tmp_path, folder)
    assert (report["errors"], list(report["dags"])) == ({}, [ALWAYS])


def test_a_proposal_is_asked_for_with_a_form(shipped: dict[str, Any]) -> None:
    dag = shipped["dags"]["propose"]
    assert dag["params"] == ["name", "connection", "schema", "table", "path", "owner", "into_datasets"]
    assert dag["forms"]["name"]["pattern"] == f"^{NAME.pattern}$"
    assert all(dag["forms"][name]["type"] == ["null", "string"] for name in dag["params"][1:5])
    assert dag["tasks"] == {"propose": ["headwater", 2, True]}
    assert (dag["is_scheduled"], dag["catchup"], dag["max_active_runs"]) == (False, False, 1)
    assert {"headwater", "propose"} == set(dag["tags"])
    assert "*Trigger* asks for a name" in dag["doc"]


def test_a_look_for_drift_can_be_switched_off_and_asked_for_by_hand(tmp_path: Path) -> None:
    folder = tmp_path / "datasets"
    folder.mkdir()
    text = (ROOT / "include" / "datasets" / "fair.yaml").read_text()
    assert "schedule:" not in text
    (folder / "fair.yaml").write_text(f'{text}\nschedule: {{drift: ""}}\n')
    report = parse(tmp_path, folder)
    assert report["errors"] == {}
    assert report["dags"]["drift__fair"]["is_scheduled"] is False
    assert report["dags"]["retrain__fair"]["is_scheduled"] is True


def test_a_broken_spec_shows_as_a_dag_and_harms_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "datasets"
    folder.mkdir()
    shutil.copy(ROOT / "include" / "datasets" / "fair.yaml", folder)
    (folder / "broken.yaml").write_text("dataset: broken\nowner: me\nsauce: {kind: csv}\ncolumns: {a: numercial}\n")
    report = parse(tmp_path, folder)
    assert report["errors"] == {}
    each = ["decide__fair", "drift__fair", "maintain__fair", "nightly__fair", "retrain__fair", "watch__fair"]
    assert sorted(report["dags"]) == sorted(["invalid_datasets", *each, *DECISIONS, ALWAYS])
    # Also what is broken can be asked for; the task then says which file to mend.
    assert report["dags"]["rollback"]["forms"]["dataset"]["enum"] == ["broken", "fair"]
    doc = report["dags"]["invalid_datasets"]["doc"]
    assert "broken.yaml" in doc
    assert "Did you mean 'source'?" in doc
    assert "Did you mean 'numerical'?" in doc
