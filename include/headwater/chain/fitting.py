"""Which rows of another time the table could hold today: same columns and types, values that spec and schema allow.

Belongs here: comparing schemas, judging rows. Does not: which rows are asked (``training_rows.py``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.generators.constraints.keeping import keeps
from headwater.sources.ranges import beyond
from headwater.spec import DatasetSpec
from headwater.tables.schema import TableSchema


def is_one_table(one: TableSchema, other: TableSchema) -> bool:
    """Whether both have the same columns, of one meaning and stored alike."""
    return [(each.name, each.sdtype, each.storage) for each in one.columns] == [
        (each.name, each.sdtype, each.storage) for each in other.columns
    ]


def storable(rows: pd.DataFrame, schema: TableSchema) -> NDArray[np.bool_]:
    """Which rows hold only values that the columns have a place for: bool ``(rows,)``. Gaps are nobody's here.

    A category that is none of today's has no place, nor a fraction among whole numbers or a time of day among dates.

    Raises:
        KeyError: a column is missing.
    """
    found = np.ones(len(rows), dtype=bool)
    for column in schema.columns:
        values = rows[column.name]
        if column.categories is not None:
            found &= (values.isna() | values.isin(list(column.categories))).to_numpy(dtype=bool)
        elif column.storage == "integer" and pd.api.types.is_numeric_dtype(values.dtype):
            number = values.to_numpy(dtype=np.float64, na_value=np.nan)
            found &= np.isnan(number) | (number == np.rint(number))
        elif column.storage == "date" and pd.api.types.is_datetime64_any_dtype(values.dtype):
            found &= (values.isna() | (values.dt.normalize() == values)).to_numpy(dtype=bool)
    return found


def fits(rows: pd.DataFrame, schema: TableSchema, spec: DatasetSpec) -> NDArray[np.bool_]:
    """Which rows have no gap, category or number that they may not have, and keep the constraints: bool ``(rows,)``.

    Args:
        rows: conform to a schema that is one table with ``schema``.
        schema: as the table is today.
        spec: with the bounds of columns, and the constraints.
    """
    found = storable(rows, schema)
    for column in schema.columns:
        values = rows[column.name]
        found &= np.where(values.isna(), column.nullable, ~beyond(spec.columns[column.name], values))
    for constraint in spec.constraints:
        found &= keeps(constraint, rows)
    return found
