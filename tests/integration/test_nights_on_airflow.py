"""Real DAGs on a real Airflow: a good night, the same night again, sabotaged nights, a broken spec."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from tests.clinic import QUICK, clinic_rows, clinic_spec
from tests.receiving import Web, web_server
from tests.running_airflow import RunningAirflow
from tests.steady import steady_anchor

from headwater.chain import keys
from headwater.chain.house import House
from headwater.chain.train import train
from headwater.ledger.records import Decision
from headwater.local.airflow_api import Run
from headwater.spec import load_spec

pytestmark = pytest.mark.slow
RUN_SECONDS = 300


def run(airflow: RunningAirflow, dag_id: str, **conf: Any) -> Run:
    airflow.api.wait_for_dag(dag_id)
    run_id = airflow.api.trigger(dag_id, conf)
    airflow.api.unpause(dag_id)
    return airflow.api.follow(dag_id, run_id, RUN_SECONDS)


def states(found: Run) -> dict[str, str | None]:
    return {task.label: task.state for task in found.tasks}


@pytest.fixture(scope="module")
def web(airflow: RunningAirflow) -> Iterator[Web]:
    """Who is told of all that happens to ``clinic``."""
    with web_server() as found:
        hook = {"connection_id": "nights_hook", "conn_type": "http", "host": found.url("nights")}
        airflow.api.call("POST", "/connections", json=hook)
        yield found


def told(web: Web, fact: str) -> list[dict[str, Any]]:
    """What the receiver was told of; a task is over a moment before it tells."""
    deadline = time.monotonic() + 60
    while not (found := [each for each in web.at("nights") if each["fact"] == fact]):
        assert time.monotonic() < deadline, f"nobody was told: {fact}"
        time.sleep(0.5)
    return found


@pytest.fixture(scope="module")
def retrained(airflow: RunningAirflow, web: Web, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """``clinic`` declared by one YAML file and retrained by its DAG."""
    assert web.posts == []
    notify = [{"kind": "webhook", "connection": "nights_hook"}]
    csv = tmp_path_factory.mktemp("clinic") / "clinic.csv"
    clinic_rows().to_csv(csv, index=False)
    (airflow.datasets / "clinic.yaml").write_text(yaml.safe_dump(clinic_spec(csv, contract=QUICK, notify=notify)))
    steady_anchor(airflow.ledger_url, "clinic")
    return run(airflow, "retrain__clinic")


def test_a_yaml_file_is_all_it_takes_to_get_a_champion(
    airflow: RunningAirflow, retrained: Run, house: House, web: Web
) -> None:
    assert retrained.state == "success", states(retrained)
    assert states(retrained) == {
        "acquire": "success",
        "profile": "success",
        "train[0]": "success",
        "promote": "success",
    }
    with house.ledger.transaction() as books:
        champion = books.generators.champion("clinic")
    assert champion is not None
    assert champion.kind == "trees"
    (news,) = told(web, "champion")
    assert news["headline"] == "clinic has a new champion."
    assert news["link"].startswith(f"{airflow.api.base_url}/dags/retrain__clinic/runs/")


def test_the_same_night_twice_is_the_same_batch(airflow: RunningAirflow, retrained: Run, house: House) -> None:
    assert retrained.state == "success"
    first = run(airflow, "nightly__clinic", batch_date="2026-03-01")
    again = run(airflow, "nightly__clinic", batch_date="2026-03-01")
    assert [first.state, again.state] == ["success", "success"], (states(first), states(again))
    batches = [airflow.api.xcom(each, "validate")["batch_id"] for each in (first, again)]
    with house.ledger.transaction() as books:
        batch = books.batches.get(batches[0])
        assert books.readers.count("clinic", date(2026, 3, 1)) == 2000
    assert batches[0] == batches[1]
    assert batch.status == "released"


def test_only_names_pass_between_tasks(airflow: RunningAirflow, retrained: Run) -> None:
    made = run(airflow, "nightly__clinic", batch_date="2026-03-02")
    passed = [
        airflow.api.xcom(made, "plan"),
        airflow.api.xcom(made, "validate"),
        airflow.api.xcom(retrained, "promote"),
    ]
    assert len(str(passed)) < 2000
    assert not any(ward in str(passed) for ward in ("surgery", "medicine", "children"))


def test_tasks_start_with_their_libraries(airflow: RunningAirflow, retrained: Run) -> None:
    assert retrained.state == "success", states(retrained)
    scheduler = airflow.stack.table.record("scheduler")
    assert scheduler is not None
    family = [each for each in psutil.Process(scheduler.pid).children(recursive=True) if each.status() != "zombie"]
    workers = [each for each in family if each.name().startswith("airflow worker")]
    assert workers
    for worker in workers:
        assert any("libxgboost" in mapped.path for mapped in worker.memory_maps())


def test_the_logs_of_tasks_are_about_the_table(airflow: RunningAirflow, retrained: Run) -> None:
    assert retrained.state == "success", states(retrained)
    run(airflow, "nightly__clinic", batch_date="2026-03-03")
    logs = (airflow.home.airflow / "logs").glob("dag_id=*__clinic/run_id=*/task_id=*/**/*.log")
    lines = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
    speakers = [(line.get("logger", ""), line.get("filename", "")) for line in lines]
    assert [each for each in speakers if each[0].startswith("headwater.")]
    assert [each for each in speakers if each[0].startswith("great_expectations") or "fastapi" in each[1]] == []


@contextmanager
def reign_of(airflow: RunningAirflow, house: House, *faults: str) -> Iterator[None]:
    """Collapsed generators made champion by force, one after the other; the honest one comes back afterwards."""
    spec = load_spec(airflow.datasets / "clinic.yaml")
    with house.ledger.transaction() as books:
        honest = books.generators.champion("clinic")
    assert honest is not None
    for fault in faults:
        kind = f"tests.faults:{fault}"
        bad = spec.model_copy(update={"candidates": (spec.candidates[0].model_copy(update={"kind": kind}),)})
        force(house, train(house, bad, honest.snapshot_id, kind))
    yield
    force(house, honest.generator_id)


def force(house: House, generator_id: str) -> None:
    now = datetime.now(UTC)
    decision = Decision(
        decision_id=keys_of(generator_id, now),
        dataset="clinic",
        kind="force",
        subject_kind="generator",
        subject_id=generator_id,
        outcome="promoted",
        reason="a test plants a fault",
        decided_by="tests",
        decided_at=now,
        detail={},
    )
    with house.ledger.transaction() as books:
        books.generators.promote("clinic", generator_id, now)
        books.decisions.record(decision)


def keys_of(generator_id: str, at: datetime) -> str:
    from headwater.chain.identity import decision_id

    return decision_id(generator_id, "force", at.isoformat())


def test_a_night_that_nothing_can_mend_ends_in_quarantine(
    airflow: RunningAirflow, retrained: Run, house: House, web: Web
) -> None:
    assert retrained.state == "success"
    day = date(2026, 4, 1)
    with reign_of(airflow, house, "ShuffledColumns", "DroppedCategory"):
        made = run(airflow, "nightly__clinic", batch_date=day.isoformat())
    judged = airflow.api.xcom(made, "validate")
    with house.ledger.transaction() as books:
        batch = books.batches.get(judged["batch_id"])
        failed = [
            check.name for check in books.validations.checks("validation", judged["validation_id"]) if not check.passed
        ]
        in_table = books.readers.count("clinic", day)
        tried = books.repairs.of("clinic", day)
    assert made.state == "failed"
    good = {"plan": "success", "produce[0]": "success", "validate": "success", "repair": "success"}
    assert states(made) == {**good, "release": "failed"}
    assert {task.task_id: task.try_number for task in made.tasks}["release"] == 1, "a closed gate is not retried"
    assert batch.status == "quarantined"
    assert in_table == 0
    assert "category.kept" in failed
    # Rows that its generator repeats are beyond exchanging; the champion before is no better.
    assert [(each.step, each.look) for each in tried] == [("previous_champion", 2)]
    assert house.store.exists(keys.manifest(keys.quarantined("clinic", day, batch.batch_id)))
    assert not house.store.exists(keys.manifest(keys.released("clinic", day, batch.batch_id)))
    assert data_docs_of(airflow, made) == f"/headwater/docs/clinic/{judged['validation_id']}/"
    assert house.store.exists(keys.docs("clinic", judged["validation_id"]))
    (news,) = told(web, "quarantined")
    assert news["id"] == batch.batch_id
    assert news["link"] == f"{airflow.api.base_url}/headwater/docs/clinic/{judged['validation_id']}/"


def test_the_night_of_a_collapsed_champion_is_made_by_the_one_before(
    airflow: RunningAirflow, retrained: Run, house: House
) -> None:
    assert retrained.state == "success"
    day = date(2026, 4, 2)
    with house.ledger.transaction() as books:
        honest = books.generators.champion("clinic")
    with reign_of(airflow, house, "DroppedCategory"):
        made = run(airflow, "nightly__clinic", batch_date=day.isoformat())
    assert made.state == "success", states(made)
    judged, mended = airflow.api.xcom(made, "validate"), airflow.api.xcom(made, "repair")
    assert (judged["passed"], mended["passed"]) == (False, True)
    with house.ledger.transaction() as books:
        failed, released = books.batches.get(judged["batch_id"]), books.batches.released_on("clinic", day)
        tried = books.repairs.of("clinic", day)
        in_table = books.readers.count("clinic", day)
    assert released is not None
    assert honest is not None
    assert (released.batch_id, released.generator_id) == (mended["batch_id"], honest.generator_id)
    assert failed.status == "failed"
    assert in_table == 2000
    assert tried[-1].step == "previous_champion"
    assert "Made by the champion before" in mended["repair"]
    assert data_docs_of(airflow, made) == f"/headwater/docs/clinic/{mended['validation_id']}/"
    manifest = json.loads(house.store.read_bytes(keys.manifest(keys.released("clinic", day, released.batch_id))))
    assert manifest["repair"]["step"] == "previous_champion"
    assert manifest["repair"]["batch_id"] == failed.batch_id


def data_docs_of(airflow: RunningAirflow, made: Run) -> str:
    """The link "Data Docs" that the UI shows on the failed task."""
    place = f"/dags/{made.dag_id}/dagRuns/{made.run_id}/taskInstances/release/links"
    return str(airflow.api.call("GET", place)["extra_links"]["Data Docs"])


def test_a_broken_spec_is_explained_and_harms_no_other(airflow: RunningAirflow, retrained: Run) -> None:
    broken: Path = airflow.datasets / "broken.yaml"
    broken.write_text("dataset: broken\nowner: me\nsauce: {kind: csv}\ncolumns: {a: categorical}\n")
    try:
        airflow.api.wait_for_dag("invalid_datasets")
        shown = airflow.api.call("GET", "/dags/invalid_datasets/details")["doc_md"]
        assert airflow.api.call("GET", "/dags/nightly__clinic")["dag_id"] == "nightly__clinic"
    finally:
        broken.unlink()
    assert "broken.yaml" in shown
    assert "Did you mean 'source'?" in shown


def test_drift_of_the_source_stops_retraining_at_once(airflow: RunningAirflow, tmp_path: Path) -> None:
    csv = tmp_path / "drifted.csv"
    clinic_rows().rename(columns={"ward": "wards"}).to_csv(csv, index=False)
    spec = {**clinic_spec(csv, contract=QUICK), "dataset": "drifted"}
    (airflow.datasets / "drifted.yaml").write_text(yaml.safe_dump(spec))
    made = run(airflow, "retrain__drifted")
    acquire = next(task for task in made.tasks if task.task_id == "acquire")
    message = airflow.api.error_of(made, acquire)
    assert made.state == "failed"
    assert acquire.try_number == 1
    assert "ward" in message
    assert "wards" in message


def test_a_candidate_that_cannot_be_fitted_harms_no_other(
    airflow: RunningAirflow, house: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    csv = tmp_path_factory.mktemp("twofold") / "clinic.csv"
    clinic_rows().to_csv(csv, index=False)
    candidates = ["trees", {"kind": "treees", "name": "misspelt"}]
    spec = {**clinic_spec(csv, candidates=candidates, contract=QUICK), "dataset": "twofold"}
    (airflow.datasets / "twofold.yaml").write_text(yaml.safe_dump(spec))
    made = run(airflow, "retrain__twofold")
    failed = next(task for task in made.tasks if task.label == "train[1]")
    with house.ledger.transaction() as books:
        champion = books.generators.champion("twofold")
    assert made.state == "success", states(made)
    assert (failed.state, failed.try_number) == ("failed", 1)
    assert "did you mean 'trees'?" in airflow.api.error_of(made, failed)
    assert champion is not None
    assert champion.kind == "trees"
