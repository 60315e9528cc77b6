"""Which rows break a rule of the table: the same question as ``engine.py``'s counts, answered by positions.

Asked only of rules that failed, so a batch without failures pays nothing. Belongs here: one function for each
kind of rule, each one pass over its own columns. Does not: what is told of a row (``failing_rows.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from headwater.expectations.engine import Kwargs, column_of, instant, keys_of

Mask = npt.NDArray[np.bool_]


def positions(frame: pd.DataFrame, kind: str, kwargs: Kwargs) -> npt.NDArray[np.intp]:
    """Positions of the rows that break the rule, rising; none for a rule that is not about rows.

    Args:
        frame: the batch.
        kind: the expectation's type.
        kwargs: the expectation's configuration, its parameters filled in.
    """
    if kind not in BREAKING:
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero(BREAKING[kind](frame, kwargs))


def _missing(frame: pd.DataFrame, kwargs: Kwargs) -> Mask:
    return _mask(column_of(frame, kwargs["column"]).isna())


def _outside_set(frame: pd.DataFrame, kwargs: Kwargs) -> Mask:
    column, allowed = column_of(frame, kwargs["column"]), list(kwargs["value_set"] or ())
    if isinstance(column.dtype, pd.CategoricalDtype):
        # One answer a category, and False for the code -1 of a missing value.
        foreign = np.append(~column.cat.categories.isin(allowed), False)
        return foreign[column.cat.codes.to_numpy()]
    return _mask(~column.isin(allowed) & column.notna())


def _outside_range(frame: pd.DataFrame, kwargs: Kwargs) -> Mask:
    column = column_of(frame, kwargs["column"])
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    values: Any = column
    if pd.api.types.is_datetime64_dtype(column.dtype):
        values, low, high = column.to_numpy(), instant(low), instant(high)
    outside = np.zeros(len(column), dtype=bool)
    if low is not None:
        outside |= _mask(values < low)
    if high is not None:
        outside |= _mask(values > high)
    return outside


def _repeated(frame: pd.DataFrame, kwargs: Kwargs) -> Mask:
    column = column_of(frame, kwargs["column"])
    return _mask(column.duplicated(keep=False) & column.notna())


def _repeated_together(frame: pd.DataFrame, kwargs: Kwargs) -> Mask:
    keys = keys_of(frame, kwargs)
    repeated = keys.duplicated(keep=False)
    if len(keys) == len(frame):
        return _mask(repeated)
    present = _mask(frame[list(kwargs["column_list"])].notna().any(axis=1))
    mask = np.zeros(len(frame), dtype=bool)
    mask[present] = _mask(repeated)
    return mask


BREAKING: Mapping[str, Callable[[pd.DataFrame, Kwargs], Mask]] = {
    "expect_column_values_to_not_be_null": _missing,
    "expect_column_values_to_be_in_set": _outside_set,
    "expect_column_values_to_be_between": _outside_range,
    "expect_column_values_to_be_unique": _repeated,
    "expect_compound_columns_to_be_unique": _repeated_together,
}
"""Rows that break a rule, by the expectation's type."""


def _mask(found: Any) -> Mask:
    """As an array; where a comparison with a missing value knows no answer, the row does not break the rule."""
    if isinstance(found, pd.Series):
        return found.to_numpy(dtype=bool, na_value=False)
    return np.asarray(found, dtype=bool)
