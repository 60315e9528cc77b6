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


def mixed(rows: int = 600, seed: int = 7) -> tuple[pd.DataFrame, TableSchema]:
    """Every kind of column at once; ``price`` follows ``group`` and is missing only where ``group`` is ``b``."""
    rng = np.random.Generator(np.random.PCG64(seed))
    group = rng.choice(np.array(["a", "b", "c"], dtype=object), rows, p=[0.6, 0.3, 0.1])
    price = np.round(rng.gamma(2.0, 10.0, rows) + 40.0 * (group == "c"), 2)
    colour = rng.choice(np.array(["red", "blue", None], dtype=object), rows, p=[0.5, 0.3, 0.2])
    days = np.datetime64("1931-02-03", "D") + rng.integers(0, 60_000, rows)
    seconds = np.datetime64("2260-01-01T00:00:00", "s") + rng.integers(0, 10**9, rows)
    values = {
        "row": np.arange(rows),
        "ref": [f"r{number}" for number in range(rows)],
        "mail": ["someone@example.org"] * rows,
        "group": group,
        "price": np.where((group == "b") & (rng.random(rows) < 0.5), np.nan, price),
        "weight": rng.normal(70.0, 9.0, rows),
        "gain": np.where(rng.random(rows) < 0.7, 0, rng.integers(100, 99_999, rows)),
        "colour": colour,
        "grade": rng.choice([1, 2, 3], rows),
        "open": pd.array(np.where(rng.random(rows) < 0.1, None, group == "a"), dtype="boolean"),
        "born": days.astype("datetime64[us]"),
        "seen": pd.Series(seconds.astype("datetime64[us]")).mask(rng.random(rows) < 0.25),
        "nothing": pd.array([pd.NA] * rows, dtype="Int64"),
        "no category": pd.array([None] * rows, dtype=object),
        "always seven": np.full(rows, 7),
        "always x": np.full(rows, "x", dtype=object),
    }
    columns = [
        column("row", "id", "integer"),
        column("ref", "id", "text"),
        column("mail", "pii", "text", pii="email"),
        categorical("group", ("a", "b", "c")),
        numerical("price", "real", 2, nullable=True),
        numerical("weight"),
        numerical("gain", "integer"),
        categorical("colour", ("blue", "green", "red"), nullable=True),
        categorical("grade", (1, 2, 3), "integer"),
        column("open", "boolean", "boolean", nullable=True),
        column("born", "datetime", "date"),
        column("seen", "datetime", "timestamp", nullable=True),
        numerical("nothing", "integer", nullable=True),
        categorical("no category", (), nullable=True),
        numerical("always seven", "integer"),
        categorical("always x", ("x",)),
    ]
    return table(columns, values)
