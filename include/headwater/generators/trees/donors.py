"""The values that rows of a leaf draw from: flat arrays, one run of donors a node.

Belongs here: laying out donors, smoothing between them, drawing. Which node a row is in is ``partition``'s work.

Smoothing: each donor stands for the interval between the midpoints to its neighbours in the leaf, so that a leaf draws
from a histogram with a bin a value instead of repeating real values. A value with mass of its own (an *atom*, such as 0
in a column of gains) is never widened, and no interval reaches across an atom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from headwater.generators.errors import ModelFileError

SPAN_MAX = 2**52
"""Widest range of a column of whole numbers that can be smoothed: float64 must hold every step of it."""


@dataclass(frozen=True)
class Donors:
    """Donors of all nodes, node after node.

    Attributes:
        start, count: int64, shape ``(nodes,)``: each node's run; that of an inner node spans those of its leaves.
        low: the lower end of each donor's interval, in the column's numbers or codes.
        span: length of the interval (0: the value itself), or None when nothing is smoothed.
    """

    start: np.ndarray
    count: np.ndarray
    low: np.ndarray
    span: np.ndarray | None

    def draw(self, nodes: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        """One value a row, shape ``(rows,)``: ``uniform`` in [0, 1) picks the donor and the place in its interval."""
        place = uniform * self.count[nodes]
        chosen = place.astype(np.int64)
        place -= chosen
        chosen += self.start[nodes]
        return self.at(chosen, place)

    def at(self, chosen: np.ndarray, place: np.ndarray) -> np.ndarray:
        """The value at ``place`` (in [0, 1)) of each chosen donor's interval."""
        low = self.low[chosen]
        if self.span is None:
            return low
        if low.dtype.kind == "f":
            return low + place * self.span[chosen]
        return low + (place * (self.span[chosen] + 1.0)).astype(np.int64)

    def to_arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """The arrays by name, each name beginning with ``prefix``."""
        stored = {f"{prefix}start": self.start, f"{prefix}count": self.count, f"{prefix}low": self.low}
        return stored if self.span is None else stored | {f"{prefix}span": self.span}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], prefix: str) -> Donors:
        """The donors of :meth:`to_arrays`. Raises: ModelFileError when a run leaves the arrays."""
        start, count, low = (arrays[f"{prefix}{name}"] for name in ("start", "count", "low"))
        if (start < 0).any() or (count < 0).any() or (start + count > len(low)).any():
            raise ModelFileError("the donors of the model file do not fit its trees; retrain the dataset")
        return cls(start, count, low, arrays.get(f"{prefix}span"))


def exact_donors(nodes: np.ndarray, last: np.ndarray, values: np.ndarray) -> Donors:
    """Donors that are drawn as they are.

    Args:
        nodes: the leaf of each row, shape ``(rows,)``.
        last: the last node below each node (see ``Partition.last``).
        values: the rows' values, shape ``(rows,)``.
    """
    order = np.lexsort((values, nodes))
    return Donors(*_runs(nodes, last), shrink(values[order]), None)


def smoothed_donors(nodes: np.ndarray, last: np.ndarray, values: np.ndarray, atom: np.ndarray) -> Donors:
    """Donors that stand for the interval around them. Arguments as above; ``atom`` marks values kept as they are."""
    order = np.lexsort((values, nodes))
    leaf, value, fixed = nodes[order], values[order], atom[order]
    first = np.append(True, (leaf[1:] != leaf[:-1]) | (value[1:] != value[:-1]))
    starts = np.flatnonzero(first)
    group = np.cumsum(first) - 1
    low, high = _intervals(value[starts], leaf[starts], fixed[starts])
    return Donors(*_runs(nodes, last), shrink(low[group]), shrink((high - low)[group]))


def shrink(values: np.ndarray) -> np.ndarray:
    """Whole numbers in the smallest dtype that holds them: smaller models, faster gathers."""
    if values.dtype.kind == "f" or len(values) == 0:
        return values
    low, high = int(values.min()), int(values.max())
    fits = (kind for kind in (np.int8, np.int16, np.int32) if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    return values.astype(next(fits, np.int64))


def _runs(nodes: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the donors of each node begin, and how many it has; those of an inner node are those of all its leaves."""
    total = np.append(0, np.cumsum(np.bincount(nodes, minlength=len(last)))).astype(np.int64)
    return total[:-1], total[last + 1] - total[:-1]


def _intervals(value: np.ndarray, leaf: np.ndarray, fixed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends of the intervals of sorted distinct values, leaf after leaf."""
    low, high = value.copy(), value.copy()
    free = (leaf[1:] == leaf[:-1]) & ~fixed[1:] & ~fixed[:-1]
    left, right = value[:-1][free], value[1:][free]
    if value.dtype.kind == "f":
        middle = left / 2 + right / 2
        low[1:][free], high[:-1][free] = middle, middle
    else:
        # Half the distance below the middle: no overflow, and no whole number belongs to two donors.
        middle = left + (right - left) // 2
        low[1:][free], high[:-1][free] = middle + 1, middle
    return low, high
