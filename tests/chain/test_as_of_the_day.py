"""A past night is made by the champion that it had, or by the one that a person asks for, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.chain.nights import batch_of, night
from tests.chain.second_champion import champion_of, in_run, reign, train_other

from headwater.chain.asking import RequestRefusedError
from headwater.chain.house import GateClosedError, House
from headwater.chain.makers import PRESENT, Asked, AsOf
from headwater.chain.produce import plan
from headwater.chain.recall import recall
from headwater.chain.rollback import rollback
from headwater.spec import DatasetSpec

DAY = timedelta(days=1)
BEGUN = datetime(2026, 2, 10, 10, tzinfo=UTC)
"""When version 1 was crowned; version 2 ten days later, at the same hour."""
WHY = "Since Monday wards are missing."


def of(day: date) -> AsOf:
    """The night is due at two in the morning after the day, the next one a day later."""
    due = datetime(day.year, day.month, day.day, 2, tzinfo=UTC) + DAY
    return AsOf(due, due + DAY)


@pytest.fixture(scope="module")
def both(manned: House, clinic: DatasetSpec) -> tuple[str, str]:
    first = champion_of(manned, "clinic")
    assert first is not None
    return first, train_other(manned, clinic)


@pytest.fixture
def reigned(manned: House, both: tuple[str, str]) -> Iterator[House]:
    """Both reigned in turn, and no person has decided anything; a run of its own."""
    reign(manned, "clinic", (both[0], BEGUN), (both[1], BEGUN + 10 * DAY))
    yield in_run(manned)
    with manned.ledger.transaction() as books:
        books.readers._connection().execute("DELETE FROM headwater.decisions WHERE kind IN ('rollback', 'recall')")


def maker_of(house: House, spec: DatasetSpec, day: date, asked: Asked) -> str:
    return batch_of(house, plan(house, spec, day, asked).batch_id).generator_id


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2026, 2, 10), 1),
        (date(2026, 2, 15), 1),
        (date(2026, 2, 18), 1),
        (date(2026, 2, 19), 1),  # due on the twentieth at two, eight hours before the change
        (date(2026, 2, 20), 2),
        (date(2026, 3, 1), 2),
        (date(2027, 1, 1), 2),  # not due yet
    ],
)
def test_the_champion_of_a_day_is_the_one_in_use_when_its_night_is_due(
    reigned: House, clinic: DatasetSpec, both: tuple[str, str], day: date, version: int
) -> None:
    assert maker_of(reigned, clinic, day, of(day)) == both[version - 1]


def test_the_night_of_a_day_has_the_hash_that_it_had_then(reigned: House, clinic: DatasetSpec) -> None:
    day = date(2026, 2, 12)
    then = batch_of(reigned, plan(reigned, clinic, day, of(day)).batch_id)
    again = plan(in_run(reigned), clinic, day, of(day))
    assert again.batch_id == then.batch_id
    assert then.seed == clinic.seed


def test_days_before_the_first_champion_are_refused_with_the_day_to_begin_at(
    reigned: House, clinic: DatasetSpec
) -> None:
    day = date(2026, 2, 8)
    told = (
        r"clinic had no champion when the night of 2026-02-08 was due \(2026-02-09 02:00 UTC\) and until the next one "
        r"was: its first, trees, was crowned on 2026-02-10 10:00 UTC\. Cure: begin at 2026-02-10, or run this day with "
        r"the param champion: present, or a version's number\."
    )
    with pytest.raises(GateClosedError, match=told):
        plan(reigned, clinic, day, of(day))


def test_the_first_champion_makes_the_night_that_was_open_when_it_was_crowned(
    reigned: House, clinic: DatasetSpec, both: tuple[str, str]
) -> None:
    """So a new dataset's first scheduled night is made, and is the same one whenever it is asked for."""
    day = date(2026, 2, 9)
    assert maker_of(reigned, clinic, day, of(day)) == both[0]


@pytest.mark.parametrize(("asked", "version"), [(PRESENT, 2), ("1", 1), ("2", 2), ("previous", 1)])
def test_a_person_may_ask_for_another_champion(
    reigned: House, clinic: DatasetSpec, both: tuple[str, str], asked: str, version: int
) -> None:
    assert maker_of(reigned, clinic, date(2026, 1, 1), asked) == both[version - 1]


def test_a_generator_may_be_asked_for_by_its_id(reigned: House, clinic: DatasetSpec, both: tuple[str, str]) -> None:
    assert maker_of(reigned, clinic, date(2026, 1, 2), both[0].upper()) == both[0]


def test_a_version_that_is_none_lists_those_that_are(reigned: House, clinic: DatasetSpec) -> None:
    with pytest.raises(RequestRefusedError, match=r"clinic has no version '7'. Cure: .*1 = trees.*2 = other"):
        plan(reigned, clinic, date(2026, 1, 3), "7")


def test_who_was_withdrawn_makes_no_night_any_more(reigned: House, clinic: DatasetSpec) -> None:
    day = date(2026, 2, 21)
    rollback(reigned, clinic, "1", WHY, "ada")
    told = r"The night of 2026-02-21 is not made: a person has withdrawn .*\(version 2 on .*Cure: run the day .*present"
    for asked in (of(day), "2"):
        with pytest.raises(GateClosedError, match=told):
            plan(reigned, clinic, day, asked)


def test_a_night_that_readers_have_of_who_was_withdrawn_is_found(reigned: House, clinic: DatasetSpec) -> None:
    day = date(2026, 2, 22)
    batch_id = night(reigned, clinic, day)
    rollback(reigned, clinic, "1", WHY, "ada")
    assert plan(in_run(reigned), clinic, day, of(day)).batch_id == batch_id
    recall(reigned, clinic, "2", WHY, "ada")
    with pytest.raises(GateClosedError, match="is not made: a person has withdrawn"):
        plan(in_run(reigned), clinic, day, of(day))


def test_a_night_that_is_still_open_is_made_by_whom_a_person_put_in_place(
    reigned: House, clinic: DatasetSpec, both: tuple[str, str]
) -> None:
    """Late, after a rollback: nobody wants the one that was withdrawn, and nobody has to be woken."""
    yesterday = datetime.now(UTC).date() - DAY
    rollback(reigned, clinic, "1", WHY, "ada")
    now = datetime.now(UTC)
    open_night = AsOf(now - timedelta(hours=8), now + timedelta(hours=16))
    assert maker_of(reigned, clinic, yesterday, open_night) == both[0]
