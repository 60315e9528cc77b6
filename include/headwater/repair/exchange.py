"""Exchanging rows: places of a batch get the learned columns of other rows; ids and personal data stay.

So ids stay unique, and what was made for a row to be addressed by is not made twice. Keys of learned columns stay
unique because donors that repeat one are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.tables.schema import TableSchema


@dataclass(frozen=True, eq=False)
class Repaired:
    """Rows after a step.

    Attributes:
        frame: all rows, conforming to the schema.
        touched: bool ``(rows,)``: which of them were exchanged, by this step or an earlier one.
        keys: columns whose values together no two rows may share, where none of them is missing.
    """

    frame: pd.DataFrame
    touched: NDArray[np.bool_]
    keys: tuple[tuple[str, ...], ...] = ()

    def fitting(self, donors: pd.DataFrame) -> pd.DataFrame:
        """The donors that repeat no key, neither of a row nor of a donor before them."""
        repeats = np.zeros(len(donors), dtype=bool)
        for names in self.keys:
            both = pd.concat([self.frame[list(names)], donors[list(names)]], ignore_index=True)
            again = both.duplicated() & both.notna().all(axis=1)
            repeats |= again.to_numpy()[len(self.frame) :]
        return donors[~repeats]


def exchange(rows: Repaired, places: NDArray[np.intp], donors: pd.DataFrame, schema: TableSchema) -> Repaired:
    """Put the donors' learned columns at these places.

    Args:
        rows: the batch so far.
        places: as many different ones as there are donors.
        donors: rows that conform to the schema.
    """
    learned = [column.name for column in schema.learned]
    taken = np.arange(len(rows.frame))
    taken[places] = len(rows.frame) + np.arange(len(places))
    both = pd.concat([rows.frame[learned], donors[learned]], ignore_index=True).iloc[taken].reset_index(drop=True)
    frame = pd.DataFrame(
        {
            name: both[name] if name in learned else rows.frame[name].reset_index(drop=True)
            for name in rows.frame.columns
        }
    )
    touched = rows.touched.copy()
    touched[places] = True
    return replace(rows, frame=frame, touched=touched)


def drawn(weights: NDArray[np.float64], count: int, random: np.random.Generator) -> NDArray[np.intp]:
    """Up to ``count`` different places, each with a chance that grows with its weight; weightless ones never.

    Weighted sampling without replacement by exponential keys (Efraimidis and Spirakis 2006).
    """
    able = np.flatnonzero(weights > 0)
    keys = random.exponential(size=len(able)) / weights[able]
    found: NDArray[np.intp] = able[np.argsort(keys, kind="stable")[:count]]
    return found
