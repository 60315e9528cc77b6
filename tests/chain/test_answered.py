"""Answers stand in the ledger, and hold for their run only; a second person's hold for the first one they saw."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from headwater.chain.answered import ANSWERED, first_of, resolution_of, take
from headwater.chain.answers import CONFIRM, DISCARD, OBJECT, RELEASE, Answer, subject_of, unanswered
from headwater.chain.house import House
from headwater.spec import DatasetSpec
from headwater.spec.decisions import Decisions, Question

BATCH = "0b1f5c1e-3c1d-5a52-9d0a-2f6c9f0a7a11"
SUBJECT = subject_of("release", BATCH)
AT = datetime(2026, 11, 27, 6, tzinfo=UTC)


def answer(option: str, by: str, later: int = 0) -> Answer:
    return Answer(option=option, reason="The ward (病院) was closed.", by=by, at=AT + timedelta(minutes=later))


@pytest.fixture
def booked(house: House, clinic: DatasetSpec) -> House:
    with house.ledger.transaction() as books:
        books.datasets.register("clinic", "tests", "")
    return house


@pytest.fixture
def four_eyes(clinic: DatasetSpec) -> DatasetSpec:
    return clinic.model_copy(update={"decisions": Decisions(release=Question(four_eyes=True))})


def test_an_answer_holds_for_its_run_and_is_written_once(booked: House, clinic: DatasetSpec) -> None:
    assert resolution_of(booked, clinic, "release", BATCH) is None
    for _ in range(2):
        take(booked, "clinic", SUBJECT, answer(RELEASE, "anna"))
    found = resolution_of(booked, clinic, "release", BATCH)
    assert found is not None
    assert (found.answer, found.second) == (answer(RELEASE, "anna"), None)
    assert resolution_of(replace(booked, run_id="another"), clinic, "release", BATCH) is None
    with booked.ledger.transaction() as books:
        (row,) = books.decisions.of(BATCH)
    assert (row.kind, row.subject_kind, row.decided_by, row.decided_at) == (ANSWERED, "batch", "anna", AT)
    assert row.reason == "Release anyway: The ward (病院) was closed."


def test_where_a_second_person_has_to_look_nothing_holds_before(booked: House, four_eyes: DatasetSpec) -> None:
    take(booked, "clinic", SUBJECT, answer(RELEASE, "anna"))
    assert resolution_of(booked, four_eyes, "release", BATCH) is None
    first = first_of(booked, BATCH)
    assert first is not None
    take(booked, "clinic", SUBJECT, answer(CONFIRM, "ben", 1), first.decision_id)
    found = resolution_of(booked, four_eyes, "release", BATCH)
    assert found is not None
    assert (found.by, found.is_confirmed, found.second) == ("anna", True, answer(CONFIRM, "ben", 1))
    assert first_of(booked, BATCH) == first, "the second person's words are no answer to the first question"


def test_a_question_that_is_put_again_needs_another_look(booked: House, four_eyes: DatasetSpec) -> None:
    take(booked, "clinic", SUBJECT, answer(RELEASE, "anna"))
    first = first_of(booked, BATCH)
    assert first is not None
    take(booked, "clinic", SUBJECT, answer(CONFIRM, "ben", 1), first.decision_id)
    take(booked, "clinic", SUBJECT, answer(RELEASE, "carla", 2))  # its task was cleared
    assert resolution_of(booked, four_eyes, "release", BATCH) is None, "ben has not seen it"
    again = first_of(booked, BATCH)
    assert again is not None
    take(booked, "clinic", SUBJECT, answer(OBJECT, "ben", 3), again.decision_id)
    found = resolution_of(booked, four_eyes, "release", BATCH)
    assert found is not None
    assert (found.by, found.is_confirmed) == ("ben", False)


def test_silence_is_written_down_too_and_needs_nobody_else(booked: House, four_eyes: DatasetSpec) -> None:
    take(booked, "clinic", SUBJECT, unanswered(DISCARD, 12, AT))
    found = resolution_of(booked, four_eyes, "release", BATCH)
    assert found is not None
    assert (found.by, found.answer.option, found.second) == (None, DISCARD, None)
    with booked.ledger.transaction() as books:
        assert [each.decided_by for each in books.decisions.of(BATCH)] == ["headwater"]
