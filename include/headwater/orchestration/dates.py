"""Which day a nightly run makes. A day is counted in the dataset's own time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo


class BatchDateError(ValueError):
    """The run has no day to make, or its param is no date."""


def batch_date_of(params: Mapping[str, Any], interval_start: datetime | None, zone: ZoneInfo) -> date:
    """The param ``batch_date`` where given, else the day on which the run's data interval starts.

    Raises:
        BatchDateError: the run has neither, or the param is no date.
    """
    given = params.get("batch_date")
    if given:
        try:
            return date.fromisoformat(str(given))
        except ValueError as error:
            raise BatchDateError("param batch_date must be a date such as 2026-01-31") from error
    if interval_start is None:
        raise BatchDateError("this run has no data interval, so no day to make; trigger it with the param batch_date")
    return interval_start.astimezone(zone).date()
