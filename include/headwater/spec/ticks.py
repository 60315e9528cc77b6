"""The moments that a cron expression names in a zone: the one rule by which a night is due, a batch late, a day over.

Belongs here: reading an expression exactly as Airflow does, without Airflow, so that the chain and the pages agree with
the runs; a test compares the two. Does not: what a moment means (``nights.py``), starting anything (Airflow does that).

Where clocks go forward, a time of day that does not exist is later by as much as they jump. Where they go back, one
that comes twice counts the second time. An expression for every hour counts the hours that pass, so it has both.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@lru_cache(maxsize=4_096)
def around(cron: str, zone: ZoneInfo, moment: datetime) -> tuple[datetime | None, datetime | None]:
    """The last tick before ``moment``, and the first at it or after, in UTC. ``moment`` has a zone.

    None where the expression names none, as for a 31st of February.
    """
    before = None
    for tick in _from_before(cron, zone, moment):
        if tick >= moment:
            return before, tick
        before = tick
    return before, None


def _from_before(cron: str, zone: ZoneInfo, moment: datetime) -> Iterator[datetime]:
    """Ticks without end, oldest first, the first of them before ``moment`` where there is such a one."""
    from croniter import CroniterBadDateError, croniter

    around = [(moment + shift).astimezone(zone).utcoffset() or timedelta() for shift in (-DAY, timedelta(), DAY)]
    early = _clock(moment, zone) - (max(around) - min(around))
    try:
        start: datetime = croniter(cron, early).get_prev(datetime)
        tick = _moment(start, zone)
        while True:
            yield tick
            tick = _after(cron, zone, tick)
    except CroniterBadDateError:
        return


def _after(cron: str, zone: ZoneInfo, tick: datetime) -> datetime:
    """The tick after one."""
    from croniter import croniter

    clock = _clock(tick, zone)
    ticks = croniter(cron, clock)
    shown: datetime = ticks.get_next(datetime)
    return tick + (shown - clock) if ticks.expanded[1] == ["*"] else _moment(shown, zone)


def _clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """What clocks in the zone show."""
    return moment.astimezone(zone).replace(tzinfo=None)


def _moment(clock: datetime, zone: ZoneInfo) -> datetime:
    """When they show it, in UTC: the second time of two, and for none as much later as they jump."""
    first, second = (clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(first, second)
