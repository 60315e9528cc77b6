"""Timetables of the DAGs' cron lines. One object serves every DAG with the same line and zone.

A timetable never changes and is dear to make: it puts its cron line into English. Hundreds of datasets share a few.

Belongs here: what starts runs. Does not: asking when a run is due (``spec/ticks.py``, which reads cron lines as Airflow
does; ``tests/orchestration/test_ticks_as_airflow.py`` holds the two together).
"""

from __future__ import annotations

from functools import cache

from airflow.timetables.interval import CronDataIntervalTimetable
from airflow.timetables.trigger import CronTriggerTimetable


@cache
def interval(cron: str, timezone: str) -> CronDataIntervalTimetable:
    """Runs whose data interval reaches from one tick to the next: a run is about the time before it."""
    return CronDataIntervalTimetable(cron, timezone=timezone)


@cache
def tick(cron: str, timezone: str) -> CronTriggerTimetable:
    """Runs at each tick that are about no interval."""
    return CronTriggerTimetable(cron, timezone=timezone)
