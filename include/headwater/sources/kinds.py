"""What kind of values a raw column holds: text, numbers, booleans or times, and only one of them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from uuid import UUID

import numpy as np
import pandas as pd

from headwater.sources.drift import SAYS, Kind
from headwater.sources.errors import Misfit

_ORDER: tuple[tuple[Kind, tuple[type, ...]], ...] = (
    ("text", (str, UUID)),
    ("boolean", (bool, np.bool_)),
    ("number", (int, float, Decimal, np.number)),
    ("time", (date,)),
)


def kind_of(values: pd.Series, name: str) -> Kind:
    """The one kind of the values of a raw column that holds at least one value.

    Raises:
        Misfit: kinds are mixed, or a value is of a kind no column can hold (bytes, lists, durations, …).
    """
    kind = _kind_of_dtype(values)
    if kind is not None:
        return kind
    types = Counter(map(type, values.dropna().tolist()))
    counts: Counter[Kind] = Counter()
    for type_, count in types.items():
        counts[_kind_of_type(type_, name)] += count
    if len(counts) > 1:
        parts = " and ".join(f"{SAYS[kind]} ({count:,} values)" for kind, count in counts.most_common())
        raise Misfit(f"Column {name!r} mixes {parts}.", "Cast the column to one type in the source.")
    return next(iter(counts))


def _kind_of_dtype(values: pd.Series) -> Kind | None:
    """The kind, where the dtype alone tells it."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return "boolean"
    if pd.api.types.is_numeric_dtype(values.dtype):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return "time"
    return "text" if isinstance(values.dtype, pd.StringDtype) else None


def _kind_of_type(type_: type, name: str) -> Kind:
    for kind, types in _ORDER:
        if issubclass(type_, types) and not issubclass(type_, np.timedelta64):
            return kind
    what = f"Column {name!r} holds values of the type {type_.__name__}, which no column can hold."
    raise Misfit(what, "Cast it to text, a number or a date in the source, or leave it out by a query.")
