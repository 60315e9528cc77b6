"""Rows as they came, as one pandas column each: from driver tuples and from Arrow. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from types import NoneType
from typing import Any
from uuid import UUID

import pandas as pd
import pyarrow as pa

_MAPPER = {
    pa.int8(): pd.Int64Dtype(),
    pa.int16(): pd.Int64Dtype(),
    pa.int32(): pd.Int64Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.Int64Dtype(),
    pa.uint16(): pd.Int64Dtype(),
    pa.uint32(): pd.Int64Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


class Chunks:
    """Columns that grow by chunks of driver tuples; each chunk becomes Arrow at once, to save memory."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = list(names)
        self._columns: list[list[pa.Array | list[Any]]] = [[] for _ in names]

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take ``rows``, each as wide as the names."""
        for column, values in zip(self._columns, zip(*rows, strict=True), strict=False):
            column.append(_compress(values))

    def frame(self) -> pd.DataFrame:
        """All rows: shape ``(rows, names)``, dtypes as of :func:`as_frame`; duplicate names are kept."""
        return _together([_column(parts) for parts in self._columns], self._names)


def as_frame(raw: pa.Table | pd.DataFrame) -> pd.DataFrame:
    """``raw`` as a frame with a RangeIndex and string names; duplicate names are kept.

    Integers with missing values stay exact (Int64), times keep their unit and never pass through nanoseconds.
    """
    if isinstance(raw, pa.Table):
        return _together([_from_arrow(column) for column in raw.columns], raw.column_names)
    columns = [raw.iloc[:, index].reset_index(drop=True) for index in range(raw.shape[1])]
    return _together(columns, [str(name) for name in raw.columns])


def _together(columns: list[pd.Series], names: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(dict(enumerate(columns)))
    frame.columns = pd.Index(names, dtype=object)
    return frame


def _compress(values: Sequence[Any]) -> pa.Array | list[Any]:
    """One column of a chunk as an Arrow array, or as the objects themselves where types are mixed."""
    types = set(map(type, values))
    plain: Sequence[Any] = values
    if Decimal in types:
        plain = [float(value) if isinstance(value, Decimal) else value for value in values]
    if UUID in types:
        plain = [str(value) if isinstance(value, UUID) else value for value in plain]
    if len(types - {NoneType}) > 1:
        return list(plain)  # Arrow would refuse some mixtures and merge others; conform judges them
    try:
        return pa.array(plain)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return list(plain)


def _column(parts: list[pa.Array | list[Any]]) -> pd.Series:
    arrays = [part for part in parts if not isinstance(part, list)]
    types = {array.type for array in arrays if not pa.types.is_null(array.type)}
    if len(types) == 1 and len(arrays) == len(parts):
        only = types.pop()
        return _from_arrow(pa.chunked_array([array.cast(only) for array in arrays], type=only))
    values: list[Any] = []
    for part in parts:
        values.extend(part if isinstance(part, list) else part.to_pylist())
    return pd.Series(values, dtype=object)


def _from_arrow(column: pa.ChunkedArray) -> pd.Series:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    elif pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    elif pa.types.is_date(kind):
        column = column.cast(pa.timestamp("us"))  # a date is a midnight; pandas has no other date
    elif pa.types.is_null(kind):
        return pd.Series([None] * len(column), dtype=object)
    series: pd.Series = column.to_pandas(types_mapper=_MAPPER.get)
    return series
