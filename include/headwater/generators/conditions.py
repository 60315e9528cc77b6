"""What a caller asks of ``sample_where``, checked against the schema and turned into numbers. Draws nothing."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from headwater.generators.base import Conditions
from headwater.generators.columns import Codec
from headwater.tables.schema import ColumnSchema, TableSchema

_EPOCH = np.datetime64("1970-01-01", "us")


@dataclass(frozen=True)
class Wanted:
    """What one column must be.

    Attributes:
        missing: the value must be missing; nothing else counts then.
        codes: bool, shape ``(levels,)``: the allowed categories (codes only; none when missing is wanted).
        low, high: closed range in the codec's numbers (lattice and real), infinite where open.
    """

    missing: bool = False
    codes: np.ndarray | None = None
    low: float | int = -math.inf
    high: float | int = math.inf

    def holds(self, numbers: np.ndarray, missing: np.ndarray | None) -> np.ndarray:
        """Which rows meet the condition: bool, shape ``(rows,)``."""
        absent = np.zeros(len(numbers), dtype=bool) if missing is None else missing
        if self.codes is not None:
            met: np.ndarray = np.append(self.codes, self.missing)[numbers]
            return met
        if self.missing:
            return absent
        return (numbers >= self.low) & (numbers <= self.high) & ~absent


def wanted(conditions: Conditions, schema: TableSchema, codecs: Mapping[int, Codec]) -> dict[int, Wanted]:
    """Conditions by the column's position in the schema.

    A value asks for equality (None: missing), a ``(low, high)`` tuple for a closed range (None: open end), a list or
    set of categories for one of them (columns of categories and booleans only).

    Raises:
        ValueError: a column is unknown, or not learned (id, pii); a category does not exist; a value is of the
            wrong type; a range is empty or asked of a column without order. Names the column, never a value.
    """
    found: dict[int, Wanted] = {}
    for name, asked in conditions.items():
        if name not in schema.names:
            raise ValueError(
                f"there is no column {name!r} to put a condition on; use one of: {', '.join(schema.names)}"
            )
        position = schema.names.index(name)
        column = schema.columns[position]
        if not column.is_learned:
            raise ValueError(f"column {name!r} is {column.sdtype} and made anew; put conditions on learned columns")
        found[position] = _want(asked, column, codecs[position])
    return found


def _want(asked: Any, column: ColumnSchema, codec: Codec) -> Wanted:
    if asked is None or asked is pd.NA or asked is pd.NaT or (isinstance(asked, float) and math.isnan(asked)):
        return Wanted(missing=True, codes=np.zeros(codec.levels, dtype=bool) if codec.form == "codes" else None)
    if column.categories is not None or column.storage == "boolean":
        allowed = _allowed(asked, column)
        return Wanted(codes=allowed)
    low, high = asked if isinstance(asked, tuple) and len(asked) == 2 else (asked, asked)
    ends = Wanted(
        low=-math.inf if low is None else _number(low, column, codec, up=True),
        high=math.inf if high is None else _number(high, column, codec, up=False),
    )
    if isinstance(asked, tuple) and None not in asked and _number(low, column, codec, up=False) > ends.high:
        raise ValueError(f"the range asked of column {column.name!r} has its low end above its high end; swap them")
    return ends


def _allowed(asked: Any, column: ColumnSchema) -> np.ndarray:
    categories: tuple[Any, ...] = (False, True) if column.categories is None else column.categories
    if isinstance(asked, list | set | frozenset):
        return _one_of(asked, column, categories)
    if isinstance(asked, tuple):
        low, high = asked if len(asked) == 2 else ("", "")
        if column.sdtype == "boolean" or any(isinstance(one, str | bool) for one in (*categories, low, high)):
            raise ValueError(f"column {column.name!r} has no order, so no range; ask for one value")
        return np.array(
            [(low is None or low <= one) and (high is None or one <= high) for one in categories], dtype=bool
        )
    same = [isinstance(one, bool) == isinstance(asked, bool | np.bool_) and one == asked for one in categories]
    if not any(same):
        cure = "use one of the categories that the snapshot's profile lists"
        raise ValueError(f"column {column.name!r} has no such category; {cure}")
    return np.array(same, dtype=bool)


def _one_of(asked: Collection[Any], column: ColumnSchema, categories: tuple[Any, ...]) -> np.ndarray:
    """Which categories are among those asked: one pass, for lists of thousands."""
    if not asked or not all(isinstance(one, str | bool | int | float | np.bool_ | np.number) for one in asked):
        cure = "list one category or more; ask for missing values by None alone"
        raise ValueError(f"the list asked of column {column.name!r} is empty or holds what no category can be; {cure}")
    # A boolean is no number here, though Python calls True and 1 equal.
    keyed = {(isinstance(one, bool | np.bool_), one) for one in asked}
    same = [(isinstance(one, bool), one) in keyed for one in categories]
    if sum(same) < len(keyed):
        cure = "use categories that the snapshot's profile lists"
        raise ValueError(f"column {column.name!r} has no such category; {cure}")
    return np.array(same, dtype=bool)


def _number(value: Any, column: ColumnSchema, codec: Codec, *, up: bool) -> float | int:
    """``value`` in the codec's numbers; on a lattice rounded into the range (``up`` for its low end)."""
    if column.storage in ("date", "timestamp"):
        return _round(_microseconds(value, column), codec.unit, up=up)
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise ValueError(f"a condition on column {column.name!r} must be a number or a (low, high) tuple of numbers")
    if codec.form != "lattice":
        return float(value)
    if isinstance(value, int | np.integer):
        return int(value) * codec.unit
    if math.isinf(value):
        return float(value)
    steps = float(value) * codec.unit
    nearest = round(steps)
    # 0.29 * 100 is 28.999…: a value within rounding of a lattice point is that point.
    if abs(steps - nearest) <= 1e-9 * max(1.0, abs(steps)):
        return nearest
    return math.ceil(steps) if up else math.floor(steps)


def _microseconds(value: Any, column: ColumnSchema) -> int:
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
    if not isinstance(value, date | np.datetime64 | str):
        raise ValueError(f"a condition on column {column.name!r} must be a date, or a (low, high) tuple of dates")
    try:
        instant = np.array([value], dtype="datetime64[us]")[0]
    except ValueError as error:
        raise ValueError(f"the condition on column {column.name!r} is no date; write it as 2024-01-31") from error
    return int((instant - _EPOCH).astype(np.int64))


def _round(number: int, unit: int, *, up: bool) -> int:
    return -(-number // unit) if up else number // unit
