"""Datetime columns: dates or timestamps in UTC without zone, in microseconds. Never through nanoseconds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd

from headwater.sources.conformed import Conformed
from headwater.sources.drift import Kind
from headwater.sources.errors import Misfit
from headwater.sources.ranges import out_of_range
from headwater.spec import Column
from headwater.tables.schema import ColumnSchema

FIRST = np.datetime64("0001-01-01", "us")
LAST = np.datetime64("9999-12-31T23:59:59.999999", "us")
ZONE_NOTE = "held times with a zone; they are stored in UTC, without zone"


def conform_datetime(name: str, column: Column, values: pd.Series, kind: Kind) -> Conformed:
    """The column as datetime64[us]; storage ``date`` where every time is a midnight, else ``timestamp``.

    Raises:
        Misfit: a text is no ISO 8601 date or time, times with and without zone are mixed, or a year is not 1 to 9999.
    """
    if kind == "text" or values.dtype == object:
        kept, had_zone = _from_objects(name, values)
    else:
        kept, had_zone = _from_dtype(name, values)
    given = kept[kept.notna()]
    only_dates = not bool((given.dt.normalize() != given).any())
    schema = ColumnSchema(
        name=name, sdtype="datetime", storage="date" if only_dates else "timestamp", nullable=column.nullable
    )
    return Conformed(kept, schema, out_of_range(name, column, given), ZONE_NOTE if had_zone else "")


def _from_dtype(name: str, values: pd.Series) -> tuple[pd.Series, bool]:
    had_zone = isinstance(values.dtype, pd.DatetimeTZDtype)
    if had_zone:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    try:
        kept: pd.Series = values.astype("datetime64[us]")
    except (pd.errors.OutOfBoundsDatetime, OverflowError):
        raise _out_of_calendar(name) from None
    if bool(((kept < pd.Series(FIRST).iloc[0]) | (kept > pd.Series(LAST).iloc[0])).any()):
        raise _out_of_calendar(name)
    return kept, had_zone


def _from_objects(name: str, values: pd.Series) -> tuple[pd.Series, bool]:
    """Texts, dates and datetimes: each different one is read once."""
    codes, found = pd.factorize(values.astype(object))
    times: list[datetime | None] = [_instant(value) for value in found]
    bad = sum(time is None for time in times)
    if bad:
        what = (
            f"Column {name!r} holds {bad:,} different values that are no ISO 8601 date or time of the years 1 to 9999."
        )
        raise Misfit(what, "Write them like 2024-01-31 or 2024-01-31T12:00:00, or make them empty, in the source.")
    zoned = sum(time is not None and time.tzinfo is not None for time in times)
    if 0 < zoned < len(times):
        what = f"Column {name!r} mixes times with and without a time zone."
        raise Misfit(what, "Give all of them a zone, or none, in the source.")
    try:
        plain = [time.astimezone(UTC).replace(tzinfo=None) if time and time.tzinfo else time for time in times]
    except OverflowError:
        raise _out_of_calendar(name) from None
    pool = np.append(np.array(plain, dtype="datetime64[us]"), np.datetime64("NaT", "us"))
    return pd.Series(pool[codes]), bool(zoned)


def _instant(value: Any) -> datetime | None:
    """A datetime (with zone, if one is given), or None where ``value`` is none."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime(warn=False)
    if isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else None  # noqa: DTZ001


def _out_of_calendar(name: str) -> Misfit:
    what = f"Column {name!r} holds times outside the years 1 to 9999."
    return Misfit(what, "Make them empty in the source (and set nullable: true), or leave such rows out by a query.")
