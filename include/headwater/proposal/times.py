"""Columns of dates and times: from which year on they are, and days that stand for none.

Belongs here: instants. Does not: telling dates from other texts (``texts.py``).
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from headwater.proposal.finding import Finding, count

STAND_INS = (
    date(1, 1, 1),
    date(1899, 12, 30),
    date(1900, 1, 1),
    date(1970, 1, 1),
    date(2999, 12, 31),
    date(9999, 12, 31),
)
"""Days that databases and spreadsheets write where they know none."""
STAND_IN_ROWS = 5
LAST_YEAR = 9999


def bounded(found: Finding, values: pd.Series) -> Finding:
    """The finding with the first day of the first year as ``min``; there is no ``max``, for time goes on.

    Args:
        found: of a datetime column.
        values: ISO texts, dates or datetimes, at least one, none missing.
    """
    days = pd.Series([_day(value) for value in values.unique()], index=values.unique())
    rows = values.value_counts()
    known = days[~days.isin(STAND_INS)]
    odd = int(sum(rows[value] for value in days.index[days.isin(STAND_INS)]))
    if odd >= STAND_IN_ROWS:
        what = f"{count(odd, 'row')} with a day that often stands for none (such as 1900-01-01 or 9999-12-31)"
        return found.also(unsure=[f"{what}: make them empty in the source"])
    if not len(known) or odd:
        return found
    first = min(known)
    return found.also(min=date(first.year, 1, 1))


def _day(value: object) -> date:
    """The day in UTC, in which times are stored."""
    if isinstance(value, np.datetime64):
        return value.astype("datetime64[D]").item()
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime(warn=False)
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo and 1 < value.year < LAST_YEAR else value).date()
    assert isinstance(value, date)  # noqa: S101  what else a datetime column holds was refused before
    return value
