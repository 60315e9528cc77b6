"""Balls of many sizes around anchor rows: is any region emptier than it should be? Sees modes that no cell matches.

Belongs here: the balls, which rows lie in them, and the largest deficit. Does not: cells that do not overlap (see
``cell.py``).

A scan statistic (Kulldorff, "A spatial scan statistic", 1997): overlapping regions around many centres at several
sizes, the largest deviation decides, its null is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater.checks.distances import squared
from headwater.checks.neighbours import Hits
from headwater.checks.statistic import deficits
from headwater.checks.yardstick import Yardstick

CENTRES_MAX, ROWS_MAX = 2_000, 10_000
SHARES = (0.005, 0.01, 0.02, 0.05)
"""Parts of the anchor that the balls hold."""
ROWS_A_BALL_MIN = 8
_BLOCK = 2_000


@dataclass(frozen=True, eq=False)
class Scan:
    """Balls around ``m`` anchor rows.

    Attributes:
        points: centres: float32 ``(m, D)``.
        reach: squared radii at each size: float32 ``(sizes, m)``.
    """

    points: NDArray[np.float32]
    reach: NDArray[np.float32]

    @classmethod
    def of(cls, yardstick: Yardstick) -> Scan:
        """Balls that hold given parts of the anchor's rows."""
        points = yardstick.anchor.points[:ROWS_MAX]
        centres = points[:CENTRES_MAX]
        ranks = sorted({min(max(round(share * len(points)), ROWS_A_BALL_MIN), len(points) - 1) for share in SHARES})
        reach = [
            np.partition(squared(centres[start : start + _BLOCK], points), ranks, axis=1)[:, ranks]
            for start in range(0, len(centres), _BLOCK)
        ]
        return cls(centres, np.concatenate(reach).T + np.float32(1e-5))

    @property
    def total(self) -> int:
        """Number of balls."""
        return self.reach.size

    def hits(self, points: NDArray[np.float32]) -> Hits:
        """Which balls each point lies in; ball ``size * m + centre``."""
        blocks = (squared(points[start : start + _BLOCK], self.points) for start in range(0, len(points), _BLOCK))
        return Hits.where(np.concatenate([distance <= reach for reach in self.reach], axis=1) for distance in blocks)

    def counts(self, points: NDArray[np.float32]) -> NDArray[np.int64]:
        """How many of the points lie in each ball: ``(total,)``."""
        found = np.zeros(self.reach.shape, dtype=np.int64)
        for start in range(0, len(points), _BLOCK):
            distance = squared(points[start : start + _BLOCK], self.points)
            for size, reach in enumerate(self.reach):
                found[size] += np.count_nonzero(distance <= reach, axis=0)
        return found.ravel()

    def deficits(self, found: NDArray[np.float64], real: NDArray[np.float64], share: float) -> NDArray[np.float64]:
        """The largest deficit at each size, in standard deviations: ``(sizes,)``.

        Args:
            found, real: rows in each ball, of the sample and of the baseline's rest: ``(total,)``.
            share: rows of the sample for one of the rest.
        """
        largest: NDArray[np.float64] = deficits(found, real * share, share).reshape(self.reach.shape).max(axis=1)
        return largest
