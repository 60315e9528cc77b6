"""Values that an earlier snapshot's schema does not hold: new categories, fractions, times of day, missing values.

Belongs here: finding them, how unlikely so many are, and the rows without them. Does not: any limit (``drift.py``).

Honest rows bring newcomers too: a category of one row in ten thousand is in one snapshot and not in the next. So each
is counted beside the earlier snapshot, which has none, by the exact test of two rates (``statistic.too_many``). So is
the number of new categories of a column beside those that the earlier snapshot has once: about as many rows of a
further sample are of a kind that was never seen (Good 1953).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks.arrays import numbers
from headwater.checks.statistic import too_many
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

_EXACT = 2.0**53
_NUMBERS = frozenset({"integer", "real"})


@dataclass(frozen=True)
class Newcomers:
    """What one column holds that it never held.

    Attributes:
        column: the column's name.
        what: the kind of value, in words; no value itself.
        rows: how many rows hold one.
        kinds: how many different values, of categories; else 1.
        chance: the smallest p-value of them; :attr:`Fitted.tests` were looked at.
    """

    column: str
    what: str
    rows: int
    kinds: int
    chance: float

    @property
    def words(self) -> str:
        """The finding without its judgement."""
        verb = "holds" if self.rows == 1 else "hold"
        many = f"{self.kinds:,} different " if self.kinds > 1 else ""
        return f"{self.rows:,} row{'' if self.rows == 1 else 's'} {verb} {many}{self.what} in {self.column}"


@dataclass(frozen=True, eq=False)
class Fitted:
    """New rows in an earlier schema.

    Attributes:
        frame: the rows without newcomers; its learned columns conform to the earlier schema, others are left out.
        newcomers: what the other rows hold.
        tests: how many p-values were looked at.
    """

    frame: pd.DataFrame
    newcomers: tuple[Newcomers, ...]
    tests: int


def reshaped(schema: TableSchema, earlier: TableSchema) -> list[str]:
    """Learned columns that came, went or are of another kind now, each in words; empty where rows can be compared."""
    now, before = ({column.name: column for column in side.learned} for side in (schema, earlier))
    found = [f"{name} is new" for name in now if name not in before]
    found += [f"{name} is gone" for name in before if name not in now]
    return found + [
        f"{name} is {now[name].sdtype} of {now[name].storage} values, and was {old.sdtype} of {old.storage} values"
        for name, old in before.items()
        if name in now and not _is_alike(now[name], old)
    ]


def fitted(frame: pd.DataFrame, train: pd.DataFrame, schema: TableSchema) -> Fitted:
    """The new rows in the schema of ``train``, and what does not fit into it.

    Args:
        frame: new rows; :func:`reshaped` found nothing in their schema.
        train: the earlier rows; they conform to ``schema``.
        schema: the earlier one.
    """
    sizes = len(frame), len(train)
    strange, found, tests = np.zeros(len(frame), dtype=bool), [], 0
    for column in schema.learned:
        values = frame[column.name]
        for what, rows, chances, kinds in _of_column(values, train[column.name], column, sizes):
            tests += len(chances)
            if rows.any():
                found.append(Newcomers(column.name, what, int(rows.sum()), kinds, float(chances.min())))
                strange |= rows
    kept = frame.loc[~strange, [column.name for column in schema.learned]]
    return Fitted(conform(kept, TableSchema(columns=schema.learned)), tuple(found), tests)


_Found = tuple[str, NDArray[np.bool_], NDArray[np.float64], int]
"""What, in which rows, p-values, kinds."""


def _of_column(values: pd.Series, train: pd.Series, column: ColumnSchema, sizes: tuple[int, int]) -> list[_Found]:
    found = [] if column.nullable else [_one("missing values", values.isna().to_numpy(), sizes)]
    if column.categories is not None:
        return [*found, _categories(values, train, sizes)]
    if column.storage == "integer":
        number = numbers(values)
        fits = np.isnan(number) | ((number == np.rint(number)) & (np.abs(number) <= _EXACT))
        return [*found, _one("numbers that are not whole", ~fits, sizes)]
    if column.storage == "real" and column.decimals is not None:
        number = numbers(values)
        with np.errstate(over="ignore", invalid="ignore"):
            fits = np.isnan(number) | (np.round(number, column.decimals) == number)
        return [*found, _one(f"numbers of more than {column.decimals} digits after the point", ~fits, sizes)]
    if column.storage == "date":
        return [*found, _one("times of day", (values.notna() & (values.dt.normalize() != values)).to_numpy(), sizes)]
    return found


def _one(what: str, rows: NDArray[np.bool_], sizes: tuple[int, int]) -> _Found:
    """A kind that the earlier rows have none of."""
    return what, rows, too_many(np.array([float(rows.sum())]), np.zeros(1), *map(float, sizes)), 1


def _categories(values: pd.Series, train: pd.Series, sizes: tuple[int, int]) -> _Found:
    """Categories that the earlier rows have none of: each by its count, and all by their number."""
    counts = values.value_counts()
    new = counts[(counts > 0) & ~counts.index.isin(list(train.cat.categories))]
    once = int((train.value_counts() == 1).sum())
    found = np.array([*new.to_numpy(), len(new)], dtype=np.float64)
    others = np.array([*np.zeros(len(new)), once])
    what = "categories" if len(new) > 1 else "a category"
    return (
        f"{what} that the champion never saw",
        values.isin(list(new.index)).to_numpy(),
        too_many(found, others, *map(float, sizes)),
        len(new),
    )


def _is_alike(now: ColumnSchema, old: ColumnSchema) -> bool:
    """Whether values of the one can be values of the other."""
    if now.sdtype != old.sdtype:
        return False
    times = frozenset({"date", "timestamp"})
    return now.storage == old.storage or any({now.storage, old.storage} <= pair for pair in (_NUMBERS, times))
