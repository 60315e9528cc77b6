"""Small honest worlds to plant faults in, and what tells two frames apart."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from benchmarks.detection.faults import FAULTS, Fault, Honest
from benchmarks.detection.worlds import world
from numpy.typing import NDArray

from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

ROWS = 2_000
_TOWNS = ("Graz", "Linz", "Wels", "Wien")


def clinic(rows: int, seed: int) -> tuple[pd.DataFrame, TableSchema]:
    """Visits with a date, a time, whole and decimal numbers, missing values, a rare town and a target."""
    draw = np.random.default_rng(seed)
    town = draw.choice(_TOWNS, rows, p=[0.3, 0.3, 0.003, 0.397])
    age = np.round(np.clip(draw.normal(50, 15, rows) + 10 * (town == "Wien"), 0, 100))
    sick = draw.random(rows) < 1 / (1 + np.exp((60 - age) / 8))
    weight = np.round(draw.normal(70, 12, rows) + 0.2 * age, 1)
    cost = np.where(draw.random(rows) < 0.6, 0, draw.gamma(2, 400, rows)).round()
    seen = np.datetime64("2024-01-01") + draw.integers(0, 300, rows).astype("timedelta64[D]")
    called = seen.astype("datetime64[m]") + draw.integers(0, 1_440, rows).astype("timedelta64[m]")
    values = {
        "age": pd.Series(age).astype("Int64"),
        "weight": pd.Series(weight).where(draw.random(rows) < 0.9),
        "cost": pd.Series(cost).astype("Int64"),
        "town": pd.Series(town).where(~sick | (draw.random(rows) < 0.7)),
        "smokes": pd.Series(draw.random(rows) < 0.3).astype("boolean"),
        "seen_on": pd.Series(seen.astype("datetime64[us]")),
        "called_at": pd.Series(called.astype("datetime64[us]")),
        "sick": pd.Series(np.where(sick, "yes", "no")),
    }
    columns = (
        ColumnSchema(name="age", sdtype="numerical", storage="integer", nullable=False),
        ColumnSchema(name="weight", sdtype="numerical", storage="real", nullable=True, decimals=1),
        ColumnSchema(name="cost", sdtype="numerical", storage="integer", nullable=False),
        ColumnSchema(name="town", sdtype="categorical", storage="text", nullable=True, categories=_TOWNS),
        ColumnSchema(name="smokes", sdtype="boolean", storage="boolean", nullable=False),
        ColumnSchema(name="seen_on", sdtype="datetime", storage="date", nullable=False),
        ColumnSchema(name="called_at", sdtype="datetime", storage="timestamp", nullable=False),
        ColumnSchema(name="sick", sdtype="categorical", storage="text", nullable=False, categories=("no", "yes")),
    )
    schema = TableSchema(columns=columns)
    return conform(pd.DataFrame(values), schema), schema


@cache
def honest(name: str) -> Honest:
    """Four times :data:`ROWS` honest rows of the made-up clinic, or of a world (``fair`` is drawn, ``health`` real)."""
    if name == "clinic":
        rows, schema = clinic(4 * ROWS, 1)
        parts = [rows.iloc[start : start + ROWS].reset_index(drop=True) for start in range(0, 4 * ROWS, ROWS)]
        return Honest(parts[0], parts[1], parts[2], parts[3], schema, "sick")
    given = world(name, "real" if name == "health" else "modelled")
    batch, spare, train, yesterday = given.split((ROWS,) * 4, 5)
    return Honest(batch, spare, train, yesterday, given.schema, given.targets[0])


def planted(name: str, dose: float, given: Honest, seed: int = 3) -> pd.DataFrame:
    """The batch with the fault; the table must be able to have it."""
    found = by_name(name).plant(given, dose, np.random.default_rng(seed))
    assert found is not None
    return found


def by_name(name: str) -> Fault:
    return next(fault for fault in FAULTS if fault.name == name)


def keys(rows: pd.DataFrame) -> NDArray[np.uint64]:
    """One number a row, equal for equal rows."""
    return pd.util.hash_pandas_object(rows, index=False).to_numpy()


def differs(rows: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Which cells are not what they were; missing is equal to missing."""
    cells = {name: keys(rows[[name]]) != keys(before[[name]]) for name in before}
    return pd.DataFrame(cells)


def same_values(rows: pd.Series, before: pd.Series) -> bool:
    """Whether both hold the same values, in whatever order."""
    return bool(np.array_equal(np.sort(keys(rows.to_frame())), np.sort(keys(before.to_frame()))))
