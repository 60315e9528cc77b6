"""Small tables and their schemas for the tests of generators."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema


def numerical(name: str, storage: str = "real", decimals: int | None = None, nullable: bool = False) -> ColumnSchema:
    return ColumnSchema(name=name, sdtype="numerical", storage=storage, nullable=nullable, decimals=decimals)


def categorical(name: str, categories: tuple[Any, ...], storage: str = "text", nullable: bool = False) -> ColumnSchema:
    return ColumnSchema(name=name, sdtype="categorical", storage=storage, nullable=nullable, categories=categories)


def column(name: str, sdtype: str, storage: str, nullable: bool = False, pii: str | None = None) -> ColumnSchema:
    return ColumnSchema(name=name, sdtype=sdtype, storage=storage, nullable=nullable, pii=pii)


def table(columns: list[ColumnSchema], values: dict[str, Any]) -> tuple[pd.DataFrame, TableSchema]:
    """A conforming frame and its schema."""
    schema = TableSchema(columns=tuple(columns))
    return conform(pd.DataFrame(values), schema), schema


def schema_of(frame: pd.DataFrame) -> TableSchema:
    """A schema guessed from plain columns: texts and booleans are categories, numbers numbers."""
    found = []
    for name in frame.columns:
        values = frame[name]
        if values.dtype.kind in "iu":
            found.append(numerical(name, "integer"))
        elif values.dtype.kind == "f":
            found.append(numerical(name, "real", decimals_of(values)))
        else:
            found.append(categorical(name, tuple(sorted(values.dropna().unique())), nullable=bool(values.isna().any())))
    return TableSchema(columns=tuple(found))


def decimals_of(values: pd.Series) -> int | None:
    known = values.dropna().to_numpy()
    return next((digits for digits in range(11) if np.array_equal(np.round(known, digits), known)), None)
