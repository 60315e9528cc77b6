"""People decide on a real Airflow: a question parks, bad answers are refused, four eyes, time runs out, approval."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import psycopg
import pytest
import yaml
from tests.clinic import QUICK, clinic_rows, clinic_spec
from tests.integration.operating import open_question, sign_in
from tests.plugins.browsing import needs_browser, visiting
from tests.running_airflow import PASSWORD, SECOND, RunningAirflow
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
from headwater.local.airflow_api import AirflowApi, AirflowApiError, Run
from headwater.spec import DatasetSpec, load_spec

pytestmark = pytest.mark.slow
RUN_SECONDS = 300
NAME = "decided"
LEAP_DAY = "0 0 29 2 *"
"""Never since the start of these DAGs: only the test starts a run."""
DRAWS = 150
WHY = "The ward “Süd” was closed; [readers](http://x) know."
DECISIONS = {
    "roles": {"steward": ["admin"], "risk": [SECOND]},
    "release": {"by": ["steward", "risk"], "four_eyes": True, "timeout_hours": 2},
    "promotion": {"by": ["risk"], "required": True},
}


@pytest.fixture(scope="module")
def ben(airflow: RunningAirflow) -> Iterator[AirflowApi]:
    with AirflowApi(airflow.api.base_url, SECOND, PASSWORD) as api:
        yield api


@pytest.fixture(scope="module")
def spec(airflow: RunningAirflow, house: House, tmp_path_factory: pytest.TempPathFactory) -> DatasetSpec:
    """A dataset whose champion drops a category: each of its nights fails, and nothing mends it."""
    csv = tmp_path_factory.mktemp(NAME) / "clinic.csv"
    clinic_rows().to_csv(csv, index=False)
    path = airflow.datasets / f"{NAME}.yaml"
    given = clinic_spec(
        csv,
        candidates=["trees", {"kind": "tests.faults:DroppedCategory", "name": "dropped"}],
        schedule={"nightly": LEAP_DAY, "retrain": LEAP_DAY, "drift": None, "deadline": None},
        repair={"attempts": 1, "previous_champion": False},
        contract=QUICK,
    )
    path.write_text(yaml.safe_dump({**given, "dataset": NAME, "decisions": DECISIONS}))
    found = load_spec(path)
    steady_anchor(airflow.ledger_url, NAME)
    with pytest.MonkeyPatch.context() as patch:
        # The nights find the nulls in the store. They are about decisions, and fewer draws are enough for them.
        patch.setattr(baselines, "draw", partial(draw, draws=DRAWS))
        patch.setattr(baseline, "LOSSES", ())
        _crown(house, found)
    airflow.api.wait_for_dag(f"decide__{NAME}")
    airflow.api.unpause(f"decide__{NAME}")
    return found


def _crown(house: House, spec: DatasetSpec) -> None:
    snapshot = acquire(house, spec)
    profile(house, spec, snapshot)
    dropped = train(house, spec, snapshot, "dropped")
    _, reference = reference_of(house, spec, snapshot)
    with house.ledger.transaction() as books:
        generator = books.generators.get(dropped)
        books.generators.promote(NAME, dropped, datetime.now(UTC))
    certificate(house, spec, generator, Prepared.of(reference, reference.judge_rows(spec.batch.rows)))


def failed_night(airflow: RunningAirflow, house: House, day: date) -> Batch:
    """A night that ends in quarantine."""
    dag_id = f"nightly__{NAME}"
    airflow.api.wait_for_dag(dag_id)
    run_id = airflow.api.trigger(dag_id, {"batch_date": day.isoformat()})
    airflow.api.unpause(dag_id)
    made = airflow.api.follow(dag_id, run_id, RUN_SECONDS)
    assert made.state == "failed"
    with house.ledger.transaction() as books:
        batch = books.batches.get(airflow.api.xcom(made, "validate")["batch_id"])
    assert batch.status == "quarantined"
    return batch


class Parked:
    """One question as Airflow shows it."""

    def __init__(self, api: AirflowApi, house: House, task_id: str, subject_id: str) -> None:
        self.api, self.house, self.task_id, self.subject_id = api, house, task_id, subject_id

    def wait(self) -> dict[str, Any]:
        """The question, once it is parked."""
        deadline = time.monotonic() + RUN_SECONDS
        while not (found := [each for each in self._all() if each["task_instance"]["state"] == "awaiting_input"]):
            assert time.monotonic() < deadline, f"{self.task_id} was not asked"
            time.sleep(0.5)
        return found[0]

    def answer(self, api: AirflowApi, options: list[str], params: dict[str, Any]) -> Run:
        """Answer it as this user, and return the run once the answer was taken or refused.

        Airflow 3.3 can lose an answer that comes before its scheduler has seen that the task is parked, which no person
        is quick enough for: then it puts the question again, and we answer again.
        """
        before, deadline = len(refused(self.house, self.subject_id)), time.monotonic() + RUN_SECONDS
        while True:
            task = self.wait()["task_instance"]
            time.sleep(2)
            place = f"/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances/{task['task_id']}"
            body = {"chosen_options": options, "params_input": params}
            api.call("PATCH", f"{place}/{task['map_index']}/hitlDetails", json=body)
            while True:
                now = self.api.call("GET", f"{place}/{task['map_index']}")
                if now["state"] == "success" or len(refused(self.house, self.subject_id)) > before:
                    return self.api.run(task["dag_id"], task["dag_run_id"])
                if now["state"] == "awaiting_input" and now["try_number"] > task["try_number"]:
                    break
                assert time.monotonic() < deadline, f"{self.task_id}: nothing came of an answer"
                time.sleep(0.5)

    def _all(self) -> list[dict[str, Any]]:
        found = self.api.call("GET", f"/dags/decide__{NAME}/dagRuns/~/hitlDetails")["hitl_details"]
        about = [each for each in found if self.subject_id in (each["body"] or "")]
        return [each for each in about if each["task_instance"]["task_id"] == f"case.{self.task_id}"]


def decisions(house: House, subject_id: str, kind: str) -> list[Decision]:
    with house.ledger.transaction() as books:
        return [each for each in books.decisions.of(subject_id) if each.kind == kind]


def refused(house: House, subject_id: str) -> list[tuple[str, str]]:
    """Answers that were not taken: whose, and why."""
    return [(each.decided_by, each.reason) for each in decisions(house, subject_id, "answer_refused")]


def test_a_quarantined_batch_is_asked_about_and_released_by_four_eyes(
    airflow: RunningAirflow, house: House, spec: DatasetSpec, ben: AirflowApi
) -> None:
    assert spec.decisions.release.four_eyes
    day = date(2026, 4, 1)
    batch = failed_night(airflow, house, day)
    asked = Parked(airflow.api, house, "ask", batch.batch_id)
    shown = asked.wait()
    assert shown["subject"] == f"Batch {day} of {NAME} is in quarantine; no reader sees its 2,000 rows."
    assert (shown["options"], shown["defaults"]) == (["Release anyway", "Repair again", "Discard"], ["Discard"])
    assert f"(/headwater/batches/{NAME}/{batch.batch_id}/)" in shown["body"]
    assert "| category\\.kept |" in shown["body"]
    asked.answer(airflow.api, ["Release anyway"], {"reason": 7})
    for options in ([], ["Promote"], ["Discard", "Repair again"]):  # these Airflow itself refuses
        with pytest.raises(AirflowApiError, match="answers 4"):
            asked.answer(airflow.api, options, {"reason": WHY})
    asked.answer(airflow.api, ["Release anyway"], {"reason": WHY, "by": "ben"})
    assert refused(house, batch.batch_id) == [
        ("admin", "The reason is empty. Cure: write it in letters or digits."),
        ("admin", "An answer has a reason and nothing else. Cure: send {'reason': '…'} beside it."),
    ]

    asked.answer(airflow.api, ["Release anyway"], {"reason": WHY})
    confirm = Parked(airflow.api, house, "confirm", batch.batch_id)
    assert confirm.wait()["options"] == ["Confirm", "Object"]
    confirm.answer(airflow.api, ["Confirm"], {"reason": "I am two people."})
    assert "cannot confirm it" in refused(house, batch.batch_id)[-1][1]
    with house.ledger.transaction() as books:
        assert books.readers.count(NAME, day) == 0
    made = confirm.answer(ben, ["Confirm"], {"reason": "I looked too."})
    done = airflow.api.follow(made.dag_id, made.run_id, RUN_SECONDS)
    assert done.state == "success"
    with house.ledger.transaction() as books:
        assert books.batches.get(batch.batch_id).status == "released"
        assert books.readers.count(NAME, day) == 2_000
    (decision,) = decisions(house, batch.batch_id, "release")
    assert (decision.decided_by, decision.reason, decision.detail["second"]["by"]) == ("admin", WHY, SECOND)
    assert house.store.exists(keys.manifest(keys.released(NAME, day, batch.batch_id)))
    assert told_of(airflow, f"batch/{NAME}", made) == [{"batch_id": batch.batch_id}]


def told_of(airflow: RunningAirflow, name: str, made: Run) -> list[dict[str, Any]]:
    """What an asset was told by the run."""
    found = airflow.api.call("GET", "/assets", params={"name_pattern": name})["assets"]
    (asset,) = [each for each in found if each["name"] == name]
    events = airflow.api.call("GET", "/assets/events", params={"asset_id": asset["id"], "source_dag_id": made.dag_id})
    told = [each["extra"] for each in events["asset_events"] if each["source_run_id"] == made.run_id]
    return [{name: value for name, value in each.items() if not name.startswith("from_")} for each in told]


@needs_browser
def test_mended_again_in_vain_it_is_asked_anew_and_time_discards_it(
    airflow: RunningAirflow, house: House, spec: DatasetSpec, browser: Any
) -> None:
    assert spec.repair.attempts
    batch = failed_night(airflow, house, date(2026, 4, 2))
    asked = Parked(airflow.api, house, "ask", batch.batch_id)
    first = asked.answer(airflow.api, ["Repair again"], {"reason": WHY})
    assert airflow.api.follow(first.dag_id, first.run_id, RUN_SECONDS).state == "success"
    shown = asked.wait()
    second = shown["task_instance"]["dag_run_id"]
    assert second != first.run_id
    for visit in visiting({"address": airflow.api.base_url}, browser):
        sign_in(visit, airflow.api._user, PASSWORD)
        visit.page.get_by_role("link", name="Headwater").wait_for()
        open_question(visit, f"Batch {batch.batch_date} of {NAME}")
        assert visit.page.get_by_role("cell", name="category.kept").is_visible()
        visit.page.set_viewport_size({"width": 1280, "height": 1500})
        visit.picture("decision")
    assert "asked for another round of repair" in shown["body"]
    time_runs_out(airflow, second)
    (decision,) = decisions(house, batch.batch_id, "discard")
    assert (decision.decided_by, decision.reason) == ("headwater", "Nobody answered within 2 h.")
    with house.ledger.transaction() as books:
        assert books.batches.get(batch.batch_id).status == "quarantined"
        assert batch.batch_id not in books.open_decisions.batches(NAME)


def time_runs_out(airflow: RunningAirflow, run_id: str) -> None:
    """As if the hours had passed, until the run is over: Airflow keeps until when a parked task waits."""
    url = airflow.ledger_url.rpartition("/")[0].replace("+psycopg", "") + "/airflow"
    deadline = time.monotonic() + RUN_SECONDS
    with psycopg.connect(url, autocommit=True) as connection:
        while not (run := airflow.api.run(f"decide__{NAME}", run_id)).is_finished:
            connection.execute(
                "UPDATE task_instance SET trigger_timeout = now() - interval '1 second' "
                "WHERE run_id = %s AND state = 'awaiting_input' AND trigger_timeout > now()",
                [run_id],
            )
            assert time.monotonic() < deadline, "time does not run out"
            time.sleep(1)
    assert run.state == "success"


@needs_browser
def test_a_winner_waits_for_approval_and_is_champion_after_it(
    airflow: RunningAirflow, house: House, spec: DatasetSpec, browser: Any
) -> None:
    assert spec.decisions.promotion.required
    dag_id = f"retrain__{NAME}"
    run_id = airflow.api.trigger(dag_id)
    airflow.api.unpause(dag_id)
    made = airflow.api.follow(dag_id, run_id, RUN_SECONDS)
    assert made.state == "success"
    promoted = airflow.api.xcom(made, "promote")
    assert promoted["is_promoted"] is False
    assert promoted["reason"].endswith("A person has to approve it.")
    with house.ledger.transaction() as books:
        waiting = books.open_decisions.approvals([NAME])[NAME]
        assert books.generators.get(waiting.subject_id).label == "trees"
    asked = Parked(airflow.api, house, "ask", waiting.subject_id)
    assert asked.wait()["options"] == ["Promote", "Keep the champion"]
    asked.answer(airflow.api, ["Promote"], {"reason": WHY})
    assert "admin may not decide this" in refused(house, waiting.subject_id)[-1][1]
    answered = airflow.api.run(f"decide__{NAME}", asked.wait()["task_instance"]["dag_run_id"])
    for visit in visiting({"address": airflow.api.base_url}, browser):
        sign_in(visit, SECOND, PASSWORD)
        visit.page.get_by_role("link", name="Headwater").wait_for()
        reason, promote = open_question(visit, "won its comparison"), visit.page.get_by_role("button", name="Promote")
        assert promote.is_disabled(), "no answer without a reason"
        reason.fill(WHY)
        promote.click()
        assert airflow.api.follow(answered.dag_id, answered.run_id, RUN_SECONDS).state == "success"
    with house.ledger.transaction() as books:
        champion = books.generators.champion(NAME)
    assert champion is not None
    assert champion.generator_id == waiting.subject_id
    (decision,) = decisions(house, champion.generator_id, "promote")
    assert (decision.decided_by, decision.reason) == (SECOND, WHY)
    assert told_of(airflow, f"generator/{NAME}", answered) == [
        {"generator_id": champion.generator_id, "is_promoted": True}
    ]
