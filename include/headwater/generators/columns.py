"""Columns as plain numbers and back: what every member shares about the types of a table.

Belongs here: one codec a column, learned from the rows it is fitted on. Does not: any learning of distributions.

| form    | numbers                                              | used for                                    |
|---------|------------------------------------------------------|---------------------------------------------|
| null    | none: every value is missing                         | columns without any value                   |
| codes   | int32 positions in the categories                    | categories, booleans                        |
| lattice | int64 multiples of a unit                            | integers, dates, timestamps, fixed decimals |
| real    | float64                                              | reals without fixed decimals                |

On a lattice every number that is drawn is exact: decimals and whole days stay what they were.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from headwater.generators.errors import FitError
from headwater.tables.schema import ColumnSchema, TableSchema

Form = Literal["null", "codes", "lattice", "real"]
Number = int | float

_EXACT = 2.0**53
_TIME_UNITS = (86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1_000, 1)


@dataclass(frozen=True)
class Codec:
    """How one learned column becomes numbers.

    Attributes:
        position: of the column in the schema.
        form: see the table above.
        levels: number of categories (codes only).
        unit: microseconds in a lattice step (dates, timestamps); steps in one (decimals); 1 for integers.
        low, high: smallest and largest number of the fitted rows (lattice and real).
    """

    position: int
    form: Form
    levels: int = 0
    unit: int = 1
    low: Number = 0
    high: Number = 0

    def to_json(self) -> dict[str, Any]:
        """The codec as JSON-safe values; ``Codec(**codec.to_json())`` is the same codec."""
        return asdict(self)


def learn(values: pd.Series, column: ColumnSchema, position: int) -> Codec:
    """The codec of one conforming column.

    Raises:
        FitError: the column holds infinities, or texts that are no categories.
    """
    missing = values.isna().to_numpy()
    if missing.all():
        return Codec(position, "null")
    if column.categories is not None:
        return Codec(position, "codes", levels=len(column.categories))
    if column.storage == "boolean":
        return Codec(position, "codes", levels=2)
    if column.storage == "text":
        cure = "declare it categorical, id or pii in the spec"
        raise FitError(f"column {column.name!r} holds free text, which cannot be learned; {cure}")
    if column.storage == "real":
        return _learn_real(values.to_numpy(dtype=np.float64)[~missing], column, position)
    if column.storage == "integer":
        numbers = values[~missing].to_numpy(dtype=np.int64)
        return Codec(position, "lattice", low=int(numbers.min()), high=int(numbers.max()))
    instants = values.to_numpy(dtype="datetime64[us]")[~missing].astype(np.int64)
    unit = next(unit for unit in _TIME_UNITS if not (instants % unit).any())
    return Codec(position, "lattice", unit=unit, low=int(instants.min() // unit), high=int(instants.max() // unit))


def encode(values: pd.Series, column: ColumnSchema, codec: Codec) -> np.ndarray:
    """The numbers of a column, shape ``(rows,)``. Where a value is missing: -1 for codes, else any number."""
    if codec.form == "null":
        return np.full(len(values), -1, dtype=np.int32)
    if column.categories is not None:
        return values.cat.codes.to_numpy().astype(np.int32)
    if column.storage == "boolean":
        return values.astype("Int8").to_numpy(dtype=np.int32, na_value=-1)
    if column.storage == "integer":
        return values.to_numpy(dtype=np.int64, na_value=codec.low)
    if column.storage == "real":
        reals = np.where(values.isna(), codec.low / codec.unit, values.to_numpy(dtype=np.float64))
        return reals if codec.form == "real" else np.rint(reals * codec.unit).astype(np.int64)
    instants = values.to_numpy(dtype="datetime64[us]").astype(np.int64) // codec.unit
    return np.where(values.isna(), np.int64(codec.low), instants)


def decode(
    numbers: np.ndarray, missing: np.ndarray | None, column: ColumnSchema, codec: Codec, like: pd.Series
) -> pd.Series:
    """A conforming column from its numbers.

    Args:
        numbers: shape ``(rows,)``, as of :func:`encode`; codes may be -1 for missing.
        missing: where to leave the value out, or None for nowhere.
        column: the column's schema.
        codec: as learned.
        like: an empty conforming column, for its dtype (see :func:`empty_table`).
    """
    rows = len(numbers)
    if codec.form == "null":
        return pd.Series(pd.NA if like.dtype != np.float64 else np.nan, index=range(rows)).astype(like.dtype)
    if column.categories is not None:
        return pd.Series(pd.Categorical.from_codes(numbers, dtype=like.dtype, validate=False), copy=False)  # type: ignore[call-overload]
    nowhere = np.zeros(rows, dtype=bool) if missing is None else missing
    if column.storage == "boolean":
        nowhere = nowhere | (numbers < 0)
        return pd.Series(pd.arrays.BooleanArray(numbers > 0, nowhere), copy=False)
    if column.storage == "integer":
        return pd.Series(pd.arrays.IntegerArray(numbers.astype(np.int64, copy=False), nowhere.copy()), copy=False)
    if column.storage == "real":
        reals = numbers.astype(np.float64) / codec.unit
        if codec.form == "real":
            # A sum of parts may round to a number just beyond the range.
            reals = np.clip(reals, codec.low, codec.high)
        return pd.Series(reals if missing is None else np.where(missing, np.nan, reals), copy=False)
    instants = (numbers * codec.unit).view("datetime64[us]")
    return pd.Series(
        instants if missing is None else np.where(missing, np.datetime64("NaT", "us"), instants), copy=False
    )


def empty_table(schema: TableSchema) -> pd.DataFrame:
    """The table without rows, for its dtypes."""
    from headwater.tables.frames import conform

    return conform(pd.DataFrame({name: pd.Series([], dtype=object) for name in schema.names}), schema)


def _learn_real(numbers: np.ndarray, column: ColumnSchema, position: int) -> Codec:
    infinite = int(np.isinf(numbers).sum())
    if infinite:
        cure = "make them empty or finite in the source"
        raise FitError(f"column {column.name!r} holds {infinite} infinite values, which cannot be learned; {cure}")
    low, high = float(numbers.min()), float(numbers.max())
    unit = 10 ** (column.decimals if column.decimals is not None else 0)
    # Exact only while value times unit is a whole number that float64 can hold.
    if column.decimals is None or column.decimals > 15 or max(abs(low), abs(high)) * unit >= _EXACT:
        return Codec(position, "real", low=low, high=high)
    return Codec(position, "lattice", unit=unit, low=round(low * unit), high=round(high * unit))
