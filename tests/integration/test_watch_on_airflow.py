"""``watch__X`` on a real Airflow: red tasks with the alarms' sentences, one retraining for all, a form that closes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from tests.clinic import clinic_rows, clinic_spec
from tests.ledger.facts import generator, snapshot, uid
from tests.running_airflow import RunningAirflow

from headwater.ledger import Ledger
from headwater.ledger.guard_records import Alarm

pytestmark = pytest.mark.slow
RUN_SECONDS = 300
NAMES = ("joint.c2st", "cell.kmeans")


@pytest.fixture(scope="module")
def ledger(airflow: RunningAirflow, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """``watched``: a dataset with a generator and no champion, so that the stage itself has nothing to look at."""
    csv: Path = tmp_path_factory.mktemp("watched") / "clinic.csv"
    clinic_rows().to_csv(csv, index=False)
    (airflow.datasets / "watched.yaml").write_text(yaml.safe_dump({**clinic_spec(csv), "dataset": "watched"}))
    found = Ledger(airflow.ledger_url)
    with found.transaction() as books:
        books.datasets.register("watched", "nurse", "Patients.")
        books.snapshots.record(snapshot("watched", dataset="watched"))
        books.generators.record(generator("watched", dataset="watched", snapshot_id=uid("watched")))
    yield found
    found.close()


def alarm(name: str, run_id: str) -> Alarm:
    return Alarm(
        alarm_id=uid(f"watched {name}"),
        dataset="watched",
        chart="nights",
        name=name,
        subject_id=uid("batch"),
        generator_id=uid("watched"),
        since=date(2026, 1, 1),
        score=6.0,
        limit=5.0,
        sentence=f"{name} slid.",
        run_id=run_id,
        raised_at=datetime.now(UTC),
    )


def test_alarms_are_red_and_ask_for_one_retraining_and_a_form_closes_them(
    airflow: RunningAirflow, ledger: Ledger
) -> None:
    api = airflow.api
    api.wait_for_dag("watch__watched")
    run_id = api.trigger("watch__watched")
    with ledger.transaction() as books:
        for name in NAMES:
            assert books.watch.raise_alarm(alarm(name, run_id))
    api.unpause("watch__watched")
    found = api.follow("watch__watched", run_id, RUN_SECONDS)
    states = {task.label: task.state for task in found.tasks}
    assert states.pop("watch") == "success"
    assert {states.pop(f"alarm[{index}]") for index in (0, 1)} == {"failed"}
    assert sorted(str(state) for state in states.values()) == ["skipped", "success"], states
    red = [api.error_of(found, task) for task in found.tasks if task.state == "failed"]
    assert sorted(text.partition(" slid.")[0].rpartition(" ")[2] for text in red) == sorted(NAMES), red
    runs = api.call("GET", "/dags/retrain__watched/dagRuns")["dag_runs"]
    assert [each["dag_run_id"] for each in runs] == [f"alarm__{run_id}"]

    api.wait_for_dag("close_alarm")
    form = {"dataset": "watched", "alarm_id": uid(f"watched {NAMES[0]}"), "reason": "A test."}
    closing = api.trigger("close_alarm", form)
    api.unpause("close_alarm")
    assert api.follow("close_alarm", closing, RUN_SECONDS).state == "success"
    with ledger.transaction() as books:
        assert [each.name for each in books.watch.alarms("watched", is_open=True)] == [NAMES[1]]
        (closed,) = books.watch.alarms("watched", is_open=False)
    assert (closed.alarm_id, closed.reason) == (form["alarm_id"], "A test.")
    assert closed.closed_by not in (None, "headwater")


def test_without_an_alarm_all_is_green(airflow: RunningAirflow, ledger: Ledger) -> None:
    run_id = airflow.api.trigger("watch__watched")
    airflow.api.unpause("watch__watched")
    found = airflow.api.follow("watch__watched", run_id, RUN_SECONDS)
    assert found.state == "success"
    assert {task.state for task in found.tasks} == {"success", "skipped"}
