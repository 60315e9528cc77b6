"""One column of a conforming frame as a plain numpy array: numbers with NaN, or category codes with -1.

Belongs here: what every check needs to look at a column. Does not: scaling or encoding (see ``encoding.py``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks.refusal import CannotJudgeError
from headwater.tables.schema import ColumnSchema

MISSING = "(missing)"
"""How a missing value is called where categories are listed."""


def is_discrete(column: ColumnSchema) -> bool:
    """Whether the column is compared as categories, not as numbers."""
    return column.sdtype in ("categorical", "boolean")


def category_names(column: ColumnSchema) -> tuple[str, ...]:
    """The categories as text, in the order of :func:`codes`."""
    if column.categories is not None:
        return tuple(str(value) for value in column.categories)
    return ("False", "True")


def codes(values: pd.Series, column: ColumnSchema) -> NDArray[np.int64]:
    """Category codes, int64 ``(n,)``: the position in the schema's categories, -1 where missing.

    Raises:
        CannotJudgeError: a value is no category of the column, or a categorical column has no categories.
    """
    if column.categories is None:
        if column.storage != "boolean":
            raise CannotJudgeError(f"column {column.name!r} is {column.sdtype} but its schema lists no categories")
        return values.astype("boolean").astype("Int8").to_numpy(dtype=np.int64, na_value=-1).astype(np.int64)
    wanted = pd.Index(column.categories)
    if not isinstance(values.dtype, pd.CategoricalDtype):
        found = wanted.get_indexer(pd.Index(values.to_numpy()))
        _refuse_foreign(int(((found < 0) & values.notna().to_numpy()).sum()), column)
        return found.astype(np.int64)
    own: NDArray[np.int64] = values.cat.codes.to_numpy().astype(np.int64)
    place = wanted.get_indexer(values.cat.categories)
    if np.array_equal(place, np.arange(len(place))):
        return own
    _refuse_foreign(int(np.isin(own, np.flatnonzero(place < 0)).sum()), column)
    return np.append(place, -1).astype(np.int64)[own]


def numbers(values: pd.Series) -> NDArray[np.float64]:
    """A numerical or datetime column as float64 ``(n,)``, NaN where missing; dates as seconds since 1970."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        instants = values.to_numpy().astype("datetime64[us]")
        seconds = instants.astype(np.int64) / 1e6
        seconds[np.isnat(instants)] = np.nan
        return seconds
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _refuse_foreign(foreign: int, column: ColumnSchema) -> None:
    if foreign:
        raise CannotJudgeError(
            f"column {column.name!r} holds {foreign} values that are not among its categories; conform the rows first"
        )
