"""Nights behind a moment: dates, starts and deadlines by hand, clocks that change, and what sets none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from headwater.spec.dataset import Schedule
from headwater.spec.nights import Night, last_nights

MOMENT = datetime(2026, 3, 10, 2, tzinfo=UTC)


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def nights(moment: datetime = MOMENT, count: int = 3, **schedule: Any) -> tuple[Night, ...]:
    return last_nights(Schedule(**schedule), moment, count)


def test_the_night_that_starts_now_is_the_day_before() -> None:
    assert nights(count=2) == (
        Night(date(2026, 3, 9), utc(10, 2), utc(10, 6)),
        Night(date(2026, 3, 8), utc(9, 2), utc(9, 6)),
    )
    assert nights(MOMENT - timedelta(seconds=1), count=1)[0].batch_date == date(2026, 3, 8)


def test_days_are_counted_in_the_schedules_zone() -> None:
    (found,) = nights(utc(9, 17), count=1, nightly="0 2 * * *", timezone="Asia/Tokyo")
    assert found == Night(date(2026, 3, 9), utc(9, 17), utc(9, 21))


def test_a_night_that_starts_in_the_evening_is_due_next_morning() -> None:
    (found,) = nights(count=1, nightly="0 22 * * *")
    assert found == Night(date(2026, 3, 8), utc(9, 22), utc(10, 6))


def test_a_deadline_keeps_its_hour_when_the_clocks_change() -> None:
    """In Vienna six in the morning was 05:00 UTC on 28 March 2026, and 04:00 from the 29th."""
    found = nights(utc(30, 12), count=3, timezone="Europe/Vienna")
    assert [each.due_at for each in found] == [utc(30, 4), utc(29, 4), utc(28, 5)]
    assert [each.batch_date.day for each in found] == [29, 28, 27]


def test_one_night_a_date_where_a_schedule_runs_several_times_a_day() -> None:
    found = nights(count=2, nightly="0 */6 * * *", deadline="23:00")
    assert [(each.batch_date.day, each.starts_at.hour) for each in found] == [(9, 0), (8, 0)]


def test_days_without_a_run_are_no_nights() -> None:
    """Mondays: the run of 9 March makes the batch of the 2nd."""
    found = nights(count=9, nightly="0 2 * * 1", start_date=date(2026, 2, 10))
    assert [each.batch_date for each in found] == [date(2026, 3, 2), date(2026, 2, 23), date(2026, 2, 16)]
    assert nights(count=2, nightly="0 2 * * 1", start_date=date(2026, 2, 10)) == found[:2]


def test_nothing_lies_before_the_start() -> None:
    found = nights(count=84, start_date=date(2026, 3, 7))
    assert [each.batch_date.day for each in found] == [9, 8, 7]
    assert nights(count=84, start_date=date(2027, 1, 1)) == ()


def test_a_schedule_that_never_runs_has_no_nights() -> None:
    assert nights(nightly="0 2 31 2 *") == ()


def test_without_a_deadline_nothing_is_due() -> None:
    assert nights(count=1, deadline=None)[0].due_at is None


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        nights(datetime(2026, 3, 10))  # noqa: DTZ001  that is what is refused


@pytest.mark.parametrize(("given", "kept"), [("06:00", "06:00"), ("23:59", "23:59"), (870, "14:30"), (None, None)])
def test_a_deadline_is_a_time_of_day(given: Any, kept: str | None) -> None:
    """An unquoted 14:30 reaches us as 870: YAML 1.1 counts it in base sixty."""
    assert Schedule(deadline=given).deadline == kept


@pytest.mark.parametrize("wrong", ["6:00", "24:00", "06:60", "six", "", -1, 1440, True, "06:00\n", "٠٦:٠٠"])
def test_what_is_no_time_of_day_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError, match="deadline"):
        Schedule(deadline=wrong)


def test_the_default_changes_no_hash() -> None:
    assert "deadline" not in Schedule().model_dump()
    assert Schedule(deadline=None).model_dump()["deadline"] is None
    assert Schedule.model_validate(Schedule(deadline="05:30").model_dump()) == Schedule(deadline="05:30")


@pytest.mark.parametrize(
    ("moment", "zone", "starts", "due"),
    [
        # 02:30 does not exist in Berlin on 29 March 2026: the run is at 03:30, and what was due at 02:45 at 03:45.
        (datetime(2026, 3, 29, 12, tzinfo=UTC), "Europe/Berlin", "2026-03-29 01:30", "2026-03-29 01:45"),
        # It comes twice on 25 October, and the second one counts.
        (datetime(2026, 10, 25, 12, tzinfo=UTC), "Europe/Berlin", "2026-10-25 01:30", "2026-10-25 01:45"),
        (datetime(2026, 11, 1, 12, tzinfo=UTC), "America/New_York", "2026-11-01 07:30", "2026-11-01 07:45"),
    ],
)
def test_the_night_in_which_the_clocks_change(moment: datetime, zone: str, starts: str, due: str) -> None:
    (found,) = nights(moment, count=1, nightly="30 2 * * *", timezone=zone, deadline="02:45")
    assert [f"{each:%Y-%m-%d %H:%M}" for each in (found.starts_at, found.due_at) if each] == [starts, due]


def test_a_day_that_is_not_over_is_no_night_yet() -> None:
    """Its runs so far may all be repeated by later ones, and its deadline must not move with each of them."""
    found = nights(utc(10, 13), count=2, nightly="0 */6 * * *", deadline="23:00")
    assert [(each.batch_date.day, each.starts_at, each.due_at) for each in found] == [
        (9, utc(10, 0), utc(10, 23)),
        (8, utc(9, 0), utc(9, 23)),
    ]
