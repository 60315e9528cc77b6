"""One rule for when a night is due: the chain's own reading of a schedule beside the runs that Airflow would start.

Airflow's runs are walked one after another, as its scheduler makes them, over each change of the clocks of 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from airflow.timetables.base import DataInterval, TimeRestriction
from pendulum import instance
from tests.orchestration.changes import CHANGES

from headwater.orchestration.timetables import interval, tick
from headwater.spec.dataset import Schedule
from headwater.spec.nights import deadline_cron, last_nights, night_of

A_DAY = ["0 2 * * *", "30 2 * * *", "0 0 * * *", "30 0 * * *", "30 23 * * *", "15 1 * * *"]
WEEKLY = ["0 3 * * 1-5", "30 2 * * 0"]
SEVERAL = ["0 * * * *", "20 */1 * * *", "0 */6 * * *", "0,20,40 2 * * *", "30 1-4 * * *", "0 2,3 * * *"]
# Airflow loses its own place where clocks move by half an hour within an hour of several ticks, and raises an error.
CASES = [
    pytest.param(*change.values, cron, id=f"{change.id}-{cron}")
    for change in CHANGES
    for cron in [*A_DAY, *WEEKLY, *([] if "Lord_Howe" in str(change.id) else SEVERAL)]
]
DEADLINES = ["06:00", "00:00", "00:30", "02:30", "01:15", "23:59"]
MINUTE = timedelta(minutes=1)


def runs(cron: str, zone: str, around: datetime) -> Iterator[DataInterval]:
    """The data intervals that Airflow's scheduler would make from some days before until as many after."""
    timetable, last = interval(cron, zone), None
    span = timedelta(days=17 if cron in WEEKLY else 3)
    restriction = TimeRestriction(earliest=instance(around - span), latest=None, catchup=True)
    while last is None or last.end < around + span:
        info = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        assert info is not None
        last = info.data_interval
        yield last


def nights(cron: str, zone: str, around: datetime) -> dict[date, tuple[datetime, datetime]]:
    """Of each day: when the last run that starts its interval on it is due, and the one after that."""
    found = list(runs(cron, zone, around))
    dues = {each.start.astimezone(ZoneInfo(zone)).date(): each.end for each in found}
    return {day: (due, next(each.end for each in found if each.end > due)) for day, due in list(dues.items())[:-2]}


@pytest.mark.parametrize(("zone", "change", "cron"), CASES)
def test_nights_are_due_when_airflow_starts_their_runs(zone: str, change: datetime, cron: str) -> None:
    schedule = Schedule(nightly=cron, timezone=zone)
    expected = nights(cron, zone, change)
    assert len(expected) >= 2
    assert {day: night_of(schedule, day) for day in expected} == expected
    listed = list(expected)[1:]  # the first may be a day of which only the last runs were walked
    for day in listed:
        due, _ = expected[day]
        assert [(each.batch_date, each.starts_at) for each in last_nights(schedule, due, 1)] == [(day, due)]
        assert last_nights(schedule, due - MINUTE, 1)[0].batch_date < day
    all_at_once = last_nights(schedule, expected[listed[-1]][0], len(listed))
    assert [each.batch_date for each in reversed(all_at_once)] == listed


@pytest.mark.parametrize("deadline", DEADLINES)
@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_a_night_is_late_when_its_deadline_run_comes(zone: str, change: datetime, deadline: str) -> None:
    """``deadline__X`` runs at the first of Airflow's ticks after the night's start."""
    schedule = Schedule(nightly="30 2 * * *", timezone=zone, deadline=deadline)
    timetable = tick(deadline_cron(deadline), zone)
    for night in last_nights(schedule, change + timedelta(days=3), 6):
        earliest = instance(night.starts_at + MINUTE)
        info = timetable.next_dagrun_info(
            last_automated_data_interval=None,
            restriction=TimeRestriction(earliest=earliest, latest=None, catchup=True),
        )
        assert info is not None
        assert night.due_at == info.run_after.astimezone(UTC), night
