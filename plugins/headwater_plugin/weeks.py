"""A calendar of nights: weeks from Monday to Sunday, each day by the worst that happened to any dataset.

Belongs here: from counts by date and outcome to weeks. Does not: queries, HTML.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.ledger.overview_answers import DayCount

WORST_FIRST = ("missing", "unfinished", "quarantined", "recalled", "released")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHOWN_AS = {"unfinished": "missing"}


@dataclass(frozen=True)
class Day:
    """One date: its worst outcome as the page colours it, and all of them in words."""

    date: date
    worst: str
    told: str


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday; None where nothing was asked for."""

    label: str
    days: tuple[Day | None, ...]


def weeks_of(counts: Sequence[DayCount]) -> list[Week]:
    """The weeks from the first to the last date, oldest first; none where there is no date."""
    by_day: defaultdict[date, dict[str, int]] = defaultdict(dict)
    for each in counts:
        by_day[each.batch_date][each.outcome] = each.datasets
    if not by_day:
        return []
    monday = min(by_day) - timedelta(days=min(by_day).weekday())
    number = (max(by_day) - monday).days // 7 + 1
    return [_week(monday + timedelta(weeks=week), by_day) for week in range(number)]


def _week(monday: date, by_day: dict[date, dict[str, int]]) -> Week:
    dates = [monday + timedelta(days=day) for day in range(7)]
    return Week(f"{monday:%d %b}", tuple(_day(each, by_day[each]) if each in by_day else None for each in dates))


def _day(day: date, counts: dict[str, int]) -> Day:
    present = [outcome for outcome in WORST_FIRST if counts.get(outcome)]
    told = ", ".join(f"{counts[outcome]:,} {outcome}" for outcome in present)
    return Day(day, _SHOWN_AS.get(present[0], present[0]), f"{day:%a} {day}: {told}")
