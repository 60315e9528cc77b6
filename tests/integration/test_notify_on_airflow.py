"""Being told, on a real Airflow: a slack, a letter, a POST for each fact, once; bad receivers change no run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.clinic import clinic_rows, clinic_spec
from tests.ledger.facts import decision, generator, snapshot, uid
from tests.receiving import HOST, Mail, Web, mail_server, web_server
from tests.running_airflow import RunningAirflow

from headwater.ledger import Ledger
from headwater.ledger.records import Notice
from headwater.local.airflow_api import Run

pytestmark = pytest.mark.slow
RUN_SECONDS = 300
NAME = "waited_for"
ADDRESS = "ops@example.org"
RECEIVERS: list[dict[str, Any]] = [
    {"kind": "webhook", "connection": "told_hook"},
    {"kind": "slack", "connection": "told_slack", "about": ["alarm"]},
    {"kind": "email", "connection": "told_letters", "to": [ADDRESS], "about": ["late"]},
    {"kind": "webhook", "connection": "told_broken", "about": ["alarm"]},
    {"kind": "webhook", "connection": "told_hanging", "about": ["alarm"]},
    {"kind": "webhook", "connection": "told_missing", "about": ["alarm"]},
    {"kind": "webhook", "connection": "told_nobody", "about": ["alarm"]},
]
WORDS = "<!channel> {{ 1 + 1 }} joint.c2st slid."


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with web_server() as found:
        yield found


@pytest.fixture(scope="module")
def mail() -> Iterator[Mail]:
    with mail_server() as found:
        yield found


@pytest.fixture(scope="module")
def ledger(airflow: RunningAirflow, web: Web, mail: Mail, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A dataset with a generator and no champion, so that the watch has nothing to look at; and the connections."""
    csv: Path = tmp_path_factory.mktemp(NAME) / "clinic.csv"
    clinic_rows().to_csv(csv, index=False)
    schedule = {"nightly": "0 0 * * *", "deadline": "00:01"}
    spec = {**clinic_spec(csv, notify=RECEIVERS, schedule=schedule, watch={"on_alarm": "notify"}), "dataset": NAME}
    (airflow.datasets / f"{NAME}.yaml").write_text(yaml.safe_dump(spec))
    plain = '{"disable_tls": true, "disable_ssl": true, "from_email": "headwater@example.org"}'
    connections: list[dict[str, Any]] = [
        {"connection_id": "told_hook", "conn_type": "http", "host": web.url("hook")},
        {"connection_id": "told_slack", "conn_type": "slackwebhook", "host": web.url("slack"), "password": "T0"},
        {"connection_id": "told_letters", "conn_type": "smtp", "host": HOST, "port": mail.port, "extra": plain},
        {"connection_id": "told_broken", "conn_type": "http", "host": web.url("500")},
        {"connection_id": "told_nobody", "conn_type": "http", "host": f"http://{HOST}:9/s3cret-key"},
        {"connection_id": "told_hanging", "conn_type": "http", "host": web.url("hang")},
    ]
    for each in connections:
        airflow.api.call("POST", "/connections", json=each)
    found = Ledger(airflow.ledger_url)
    with found.transaction() as books:
        books.datasets.register(NAME, "nurse", "Patients.")
        books.snapshots.record(snapshot(NAME, dataset=NAME))
        books.generators.record(generator(NAME, dataset=NAME, snapshot_id=uid(NAME)))
    yield found
    found.close()


def run(airflow: RunningAirflow, dag_id: str) -> Run:
    airflow.api.wait_for_dag(dag_id)
    run_id = airflow.api.trigger(dag_id)
    airflow.api.unpause(dag_id)
    return airflow.api.follow(dag_id, run_id, RUN_SECONDS)


def test_an_alarm_is_told_once_and_bad_receivers_change_no_run(
    airflow: RunningAirflow, ledger: Ledger, web: Web
) -> None:
    with ledger.transaction() as books:
        about = {"dataset": NAME, "subject_kind": "alarm", "subject_id": uid("told alarm")}
        planted = decision("told alarm", kind="alarm", reason=WORDS, decided_at=datetime.now(UTC), **about)
        books.decisions.record(planted)
    made = run(airflow, f"watch__{NAME}")
    found = settled(ledger, 5)
    assert made.state == "success"
    assert {connection: each.outcome for connection, each in found.items()} == {
        "told_hook": "sent",
        "told_slack": "sent",
        "told_broken": "failed",
        "told_hanging": "unknown",
        "told_missing": "failed",
        "told_nobody": "failed",
    }
    assert "HTTP status 500" in str(found["told_broken"].error)
    assert "no connection 'told_missing'" in str(found["told_missing"].error)
    assert found["told_nobody"].error == "ConnectionError"
    log = "".join(each.read_text() for each in (airflow.home.airflow / "logs").glob(f"dag_id=watch__{NAME}/**/*.log"))
    assert "webhook told_nobody was not told" in log
    assert "s3cret-key" not in log
    (said,) = web.at("slack/T0")
    assert said["blocks"][0]["text"]["text"] == f"The watch over {NAME} raised an alarm.\n{WORDS}"
    (post,) = web.at("hook")
    place = f"{airflow.api.base_url}/dags/watch__{NAME}/runs/manual"
    assert (post["fact"], post["id"], post["link"]) == ("alarm", uid("told alarm"), place)

    clear(airflow, made)
    again = airflow.api.follow(made.dag_id, made.run_id, RUN_SECONDS)
    assert again.state == "success"
    deadline = time.monotonic() + 60
    while len(web.at("500")) < 2:
        assert time.monotonic() < deadline, "what failed is tried again"
        time.sleep(0.5)
    assert [len(web.at(path)) for path in ("hook", "slack/T0", "hang")] == [1, 1, 1]


def test_a_late_night_is_told_once_by_letter_and_post(
    airflow: RunningAirflow, ledger: Ledger, web: Web, mail: Mail
) -> None:
    with ledger.transaction() as books:
        books.generators.promote(NAME, uid(NAME), datetime.now(UTC) - timedelta(days=7))
    made = [run(airflow, f"deadline__{NAME}") for _ in range(2)]
    assert [each.state for each in made] == ["success", "success"]
    told = [each for each in web.at("hook") if each["fact"] == "late"]
    days = [each["id"] for each in told]
    assert days
    assert len(days) == len(set(days)), "one message a night"
    assert told[-1]["headline"] == f"No batch of {NAME} for {days[-1]} was released by 00:01 (UTC)."
    assert told[-1]["link"] == f"{airflow.api.base_url}/dags/nightly__{NAME}"
    assert [addresses for addresses, _ in mail.letters] == [[ADDRESS]] * len(days)


def clear(airflow: RunningAirflow, made: Run) -> None:
    body = {"dag_run_id": made.run_id, "dry_run": False, "only_failed": False, "reset_dag_runs": True}
    airflow.api.call("POST", f"/dags/{made.dag_id}/clearTaskInstances", json=body)


def settled(ledger: Ledger, count: int) -> dict[str, Notice]:
    """By connection, once so many are known to be sent or not: a task is over before it has told anybody."""
    deadline = time.monotonic() + 60
    while True:
        with ledger.transaction() as books:
            found = {each.receiver.split()[1]: each for each in books.notices.of(NAME)}
        if len([each for each in found.values() if each.outcome != "unknown"]) >= count:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.5)
