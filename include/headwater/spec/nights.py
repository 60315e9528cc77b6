"""Which nights a schedule has behind it at a moment, and by when each batch should have been released.

Belongs here: reading a cron expression backwards in its zone. Does not: starting anything (Airflow does that).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from headwater.spec.dataset import Schedule


@dataclass(frozen=True)
class Night:
    """One batch that the schedule asks for.

    Attributes:
        batch_date: the day it is of: the local date on which its run's interval starts.
        starts_at: when its run starts, which is the interval's end; with UTC.
        due_at: by when it should be released; None where the schedule sets no deadline.
    """

    batch_date: date
    starts_at: datetime
    due_at: datetime | None


def last_nights(schedule: Schedule, moment: datetime, count: int) -> tuple[Night, ...]:
    """The last ``count`` nights whose run has been due to start at ``moment``, newest first.

    None lies before ``schedule.start_date``; where a schedule has several runs a day, the last of the day counts.

    Raises:
        ValueError: ``moment`` has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    # Cron counts minutes, so moments of one minute have the same nights behind them.
    newest = _newest(schedule.nightly, schedule.timezone, moment.astimezone(UTC).replace(second=0, microsecond=0))
    return _nights_until(schedule, newest, count) if newest else ()


@lru_cache(maxsize=1_024)
def _newest(cron: str, zone: str, minute: datetime) -> datetime | None:
    """The last run that started at ``minute`` or before."""
    return next(_ticks_before(cron, ZoneInfo(zone), minute + timedelta(microseconds=1)), None)


@lru_cache(maxsize=1_024)
def _nights_until(schedule: Schedule, newest: datetime, count: int) -> tuple[Night, ...]:
    """Kept until the next run: many datasets share a schedule, and a page asks again and again."""
    zone = schedule.zone
    found: dict[date, Night] = {}
    end = newest
    for start in _ticks_before(schedule.nightly, zone, newest):
        day = start.astimezone(zone).date()
        if day < schedule.start_date or (day not in found and len(found) == count):
            break
        found.setdefault(day, Night(day, end, _due_at(end, zone, schedule.deadline)))
        end = start
    return tuple(found.values())


def _ticks_before(cron: str, zone: ZoneInfo, moment: datetime) -> Iterator[datetime]:
    """The moments before ``moment`` that the expression names, newest first, in UTC; none for a 31st of February."""
    from croniter import CroniterBadDateError, croniter

    ticks = croniter(cron, moment.astimezone(zone))
    while True:
        try:
            found: datetime = ticks.get_prev(datetime)
        except CroniterBadDateError:
            return
        yield found.astimezone(UTC)


def _due_at(starts_at: datetime, zone: ZoneInfo, deadline: str | None) -> datetime | None:
    """The first moment after the start at which clocks in the zone show the deadline."""
    if deadline is None:
        return None
    local = starts_at.astimezone(zone)
    due = datetime.combine(local.date(), time.fromisoformat(deadline), zone)
    if due <= local:
        due = datetime.combine(local.date() + timedelta(days=1), time.fromisoformat(deadline), zone)
    return due.astimezone(UTC)
