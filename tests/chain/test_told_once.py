"""Facts in the ledger and who is told of them: once each, whoever asks, and no receiver waits for another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.clinic import clinic_spec
from tests.ledger.facts import CONTENT, batch, decision, furnish, uid, validation

from headwater.chain.facts import FRESH, Fact, facts_of
from headwater.chain.house import House
from headwater.chain.telling import NotSentError, tell
from headwater.ledger import Ledger
from headwater.ledger.migrate import migrate
from headwater.ledger.records import Notice
from headwater.ledger.repositories.notices import ATTEMPTS
from headwater.spec import DatasetSpec
from headwater.store import Store

NOW = datetime.now(UTC)
HOOK, SLACK = {"kind": "webhook", "connection": "hook"}, {"kind": "slack", "connection": "slack"}


def spec(*receivers: dict[str, Any], **changes: Any) -> DatasetSpec:
    return DatasetSpec.model_validate(clinic_spec(Path("clinic.csv"), notify=list(receivers), **changes))


@pytest.fixture
def told_house(database: str, tmp_path: Path) -> Iterator[House]:
    migrate(database)
    ledger = Ledger(database)
    with ledger.transaction() as books:
        furnish(books)
    yield House(ledger, Store(str(tmp_path)), lambda _: "", "run")
    ledger.close()


def decide(house: House, kind: str, name: str, **changes: Any) -> None:
    made = decision(name, kind=kind, outcome=kind, reason=f"{name}.", decided_at=NOW, **changes)
    with house.ledger.transaction() as books:
        books.decisions.record(made)


def open_batch(house: House, day: date, *statuses: str) -> None:
    with house.ledger.transaction() as books:
        books.batches.open(batch(batch_date=day))
        for status in statuses:
            books.batches.mark(uid("batch"), status, content_hash=CONTENT)


def crown(house: House, at: datetime) -> None:
    with house.ledger.transaction() as books:
        books.generators.promote("clinic", uid("generator"), at)


def notices(house: House) -> list[Notice]:
    with house.ledger.transaction() as books:
        return books.notices.of("clinic")


def test_a_quarantine_is_a_fact_with_its_data_docs(told_house: House) -> None:
    open_batch(told_house, date(2026, 1, 1), "failed", "quarantined")
    with told_house.ledger.transaction() as books:
        judged = books.validations.record(validation(passed=False), [])
    decide(told_house, "quarantine", "why", subject_id=uid("batch"))
    (fact,) = facts_of(told_house, spec(), NOW)
    assert (fact.kind, fact.subject_id, fact.validation_id) == ("quarantined", uid("batch"), judged.validation_id)
    assert fact.headline == "The batch of clinic for 2026-01-01 is in quarantine; readers do not see it."
    assert (fact.sentence, fact.dag_id, fact.run_id) == ("why.", "nightly__clinic", "manual")


def test_drift_that_is_found_again_is_one_fact_and_a_first_training_is_none(told_house: House) -> None:
    about = {"subject_kind": "snapshot", "subject_id": uid("snapshot")}
    decide(told_house, "drift", "no champion", detail={"run_id": "a"}, **about)
    assert facts_of(told_house, spec(), NOW) == []
    for run in ("b", "c"):
        decide(told_house, "drift", run, detail={"run_id": run, "generator_id": uid("generator")}, **about)
    (fact,) = facts_of(told_house, spec(), NOW)
    assert (fact.kind, fact.dag_id) == ("drift", "drift__clinic")


def test_champions_and_alarms_are_facts_and_old_news_is_none(told_house: House) -> None:
    decide(told_house, "promote", "better")
    decide(told_house, "rollback", "bad ward", decided_by="anna")
    decide(told_house, "alarm", "slid", subject_id=uid("alarm"))
    decide(told_house, "keep", "not better")
    decide(told_house, "await_approval", "best so far", subject_id=uid("generator"), detail={"run_id": "scheduled__7"})
    found = facts_of(told_house, spec(), NOW)
    assert sorted((each.kind, each.dag_id) for each in found) == [
        ("alarm", "watch__clinic"),
        ("approval", "decide__clinic"),
        ("champion", "retrain__clinic"),
        ("champion", "rollback"),
    ]
    assert any("anna rolled back" in each.headline for each in found)
    (asked,) = [each for each in found if each.kind == "approval"]
    assert asked.headline == "generator won its comparison and waits for a person to make it champion of clinic."
    assert (asked.sentence, asked.run_id) == ("best so far.", ""), "the run of retrain__X is over"
    assert facts_of(told_house, spec(), NOW + FRESH + timedelta(seconds=1)) == []


MORNING = datetime(2026, 3, 2, 6, 0, 5, tzinfo=UTC)
NIGHT = date(2026, 3, 1)
ALWAYS = datetime(2026, 2, 1, tzinfo=UTC)


def late(house: House, moment: datetime = MORNING, **schedule: Any) -> list[tuple[str, str]]:
    facts = facts_of(house, spec(schedule={"start_date": "2026-03-01", **schedule}), moment)
    return [(each.subject_id, each.sentence) for each in facts if each.kind == "late"]


def test_a_night_is_late_from_its_deadline_on(told_house: House) -> None:
    crown(told_house, ALWAYS)
    assert late(told_house, MORNING - timedelta(seconds=6)) == []
    assert late(told_house) == [("2026-03-01", "There is no batch of that day.")]
    assert late(told_house, deadline=None) == []
    assert late(told_house, deadline="07:00", timezone="Europe/Vienna") == late(told_house)
    assert late(told_house, deadline="07:01", timezone="Europe/Vienna") == []


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        ([], "It is not made yet."),
        (["passed"], "It passed its checks and waits for its release."),
        (["failed", "quarantined"], "It is in quarantine."),
    ],
)
def test_a_night_without_a_release_is_late_and_says_why(told_house: House, statuses: list[str], words: str) -> None:
    crown(told_house, ALWAYS)
    open_batch(told_house, NIGHT, *statuses)
    assert late(told_house) == [("2026-03-01", words)]


@pytest.mark.parametrize("statuses", [["passed", "released"], ["passed", "released", "recalled"]])
def test_a_night_that_was_released_is_not_late(told_house: House, statuses: list[str]) -> None:
    crown(told_house, ALWAYS)
    open_batch(told_house, NIGHT, *statuses)
    assert late(told_house) == []


def test_an_old_day_that_somebody_makes_again_is_not_late(told_house: House) -> None:
    crown(told_house, ALWAYS)
    open_batch(told_house, date(2026, 2, 3), "failed", "quarantined")
    assert [day for day, _ in late(told_house)] == ["2026-03-01"]


def test_a_night_before_the_first_champion_could_not_be_made(told_house: House) -> None:
    assert late(told_house) == []
    crown(told_house, datetime(2026, 3, 2, 2, 1, tzinfo=UTC))
    assert late(told_house) == []


class Receivers:
    """Stand in for the wire: keeps what was sent, and fails or hangs for those named."""

    def __init__(self, **trouble: Exception | threading.Event) -> None:
        self.trouble, self.got = trouble, []  # type: ignore[var-annotated]

    def send(self, receiver: Any, fact: Fact) -> None:
        trouble = self.trouble.get(receiver.connection)
        if isinstance(trouble, threading.Event):
            trouble.wait()
        elif trouble is not None:
            raise trouble
        self.got.append((receiver.connection, fact.kind, fact.sentence))


def test_each_receiver_is_told_once_of_what_it_asked_for(told_house: House) -> None:
    decide(told_house, "promote", "better")
    decide(told_house, "alarm", "slid", subject_id=uid("alarm"))
    wire, both = Receivers(), spec(HOOK, {**SLACK, "about": ["alarm"]})
    for _ in range(2):
        tell(told_house, both, wire.send)
    tell(replace(told_house, run_id="another"), both, wire.send)
    assert sorted(wire.got) == [
        ("hook", "alarm", "slid."),
        ("hook", "champion", "better."),
        ("slack", "alarm", "slid."),
    ]
    assert {(each.outcome, each.run_id, each.attempts) for each in notices(told_house)} == {("sent", "run", 1)}


def test_of_many_tasks_at_once_one_tells(told_house: House) -> None:
    decide(told_house, "promote", "better")
    wire = Receivers()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: tell(told_house, spec(HOOK), wire.send), range(4)))
    assert wire.got == [("hook", "champion", "better.")]


def test_a_receiver_in_trouble_harms_no_other_and_is_tried_again(told_house: House) -> None:
    decide(told_house, "promote", "better")
    decide(told_house, "promote", "best")
    wire = Receivers(slack=NotSentError("It is closed."))
    both = spec(SLACK, HOOK)
    tell(told_house, both, wire.send)
    assert [each[0] for each in wire.got] == ["hook", "hook"]
    (failed,) = [each for each in notices(told_house) if each.outcome == "failed"]
    assert (failed.receiver, failed.attempts, failed.error) == ("slack slack", 1, "It is closed.")
    wire.trouble.clear()
    tell(told_house, both, wire.send)
    assert sorted(each[0] for each in wire.got) == ["hook", "hook", "slack", "slack"]
    assert {each.outcome for each in notices(told_house)} == {"sent"}


def test_it_is_not_tried_for_ever_and_no_secret_is_kept(told_house: House) -> None:
    decide(told_house, "promote", "better")
    wire = Receivers(hook=OSError("cannot reach https://hook.example/s3cret"))
    for _ in range(ATTEMPTS + 2):
        tell(told_house, spec(HOOK), wire.send)
    (notice,) = notices(told_house)
    assert (notice.outcome, notice.attempts, notice.error) == ("failed", ATTEMPTS, "OSError")
    wire.trouble.clear()
    tell(told_house, spec(HOOK), wire.send)
    assert wire.got == []


def test_a_receiver_that_hangs_is_left_behind_and_not_told_twice(told_house: House) -> None:
    decide(told_house, "promote", "better")
    over = threading.Event()
    wire = Receivers(slack=over)
    both = spec(SLACK, HOOK)
    tell(told_house, both, wire.send, answer_seconds=0.5)
    assert wire.got == [("hook", "champion", "better.")]
    (hung,) = [each for each in notices(told_house) if each.outcome == "unknown"]
    assert hung.receiver == "slack slack"
    assert "may have arrived" in str(hung.error)
    over.set()
    tell(told_house, both, wire.send)
    assert len(notices(told_house)) == 2
    assert [each[0] for each in wire.got].count("slack") <= 1


def test_a_receiver_that_breaks_off_waiting_is_not_told_twice(told_house: House) -> None:
    decide(told_house, "promote", "better")
    for _ in range(2):
        tell(told_house, spec(HOOK), Receivers(hook=TimeoutError()).send)
    (notice,) = notices(told_house)
    assert (notice.outcome, notice.attempts) == ("unknown", 1)


def test_without_receivers_nothing_is_read_or_sent(told_house: House) -> None:
    decide(told_house, "promote", "better")
    wire = Receivers()
    tell(told_house, spec(), wire.send)
    tell(told_house, spec({**HOOK, "about": ["late"]}), wire.send, ready=lambda: pytest.fail("nothing to tell"))
    assert (wire.got, notices(told_house)) == ([], [])
