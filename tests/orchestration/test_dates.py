"""Which day a run makes: the param first, then the interval, in the dataset's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from airflow.timetables.base import TimeRestriction
from airflow.timetables.interval import CronDataIntervalTimetable
from pendulum import instance
from tests.clinic import clinic_spec

from headwater.chain.makers import PRESENT, AsOf
from headwater.orchestration.dates import as_of, asked_of, batch_date_of
from headwater.spec import DatasetSpec

VIENNA = ZoneInfo("Europe/Vienna")


def spec(nightly: str = "0 2 * * *", timezone: str = "UTC") -> DatasetSpec:
    return DatasetSpec.model_validate(
        clinic_spec(Path("clinic.csv"), schedule={"nightly": nightly, "timezone": timezone})
    )


def test_the_param_comes_first() -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    assert batch_date_of({"batch_date": "2026-01-31"}, start, VIENNA) == date(2026, 1, 31)


@pytest.mark.parametrize("params", [{}, {"batch_date": None}, {"batch_date": ""}])
def test_without_a_param_it_is_the_day_on_which_the_interval_starts(params: dict[str, str | None]) -> None:
    assert batch_date_of(params, datetime(2026, 5, 1, 2, tzinfo=UTC), ZoneInfo("UTC")) == date(2026, 5, 1)


def test_days_are_counted_in_the_zone_of_the_dataset() -> None:
    # 02:00 in Vienna on the first of May is midnight UTC in summer; 00:30 there is still April in UTC.
    assert batch_date_of({}, datetime(2026, 4, 30, 22, 30, tzinfo=UTC), VIENNA) == date(2026, 5, 1)


@pytest.mark.parametrize("given", ["31.1.2026", "2026-02-30", "yesterday", 5])
def test_what_is_no_date_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match="such as 2026-01-31"):
        batch_date_of({"batch_date": given}, None, VIENNA)


def test_a_run_without_interval_and_param_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="trigger it with the param batch_date"):
        batch_date_of({}, None, VIENNA)


def test_a_backfill_makes_the_days_of_its_range() -> None:
    start = datetime(2026, 5, 1, 2, tzinfo=UTC)
    with pytest.raises(ValueError, match=r"for 2026-05-01, and its param batch_date says 2026-01-31.*leave batch_date"):
        batch_date_of({"batch_date": "2026-01-31"}, start, VIENNA, "backfill")
    assert batch_date_of({"batch_date": "2026-05-01"}, start, VIENNA, "backfill") == date(2026, 5, 1)
    assert batch_date_of({}, start, VIENNA, "backfill") == date(2026, 5, 1)


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Vienna", "America/Los_Angeles", "Pacific/Kiritimati"])
@pytest.mark.parametrize("nightly", ["0 2 * * *", "0 0 * * *", "30 23 * * *", "0 2 * * 0", "0 2 1 * *"])
def test_a_night_is_due_when_its_data_interval_ends(nightly: str, timezone: str) -> None:
    """Also over the change to summer time, in the hour that there is not."""
    made = spec(nightly, timezone)
    timetable = CronDataIntervalTimetable(nightly, timezone=timezone)
    everything = TimeRestriction(earliest=instance(datetime(2026, 3, 20, tzinfo=UTC)), latest=None, catchup=True)
    info, intervals = None, []
    for _ in range(14):
        info = timetable.next_dagrun_info(
            last_automated_data_interval=info and info.data_interval, restriction=everything
        )
        intervals.append(info.data_interval)
    for interval, after in pairwise(intervals):
        day = batch_date_of({}, interval.start, made.schedule.zone)
        found = as_of(made, day)
        assert (found.due, found.closes) == (interval.end, after.end), day


def test_all_runs_of_a_day_mean_the_same_moment() -> None:
    assert as_of(spec("0 */6 * * *"), date(2026, 5, 1)).due == datetime(2026, 5, 2, tzinfo=UTC)


@pytest.mark.parametrize("run_type", ["scheduled", "backfill"])
@pytest.mark.parametrize("given", [None, "", "  "])
def test_by_the_clock_a_day_gets_its_own_champion(run_type: str, given: str | None) -> None:
    due = datetime(2026, 5, 2, 2, tzinfo=UTC)
    asked = asked_of({"champion": given}, run_type, spec(), date(2026, 5, 1))
    assert asked == AsOf(due, due + timedelta(days=1))


def test_by_hand_it_is_the_present_one() -> None:
    assert asked_of({}, "manual", spec(), date(2026, 5, 1)) == PRESENT


@pytest.mark.parametrize("run_type", ["scheduled", "backfill", "manual"])
def test_what_is_asked_for_holds_for_every_run(run_type: str) -> None:
    day = date(2026, 5, 1)
    assert asked_of({"champion": " Present "}, run_type, spec(), day) == PRESENT
    assert asked_of({"champion": "As of the day"}, run_type, spec(), day) == as_of(spec(), day)
    assert asked_of({"champion": 3}, run_type, spec(), day) == "3"
    assert asked_of({"champion": "previous"}, run_type, spec(), day) == "previous"
