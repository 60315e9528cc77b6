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


def fits(rows: pd.DataFrame, schema: TableSchema, spec: DatasetSpec) -> NDArray[np.bool_]:
    """Which rows have no gap, category or number that they may not have, and keep the constraints: bool ``(rows,)``.

    Args:
        rows: conform to a schema that is one table with ``schema``.
        schema: as the table is today.
        spec: with the bounds of columns, and the constraints.
    """
    found = np.ones(len(rows), dtype=bool)
    for column in schema.columns:
        values = rows[column.name]
        able = ~beyond(spec.columns[column.name], values)
        if column.categories is not None:
            able &= values.isin(column.categories).to_numpy()
        found &= np.where(values.isna(), column.nullable, able)
    for constraint in spec.constraints:
        found &= keeps(constraint, rows)
    return found
