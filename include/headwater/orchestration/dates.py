"""Which day a nightly run makes. A day is counted in the dataset's own time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo


def batch_date_of(params: Mapping[str, Any], interval_start: datetime | None, zone: ZoneInfo) -> date:
    """The param ``batch_date`` where given, else the day on which the run's data interval starts.

    Raises:
        ValueError: the run has neither, or the param is no date.
    """
    given = params.get("batch_date")
    if given:
        try:
            return date.fromisoformat(str(given))
        except ValueError as error:
            raise ValueError("param batch_date must be a date such as 2026-01-31") from error
    if interval_start is None:
        raise ValueError("this run has no data interval, so no day to make; trigger it with the param batch_date")
    return interval_start.astimezone(zone).date()
