"""One column's way from its normal score to its numbers, as a table. Knows neither SDV nor other columns.

Every marginal is a function of the score ``z`` that never falls. So a condition on the numbers is a set of intervals
of ``z``, and both ways are read from the same table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

REACH = 8.0
"""Scores beyond ±8 are treated as ±8; one draw in 10^15 is."""
CELLS = 8_192
"""Cells of equal width between the two ends, 1/512 each."""
NODES = np.linspace(-REACH, REACH, CELLS + 1)
"""The scores at the ends of the cells."""

_NONE = np.zeros((0, 2))


def places(scores: np.ndarray) -> np.ndarray:
    """Scores as places on the grid: whole part the cell, fraction the place in it. Never falls; float64."""
    placed: np.ndarray = scores * (CELLS / (2 * REACH))
    placed += CELLS / 2
    return np.clip(placed, 0.0, np.nextafter(CELLS, 0.0), out=placed)


@dataclass(frozen=True)
class Steps:
    """A column of atoms, exact: categories, patterns of missing values, whole numbers of a short range.

    Attributes:
        cuts: scores between one atom and the next, rising, float64, shape ``(atoms - 1,)``; may be infinite. A score
            equal to a cut belongs below it.
        values: the atoms' numbers in the order of the scores, int32 or int64, shape ``(atoms,)``.
    """

    cuts: np.ndarray
    values: np.ndarray

    def numbers(self, scores: np.ndarray, placed: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """The number of each score. All arrays of shape ``(rows,)``: scores, their :func:`places`, the whole parts."""
        found: np.ndarray = self._begin[cells]
        unsure = np.flatnonzero(self._parted[cells])
        found[unsure] = self.values[np.searchsorted(self.cuts, scores[unsure], side="left")]
        return found

    def region(self, allowed: np.ndarray) -> np.ndarray:
        """The closed intervals of scores whose atoms are allowed.

        Args:
            allowed: bool, shape ``(atoms,)``.

        Returns:
            float64, shape ``(intervals, 2)``, rising and apart.
        """
        edges = np.diff(np.concatenate(([0], allowed.astype(np.int8), [0])))
        ends = np.concatenate(([-np.inf], self.cuts, [np.inf]))
        begin, high = ends[np.flatnonzero(edges == 1)], ends[np.flatnonzero(edges == -1)]
        low = np.where(np.isneginf(begin), begin, np.nextafter(begin, np.inf))
        return np.column_stack((low, high))[begin < high]

    @cached_property
    def _begin(self) -> np.ndarray:
        """The number at the beginning of each cell, dtype of the values, shape ``(CELLS,)``."""
        cut_cells = places(self.cuts).astype(np.int32)
        return self.values[np.searchsorted(cut_cells, np.arange(CELLS), side="left")]

    @cached_property
    def _parted(self) -> np.ndarray:
        """Which cells hold a cut: bool, shape ``(CELLS,)``."""
        parted = np.zeros(CELLS, dtype=bool)
        parted[places(self.cuts).astype(np.int32)] = True
        return parted


@dataclass(frozen=True)
class Curve:
    """A column of numbers without steps, scaled to [0, 1]: straight lines between the nodes.

    Attributes:
        scaled: the scaled number at each of :data:`NODES`, never falling, float64, shape ``(CELLS + 1,)``. May leave
            [0, 1]; what is read from it is cut off there, so the ends keep their mass.
    """

    scaled: np.ndarray

    def numbers(self, scores: np.ndarray, placed: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """The scaled number of each score, within [0, 1]. Arguments as of :meth:`Steps.numbers`."""
        found: np.ndarray = (placed - cells) * self._rise[cells]
        found += self.scaled[cells]
        return np.clip(found, 0.0, 1.0, out=found)

    def region(self, low: float, high: float) -> np.ndarray:
        """The scores whose scaled numbers lie in ``[low, high]``: float64, shape ``(1, 2)``, or ``(0, 2)`` for none.

        An end at or beyond 0 or 1 is open, as everything beyond is cut off there.
        """
        begin, end = -np.inf, np.inf
        if low > 0.0:
            after = int(np.searchsorted(self.scaled, low, side="left"))
            if after > CELLS or low > 1.0:
                return _NONE
            begin = self._score(low, after) if after > 0 else -np.inf
        if high < 1.0:
            after = int(np.searchsorted(self.scaled, high, side="right"))
            if after == 0 or high < 0.0:
                return _NONE
            end = self._score(high, after) if after <= CELLS else np.inf
        return np.array([[begin, max(begin, end)]])

    def _score(self, scaled: float, after: int) -> float:
        """The score of a scaled number between the nodes ``after - 1`` and ``after``."""
        below, above = self.scaled[after - 1], self.scaled[after]
        return float(NODES[after - 1] + (NODES[after] - NODES[after - 1]) * ((scaled - below) / (above - below)))

    @cached_property
    def _rise(self) -> np.ndarray:
        return np.diff(self.scaled)


Marginal = Steps | Curve
