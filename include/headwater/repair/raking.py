"""Raking: weights under which rows have the margins of the frozen profile.

Iterative proportional fitting (Deming and Stephan 1940). Over margins and pairs of columns the weights are the density
ratio of the profile to the rows in a log-linear model of these tables: importance weights (Sugiyama, Suzuki and
Kanamori, *Density Ratio Estimation in Machine Learning*, 2012), without a single real row.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from headwater.repair.frozen import Codes, Counts

ROUNDS = 25
CAP = 100.0
"""No row weighs more than so many rows, nor less than the inverse: few rows must not stand for many."""


def rake(tables: Sequence[tuple[Codes, Counts]]) -> NDArray[np.float64]:
    """Weights of mean 1: float64 ``(rows,)``.

    Bins that no row has cannot be reached by weighing; their share goes to the others of their table.

    Args:
        tables: of each table the bin of each row, and the profile's counts by bin.
    """
    weights = np.ones(len(tables[0][0]))
    for _ in range(ROUNDS):
        before = weights
        for placed, counts in tables:
            weights = _fitted(weights, placed, counts)
        if np.abs(weights - before).max() < 1e-3:
            break
    return weights


def _fitted(weights: NDArray[np.float64], placed: Codes, counts: Counts) -> NDArray[np.float64]:
    now = np.bincount(placed, weights, minlength=len(counts))
    wanted = np.where(now > 0, counts, 0.0)
    if not wanted.sum():
        return weights
    ratio = np.divide(wanted * len(placed) / wanted.sum(), now, out=np.ones_like(now), where=now > 0)
    fitted: NDArray[np.float64] = np.clip(weights * ratio[placed], 1 / CAP, CAP)
    return fitted / fitted.mean()
