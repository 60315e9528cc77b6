"""Which day a nightly run makes, and by whose hand. A day is counted in the dataset's own time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from headwater.spec.nights import night_of

if TYPE_CHECKING:
    from headwater.chain.makers import Asked, AsOf
    from headwater.spec import DatasetSpec

BACKFILL = "backfill"
OF_THE_DAY = "as of the day"
"""The word for the champion of the day. Whoever is at work by the clock means it; whoever triggers a run may say it."""
BY_THE_CLOCK = ("scheduled", BACKFILL)


class BatchDateError(ValueError):
    """The run has no day to make, or its param is no date, or one that a backfill cannot have."""


def batch_date_of(
    params: Mapping[str, Any], interval_start: datetime | None, zone: ZoneInfo, run_type: str = ""
) -> date:
    """The param ``batch_date`` where given, else the day on which the run's data interval starts.

    Raises:
        BatchDateError: the run has neither, or the param is no date; or it is one and the run is of a backfill, which
            would make that day again and again instead of those of its range.
    """
    own = None if interval_start is None else interval_start.astimezone(zone).date()
    given = params.get("batch_date")
    if not given:
        if own is None:
            raise BatchDateError(
                "this run has no data interval, so no day to make; trigger it with the param batch_date"
            )
        return own
    try:
        wanted = date.fromisoformat(str(given))
    except ValueError as error:
        raise BatchDateError("param batch_date must be a date such as 2026-01-31") from error
    if run_type == BACKFILL and wanted != own:
        raise BatchDateError(
            f"this run of a backfill is for {own}, and its param batch_date says {wanted}: so would every run of the "
            "range. Cure: leave batch_date empty; the range names the days"
        )
    return wanted


def asked_of(params: Mapping[str, Any], run_type: str, spec: DatasetSpec, batch_date: date) -> Asked:
    """Whose batch the run makes: the param ``champion`` where given.

    Left empty, a scheduled or backfilled run asks for the champion of the day, one that a person triggers for the
    present one.
    """
    from headwater.chain.makers import PRESENT

    given = str(params.get("champion") or "").strip()
    if given.lower() == OF_THE_DAY or (not given and run_type in BY_THE_CLOCK):
        return as_of(spec, batch_date)
    return PRESENT if given.lower() in ("", PRESENT) else given


def as_of(spec: DatasetSpec, batch_date: date) -> AsOf:
    """While which the night of ``batch_date`` is open, in UTC: from when its run is due until the next one is.

    Raises:
        BatchDateError: the schedule has no run after the day.
    """
    from headwater.chain.makers import AsOf

    night = night_of(spec.schedule, batch_date)
    if night is None:
        raise BatchDateError(f"the schedule {spec.schedule.nightly!r} has no run after {batch_date}")
    return AsOf(*night)
