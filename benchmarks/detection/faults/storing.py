"""Altered numbers and dates put back into a column, no finer than the column is stored.

Belongs here: resolution and rounding, and the jitter of copied rows. Does not: which values a fault alters.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.detection.faults.honest import Honest
from headwater.checks.arrays import numbers
from headwater.tables.schema import ColumnSchema

JITTER = 0.01
"""Of a column's standard deviation: how far the numbers of a near copy lie from those of the row it copies."""
ATOM_SHARE = 0.1
"""A value held by so many rows is an atom, such as no capital gain: copies and contractions keep it."""
_TIMES = (86_400.0, 3_600.0, 60.0, 1.0)


def resolution(values: pd.Series, column: ColumnSchema) -> float | None:
    """The step of a column's numbers: 1 of whole numbers, a day in seconds of dates; None where there is none."""
    if column.storage == "integer":
        return 1.0
    if column.sdtype == "datetime":
        seconds = numbers(values)
        present = seconds[~np.isnan(seconds)]
        return next((step for step in _TIMES if not np.any(present % step)), None)
    return None if column.decimals is None else 10.0**-column.decimals


def stored(
    values: pd.Series, column: ColumnSchema, altered: NDArray[np.float64], random: np.random.Generator
) -> pd.Series:
    """``values`` with numbers (see :func:`headwater.checks.arrays.numbers`) altered.

    Rounded up or down to the column's resolution by chance, so that the expected number is the one given: a small
    contraction of whole numbers is not lost. Missing and unaltered values stay what they are.
    """
    before = numbers(values)
    changed = ~np.isnan(before) & (altered != before)
    rounded = _rounded(altered[changed], values, column, random)
    return _written(values, column, changed, rounded)


def jittered(rows: pd.DataFrame, honest: Honest, random: np.random.Generator) -> pd.DataFrame:
    """The rows with every number and date moved a little: normal, :data:`JITTER` standard deviations of the column.

    No number leaves the range of the training rows, and their atoms (:data:`ATOM_SHARE`) stay: otherwise an impossible
    value would tell the copy, and not its nearness. Rows of atoms alone, rare but in tables of codes, are exact copies.
    """
    out = rows.reset_index(drop=True)
    for column in honest.measured:
        train = numbers(honest.train[column.name])
        train = train[~np.isnan(train)]
        if not len(train):
            continue
        raw = numbers(out[column.name])
        moved = raw + random.normal(0, JITTER * train.std(), len(raw))
        moved = np.clip(moved, np.minimum(raw, train.min()), np.maximum(raw, train.max()))
        moved = np.where(np.isin(raw, atoms(train)), raw, moved)
        out[column.name] = stored(out[column.name], column, moved, random)
    return out


def atoms(present: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values that at least :data:`ATOM_SHARE` of the numbers have."""
    values, counts = np.unique(present, return_counts=True)
    return values[counts >= ATOM_SHARE * len(present)]


def _rounded(
    wanted: NDArray[np.float64], values: pd.Series, column: ColumnSchema, random: np.random.Generator
) -> NDArray[np.float64]:
    step = resolution(values, column)
    if step is None:
        return wanted
    steps = np.round(wanted / step, 6)  # what is a whole number of steps already must not fall to the one below
    whole = np.floor(steps + random.random(len(steps)))
    return np.round(whole * step, column.decimals or 0)


def _written(
    values: pd.Series, column: ColumnSchema, changed: NDArray[np.bool_], rounded: NDArray[np.float64]
) -> pd.Series:
    if column.storage == "integer":
        whole = values.to_numpy(dtype=np.int64, na_value=0).copy()
        whole[changed] = rounded.astype(np.int64)
        return pd.Series(pd.arrays.IntegerArray(whole, values.isna().to_numpy().copy()))
    if column.sdtype == "datetime":
        instants = values.to_numpy().astype("datetime64[us]").copy()
        instants[changed] = np.round(rounded * 1e6).astype(np.int64).astype("datetime64[us]")
        return pd.Series(instants)
    real = numbers(values).copy()
    real[changed] = rounded
    return pd.Series(real)
