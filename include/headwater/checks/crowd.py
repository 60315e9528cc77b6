"""How alone does a row stand? In a crowd rows are alike by chance; a row like a lonely one was hardly made by chance.

Belongs here: how lonely rows are, against the anchor's. Does not: what is counted among lonely rows (``copies.py``,
``duplicates.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from headwater.checks.distances import BLOCK, kth, squared

CROWD_MAX, NEIGHBOURS = 2_000, 3
LONELIER = (0.5, 0.75, 0.9)
"""Shares of the anchor's rows that stand less alone than the rows of each level above 0."""
LEVELS = 1 + len(LONELIER)
WORDS = (
    "",
    " in the emptier half of the table",
    " in the emptiest quarter of the table",
    " in the emptiest tenth of the table",
)

_ROUNDING = 1e-5
"""Squared distances of equal rows differ by rounding."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """Some of the anchor's rows, and what lies how far from them.

    Attributes:
        picked: positions of ``m`` rows, at most :data:`CROWD_MAX`.
        points: of these rows: ``(m, D)``.
        own: level of each of these rows, itself not counted: int8 ``(m,)``.
        edges: squared distances to the third nearest of them that the levels begin at: ``(levels - 1,)``.
    """

    picked: NDArray[np.intp]
    points: NDArray[np.float32]
    own: NDArray[np.int8]
    edges: NDArray[np.float64]

    @classmethod
    def of(cls, picked: NDArray[np.intp], points: NDArray[np.float32]) -> Self:
        """From rows of the anchor, picked at random, and their points."""
        far = np.concatenate([kth(points, start, NEIGHBOURS) for start in range(0, len(points), BLOCK)])
        edges = np.quantile(far, LONELIER) + _ROUNDING
        return cls(picked, points, _levels(far, edges), edges)

    def levels(self, points: NDArray[np.float32]) -> NDArray[np.int8]:
        """How alone each point stands: 0 anywhere, 1 in the emptier half, 2 in the emptiest quarter: int8 ``(n,)``."""
        k = min(NEIGHBOURS, len(self.points)) - 1
        blocks = (squared(points[start : start + BLOCK], self.points) for start in range(0, len(points), BLOCK))
        far = [np.partition(distance, k, axis=1)[:, k] for distance in blocks]
        return _levels(np.concatenate(far) if far else np.zeros(0, np.float32), self.edges)


def among(found: NDArray[np.bool_], level: NDArray[np.int8]) -> list[int]:
    """How many of the rows found stand at each level or above: ``LEVELS`` counts."""
    return [int(np.count_nonzero(found & (level >= least))) for least in range(LEVELS)]


def _levels(far: NDArray[np.float32], edges: NDArray[np.float64]) -> NDArray[np.int8]:
    return np.searchsorted(edges, far, side="left").astype(np.int8)
