"""Columns of which only some combinations exist, as one column of categories: a category is a combination.

A missing value is a value here, so the combinations of real rows hold their pattern of missing values as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from headwater.generators.conditions import Wanted
from headwater.generators.table_codec import Cells


@dataclass(frozen=True)
class Group:
    """The combinations of some columns.

    Attributes:
        positions: of the columns in the schema, ascending.
        name: of the column that holds the combination.
        numbers: int64, shape ``(combinations, columns)``: in the codecs' numbers, 0 where missing.
        missing: bool, same shape.
    """

    positions: tuple[int, ...]
    name: str
    numbers: np.ndarray
    missing: np.ndarray

    @property
    def size(self) -> int:
        """Number of combinations."""
        return len(self.numbers)

    def cells(self, position: int, chosen: np.ndarray) -> Cells:
        """One column of the chosen combinations (int, shape ``(rows,)``)."""
        place = self.positions.index(position)
        return Cells(self.numbers[chosen, place], self.missing[chosen, place])

    def codes(self, cells: Mapping[int, Cells]) -> np.ndarray:
        """The combination of each row of the columns' cells: int64, -1 where there is none such."""
        rows = _stack([cells[position] for position in self.positions])
        known = np.hstack([self.missing.astype(np.int64), self.numbers])
        _, inverse = np.unique(np.vstack([known, rows]), axis=0, return_inverse=True)
        inverse = inverse.ravel()
        place = np.full(inverse.max(initial=0) + 1, -1, dtype=np.int64)
        place[inverse[: self.size]] = np.arange(self.size)
        found: np.ndarray = place[inverse[self.size :]]
        return found

    def allowed(self, asked: Mapping[int, Wanted], is_coded: Mapping[int, bool]) -> np.ndarray:
        """Which combinations meet what is asked of their columns: bool, shape ``(combinations,)``."""
        met = np.ones(self.size, dtype=bool)
        for place, position in enumerate(self.positions):
            if position in asked:
                numbers, missing = self.numbers[:, place], self.missing[:, place]
                numbers = np.where(missing, -1, numbers) if is_coded[position] else numbers
                met &= asked[position].holds(numbers, missing)
        return met


def learn_group(positions: Sequence[int], name: str, cells: Mapping[int, Cells]) -> Group:
    """The combinations of real rows, in an order that does not depend on that of the rows."""
    found = np.unique(_stack([cells[position] for position in positions]), axis=0)
    width = len(positions)
    return Group(tuple(positions), name, np.ascontiguousarray(found[:, width:]), found[:, :width].astype(bool))


def joined(sets: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """Sets of positions, those that share one joined, each ascending, in ascending order."""
    groups: list[set[int]] = []
    for one in sets:
        touching = [group for group in groups if group & set(one)]
        groups = [group for group in groups if group not in touching] + [set(one).union(*touching)]
    return sorted(tuple(sorted(group)) for group in groups)


def _stack(cells: Sequence[Cells]) -> np.ndarray:
    """Cells side by side: int64, shape ``(rows, 2 * columns)``, first where values are missing."""
    missing = [one.missing.astype(np.int64) for one in cells]
    numbers = [np.where(one.missing, 0, one.numbers).astype(np.int64) for one in cells]
    return np.stack([*missing, *numbers], axis=1)
