"""Numerical columns: integer or real, how exact, and within the spec's range. Sets of codes are categorical's."""

from __future__ import annotations

import numpy as np
import pandas as pd

from headwater.sources.conformed import Conformed
from headwater.sources.errors import Misfit, SourceProblem
from headwater.sources.ranges import out_of_range
from headwater.spec import Column
from headwater.tables.schema import ColumnSchema

MAX_DECIMALS = 10
EXACT = 2**53
"""Up to here a double tells every whole number from the next."""
_LOOK_FIRST = 1_000


def conform_numerical(name: str, column: Column, values: pd.Series) -> Conformed:
    """The column as Int64 (whole numbers) or float64.

    Raises:
        Misfit: the column holds infinities.
    """
    numbers = to_numbers(values)
    real = numbers.to_numpy(dtype="float64", na_value=np.nan)
    infinite = int(np.isinf(real).sum())
    if infinite:
        what = f"Column {name!r} holds {infinite:,} infinite values."
        raise Misfit(what, "Make them empty in the source (and set nullable: true), or leave such rows out by a query.")
    whole = is_whole(numbers)
    if column.decimals:
        kept: pd.Series = pd.Series(real)
    else:
        kept = numbers.astype("Int64") if whole else pd.Series(real)
    storage = "integer" if str(kept.dtype) == "Int64" else "real"
    problems = out_of_range(name, column, kept) + _too_exact(name, column, real, whole)
    decimals = None
    if storage == "real":
        decimals = column.decimals if column.decimals is not None else decimals_of(real)
    schema = ColumnSchema(name=name, sdtype="numerical", storage=storage, nullable=column.nullable, decimals=decimals)
    return Conformed(kept, schema, problems)


def to_numbers(values: pd.Series) -> pd.Series:
    """A raw column of numbers as Int64 where it is exact, else as float64 (NaN is missing)."""
    if pd.api.types.is_integer_dtype(values.dtype):
        top = values.max()
        if not pd.isna(top) and int(top) > np.iinfo(np.int64).max:
            return pd.Series(values.to_numpy(dtype="float64", na_value=np.nan))
        return values.astype("Int64")
    if values.dtype != object:
        return pd.Series(values.to_numpy(dtype="float64", na_value=np.nan))
    missing = values.isna().to_numpy()
    cells = values.tolist()
    limits = np.iinfo(np.int64)
    if all(gone or (isinstance(cell, int | np.integer) and limits.min <= cell <= limits.max)
           for cell, gone in zip(cells, missing, strict=True)):  # fmt: skip
        ints = np.array([0 if gone else int(cell) for cell, gone in zip(cells, missing, strict=True)], dtype=np.int64)
        return pd.Series(pd.arrays.IntegerArray(ints, missing))
    return pd.Series(
        [np.nan if gone else float(cell) for cell, gone in zip(cells, missing, strict=True)], dtype="float64"
    )


def is_whole(numbers: pd.Series) -> bool:
    """Whether every number is a whole one that Int64 holds exactly."""
    if str(numbers.dtype) == "Int64":
        return True
    found = numbers.to_numpy()
    found = found[~np.isnan(found)]
    return bool((np.abs(found) <= EXACT).all() and (found == np.rint(found)).all())


def decimals_of(real: np.ndarray) -> int | None:
    """The fewest digits after the point (at most 10) that reproduce every number; None where 10 are not enough."""
    found = real[~np.isnan(real)]
    for decimals in range(MAX_DECIMALS + 1):
        if _reproduces(found[:_LOOK_FIRST], decimals) and _reproduces(found, decimals):
            return decimals
    return None


def _reproduces(found: np.ndarray, decimals: int) -> bool:
    with np.errstate(over="ignore", invalid="ignore"):
        return bool((np.round(found, decimals) == found).all())


def _too_exact(name: str, column: Column, real: np.ndarray, whole: bool) -> tuple[SourceProblem, ...]:
    """The problem of numbers with more digits than the spec declares."""
    if column.decimals is None or (column.decimals == 0 and whole):
        return ()
    found = real[~np.isnan(real)]
    with np.errstate(over="ignore", invalid="ignore"):
        count = int((np.round(found, column.decimals) != found).sum())
    if not count:
        return ()
    what = f"Column {name!r} holds {count:,} values with more than {column.decimals} digits after the point."
    return (SourceProblem(what, f"Correct columns.{name}.decimals, or round in the source."),)
