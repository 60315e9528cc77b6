"""Which nights a schedule has behind it at a moment, when each is due, and by when its batch should be released.

Belongs here: what a tick of the schedule means. Does not: when there is one (``ticks.py``), starting anything (Airflow
does that).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from headwater.spec.ticks import around

if TYPE_CHECKING:
    from headwater.spec.dataset import Schedule

MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Night:
    """One batch that the schedule asks for.

    Attributes:
        batch_date: the day it is of: the local date on which its run's interval starts.
        starts_at: when its run starts, which is the interval's end; with UTC. Of several runs of a day, the last.
        due_at: by when it should be released; None where the schedule sets no deadline.
    """

    batch_date: date
    starts_at: datetime
    due_at: datetime | None


def last_nights(schedule: Schedule, moment: datetime, count: int) -> tuple[Night, ...]:
    """The last ``count`` nights whose run has been due to start at ``moment``, newest first.

    None lies before ``schedule.start_date``. Where a schedule has several runs a day, the last of them makes the night.

    Raises:
        ValueError: ``moment`` has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    # Whoever asks within the same minute gets the same nights, so each minute is looked up once.
    minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
    newest, _ = around(schedule.nightly, schedule.zone, minute + MOMENT)
    return _nights_until(schedule, newest, count) if newest else ()


def night_of(schedule: Schedule, batch_date: date) -> tuple[datetime, datetime] | None:
    """When the run that makes the night of a day is due, and the next one after it, both in UTC.

    Of several runs that start their interval on the day, the last one makes it. None: the schedule has no run after it.
    """
    cron, zone = schedule.nightly, schedule.zone
    _, due = around(cron, zone, _start_of(batch_date + timedelta(days=1), zone))
    _, after = around(cron, zone, due + MOMENT) if due else (None, None)
    return (due, after) if due and after else None


def deadline_cron(deadline: str) -> str:
    """The cron expression of a time of day, such as ``06:00``."""
    hour, _, minute = deadline.partition(":")
    return f"{int(minute)} {int(hour)} * * *"


@lru_cache(maxsize=1_024)
def _nights_until(schedule: Schedule, newest: datetime, count: int) -> tuple[Night, ...]:
    """Kept until the next run: many datasets share a schedule, and a page asks again and again."""
    zone = schedule.zone
    found: list[Night] = []
    # Between the last run of a day and its end there is none, so what is due after the one is due after the other.
    start, due = around(schedule.nightly, zone, _start_of(newest.astimezone(zone).date(), zone))
    while start and due and len(found) < count:
        day = start.astimezone(zone).date()
        if day < schedule.start_date:
            break
        found.append(Night(day, due, _due_at(due, zone, schedule.deadline)))
        start, due = around(schedule.nightly, zone, _start_of(day, zone))
    return tuple(found)


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment a day begins in the zone, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _due_at(starts_at: datetime, zone: ZoneInfo, deadline: str | None) -> datetime | None:
    """The first moment after the start at which ``deadline__X`` looks."""
    return around(deadline_cron(deadline), zone, starts_at + MOMENT)[1] if deadline else None
