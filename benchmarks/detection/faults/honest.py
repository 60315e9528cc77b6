"""What a fault is planted in, and what a fault is.

Belongs here: the two types that all files of this package share. Does not: any fault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks.arrays import codes, is_discrete, numbers
from headwater.tables.schema import ColumnSchema, TableSchema


@dataclass(frozen=True, eq=False)
class Honest:
    """Honest rows of one world, all conforming to ``schema``, all disjoint.

    Attributes:
        batch: the ``n`` rows in which a fault is planted.
        spare: at least ``n`` further rows, to fill up with.
        train: the rows that the generator of this world was trained on.
        yesterday: the batch of the day before, of ``n`` rows, as the checks know it too.
        target: the column that models predict; None where there is none.
    """

    batch: pd.DataFrame
    spare: pd.DataFrame
    train: pd.DataFrame
    yesterday: pd.DataFrame
    schema: TableSchema
    target: str | None = None

    @property
    def measured(self) -> list[ColumnSchema]:
        """The numerical and datetime columns."""
        return [column for column in self.schema.learned if not is_discrete(column)]

    @property
    def discrete(self) -> list[ColumnSchema]:
        """The categorical and boolean columns."""
        return [column for column in self.schema.learned if is_discrete(column)]

    def share(self, dose: float) -> int:
        """How many rows of the batch a dose is; at least 1."""
        return min(len(self.batch), max(1, round(dose * len(self.batch))))


Plant = Callable[[Honest, float, np.random.Generator], pd.DataFrame | None]


@dataclass(frozen=True)
class Fault:
    """One way in which a batch is wrong.

    Attributes:
        doses: how much of it, from little to much; what the number means is said by ``plant``.
        plant: the batch with the fault, as many rows as before, conforming; None where the table cannot have it.
        needs: what a table must have, as the reason why ``plant`` gave None.
    """

    name: str
    doses: tuple[float, ...]
    plant: Plant
    needs: str = "rows"


def swap(batch: pd.DataFrame, where: NDArray[np.int64], given: pd.DataFrame) -> pd.DataFrame:
    """The batch with its rows at the positions ``where`` replaced by the rows of ``given``, in order."""
    index = np.arange(len(batch))
    index[where] = len(batch) + np.arange(len(where))
    return pd.concat([batch, given], ignore_index=True).take(index).reset_index(drop=True)


def take(rows: pd.DataFrame, where: NDArray[np.int64]) -> pd.DataFrame:
    """The rows at these positions, with a fresh index."""
    return rows.take(where).reset_index(drop=True)


def classes(rows: pd.DataFrame, honest: Honest) -> NDArray[np.int64]:
    """The class of each row: its target's category, or whether its number is above the median of the training rows."""
    assert honest.target is not None
    column = honest.schema[honest.target]
    if is_discrete(column):
        return codes(rows[column.name], column)
    return (numbers(rows[column.name]) > np.nanmedian(numbers(honest.train[column.name]))).astype(np.int64)
