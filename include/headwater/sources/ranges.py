"""The range that the spec gives a column: which values lie beyond it, and the problem of it.

Belongs here: ``min`` and ``max`` of numbers and times. Does not: kinds of values (``numeric.py``, ``temporal.py``).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.sources.conformed import outside
from headwater.sources.errors import SourceProblem
from headwater.spec import Column
from headwater.spec.columns import Bound


def out_of_range(name: str, column: Column, values: pd.Series) -> tuple[SourceProblem, ...]:
    """The problem of values beyond the spec's range; none when there are none."""
    low, high = ("…" if bound is None else str(bound) for bound in (column.min, column.max))
    return outside(name, int(beyond(column, values).sum()), f"the spec's range {low} to {high}")


def beyond(column: Column, values: pd.Series) -> NDArray[np.bool_]:
    """Which numbers or times lie beyond the spec's range, bool ``(rows,)``; missing ones do not.

    A day as the largest time means: to its end.
    """
    found = np.zeros(len(values), dtype=bool)
    if column.min is not None:
        found |= _are(values < _bound(column.min))
    if isinstance(column.max, date) and not isinstance(column.max, datetime):
        found |= _are(values >= np.datetime64(column.max, "us") + np.timedelta64(1, "D"))
    elif column.max is not None:
        found |= _are(values > _bound(column.max))
    return found


def _are(compared: pd.Series) -> NDArray[np.bool_]:
    return compared.fillna(False).to_numpy(dtype=bool)


def _bound(bound: Bound) -> float | int | np.datetime64:
    """The bound as values are stored: numbers as they are, times in UTC without zone."""
    if not isinstance(bound, date):
        return bound
    if isinstance(bound, datetime) and bound.tzinfo is not None:
        bound = (bound - (bound.utcoffset() or timedelta())).replace(tzinfo=None)
    return np.datetime64(bound, "us")
