"""A person's decisions on a real Airflow: rollback by its form, the next night, recall of what the bad one made."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
import yaml
from tests.clinic import clinic_rows, clinic_spec
from tests.running_airflow import RunningAirflow
from tests.steady import steady_anchor

from headwater.chain import baselines, keys
from headwater.chain.acquire import acquire
from headwater.chain.baselines import certificate
from headwater.chain.house import House
from headwater.chain.preparing import reference_of
from headwater.chain.profile import profile
from headwater.chain.train import train
from headwater.checks import baseline
from headwater.checks.baseline import draw
from headwater.checks.prepared import Prepared
from headwater.ledger.records import Batch, Decision
from headwater.local.airflow_api import AirflowApiError, Run
from headwater.spec import DatasetSpec, load_spec

pytestmark = pytest.mark.slow
RUN_SECONDS = 300
NIGHT = date(2026, 3, 1)
LEAP_DAY = "0 0 29 2 *"
"""Never since the start of these DAGs: only the test starts a run."""
DRAWS = 150
WHY = "Since Monday the rare ward is missing (病院)."


def run(airflow: RunningAirflow, dag_id: str, **conf: Any) -> Run:
    airflow.api.wait_for_dag(dag_id)
    run_id = airflow.api.trigger(dag_id, conf)
    airflow.api.unpause(dag_id)
    return airflow.api.follow(dag_id, run_id, RUN_SECONDS)


@pytest.fixture(scope="module")
def generators(airflow: RunningAirflow, house: House, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Versions 1 and 2 of ``hospital``, which has a form as soon as its YAML file is there; ids."""
    csv = tmp_path_factory.mktemp("hospital") / "hospital.csv"
    clinic_rows().to_csv(csv, index=False)
    path = airflow.datasets / "hospital.yaml"
    candidates = ["trees", {"kind": "trees", "settings": {"leaf": 25}, "name": "other"}]
    schedule = {"nightly": LEAP_DAY, "retrain": LEAP_DAY}
    path.write_text(
        yaml.safe_dump({**clinic_spec(csv, candidates=candidates, schedule=schedule), "dataset": "hospital"})
    )
    steady_anchor(airflow.ledger_url, "hospital")
    with pytest.MonkeyPatch.context() as patch:
        # The nights find the nulls in the store. They are about decisions, and fewer draws are enough for them.
        patch.setattr(baselines, "draw", partial(draw, draws=DRAWS))
        patch.setattr(baseline, "LOSSES", ())
        return crown_both(house, load_spec(path))


def crown_both(house: House, spec: DatasetSpec) -> tuple[str, str]:
    snapshot = acquire(house, spec)
    profile(house, spec, snapshot)
    first, second = (train(house, spec, snapshot, each.label) for each in spec.candidates)
    _, reference = reference_of(house, spec, snapshot)
    for generator_id in (first, second):
        with house.ledger.transaction() as books:
            generator = books.generators.get(generator_id)
            books.generators.promote("hospital", generator_id, datetime.now(UTC))
        certificate(house, spec, generator, Prepared.of(reference, reference.judge_rows(spec.batch.rows)))
    return first, second


@pytest.fixture(scope="module")
def forms(airflow: RunningAirflow, generators: tuple[str, str]) -> None:
    """Return when the forms offer ``hospital``."""
    deadline = time.monotonic() + 120
    for dag_id in ("rollback", "recall"):
        while "hospital" not in (shown := offered(airflow, dag_id)):
            assert time.monotonic() < deadline, f"{dag_id} offers {shown}"
            time.sleep(1)


def offered(airflow: RunningAirflow, dag_id: str) -> list[str]:
    return list(airflow.api.call("GET", f"/dags/{dag_id}/details")["params"]["dataset"]["schema"]["enum"])


def champion(house: House) -> str:
    with house.ledger.transaction() as books:
        found = books.generators.champion("hospital")
    assert found is not None
    return found.generator_id


def batch_of(airflow: RunningAirflow, house: House, made: Run) -> Batch:
    with house.ledger.transaction() as books:
        return books.batches.get(airflow.api.xcom(made, "validate")["batch_id"])


def rows_for_readers(house: House) -> int:
    with house.ledger.transaction() as books:
        return books.readers.count("hospital", NIGHT)


def decision_about(house: House, subject: str, kind: str) -> Decision:
    with house.ledger.transaction() as books:
        (found,) = [each for each in books.decisions.of(subject) if each.kind == kind]
    return found


@pytest.mark.usefixtures("forms")
def test_the_form_refuses_what_is_no_request(
    airflow: RunningAirflow, house: House, generators: tuple[str, str]
) -> None:
    good = {"dataset": "hospital", "version": "1", "reason": WHY}
    hostile = [
        {**good, "dataset": "nobody"},
        {**good, "dataset": "../hospital"},
        {**good, "version": ""},
        {**good, "version": "9" * 65},
        {**good, "reason": ""},
        {**good, "reason": "   "},
        {**good, "reason": "x" * 2_001},
        {"dataset": "hospital", "version": "1"},
        {"version": "1", "reason": WHY},
    ]
    for dag_id in ("rollback", "recall"):
        for conf in hostile:
            with pytest.raises(AirflowApiError, match="answers 4"):
                airflow.api.trigger(dag_id, conf)
    assert champion(house) == generators[1]


@pytest.mark.usefixtures("forms")
def test_a_version_that_is_none_fails_once_and_says_what_there_is(airflow: RunningAirflow, house: House) -> None:
    before = champion(house)
    for version in ("99", "' OR 1=1"):
        made = run(airflow, "rollback", dataset="hospital", version=version, reason=WHY)
        (task,) = made.tasks
        message = airflow.api.error_of(made, task)
        assert (made.state, task.try_number) == ("failed", 1)
        assert "hospital has no version" in message
        assert "1 = trees" in message
    assert champion(house) == before
    made = run(airflow, "recall", dataset="hospital", version="2", reason=WHY)
    assert (made.state, made.tasks[0].try_number) == ("failed", 1)
    assert "trigger rollback to an earlier version first" in airflow.api.error_of(made, made.tasks[0])


@pytest.mark.usefixtures("forms")
def test_rollback_then_the_next_night_then_recall(
    airflow: RunningAirflow, house: House, generators: tuple[str, str]
) -> None:
    first, second = generators
    bad = run(airflow, "nightly__hospital", batch_date=NIGHT.isoformat())
    assert bad.state == "success"
    assert batch_of(airflow, house, bad).generator_id == second

    rolled = run(airflow, "rollback", dataset="hospital", reason=WHY)  # the version is "previous" where none is given
    assert rolled.state == "success", airflow.api.error_of(rolled, rolled.tasks[0])
    assert champion(house) == first
    decision = decision_about(house, first, "rollback")
    assert (decision.reason, decision.decided_by) == (WHY, airflow.api._user)
    assert decision.detail["replaces"] == second
    assert asset_event(airflow, rolled) == {
        "generator_id": first,
        "version": 1,
        "replaces": second,
        "is_promoted": True,
    }

    airflow.api.call(
        "POST",
        "/dags/rollback/clearTaskInstances",
        json={"dag_run_id": rolled.run_id, "dry_run": False, "only_failed": False, "reset_dag_runs": True},
    )
    again = airflow.api.follow("rollback", rolled.run_id, RUN_SECONDS)
    assert (again.state, champion(house)) == ("success", first), "the same run again changes nothing"
    assert decision_about(house, first, "rollback") == decision

    recalled = run(airflow, "recall", dataset="hospital", reason=WHY)
    assert recalled.state == "success", airflow.api.error_of(recalled, recalled.tasks[0])
    assert airflow.api.xcom(recalled, "recall")["batch_count"] == 1
    gone = batch_of(airflow, house, bad)
    assert (gone.status, rows_for_readers(house)) == ("recalled", 0)
    assert house.store.exists(keys.manifest(keys.recalled("hospital", NIGHT, gone.batch_id)))
    assert decision_about(house, gone.batch_id, "recall").decided_by == airflow.api._user

    made = run(airflow, "nightly__hospital", batch_date=NIGHT.isoformat())
    assert made.state == "success"
    good = batch_of(airflow, house, made)
    assert (good.generator_id, good.status, rows_for_readers(house)) == (first, "released", 2000)
    assert good.batch_id != gone.batch_id


def asset_event(airflow: RunningAirflow, made: Run) -> dict[str, Any]:
    """What the asset ``generator/hospital`` was told by the run."""
    place = f"/dags/{made.dag_id}/dagRuns/{made.run_id}/taskInstances"
    assert airflow.api.call("GET", place)["total_entries"] == 1
    (asset,) = airflow.api.call("GET", "/assets", params={"name_pattern": "generator/hospital"})["assets"]
    events = airflow.api.call("GET", "/assets/events", params={"asset_id": asset["id"], "source_dag_id": made.dag_id})
    (event,) = [each for each in events["asset_events"] if each["source_run_id"] == made.run_id]
    return {name: value for name, value in event["extra"].items() if not name.startswith("from_")}
