"""Scores of predictions: AUC, average precision, R2.

Belongs here: formulas on arrays. Does not: models, or which classes are scored.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

_EPSILON = 1e-12


def macro_auc(chances: NDArray[np.float64], goal: NDArray[np.float64], classes: list[int]) -> float:
    """Mean over ``classes`` of the AUC of one class against the rest (Mann and Whitney's U over the ranks).

    Args:
        chances: ``(n, c)``; column i belongs to class code i.
        goal: class codes, ``(n,)``.
        classes: codes to score, each with rows inside and outside; none gives .5, which is guessing.
    """
    found = [0.5] if not classes else []
    for code in classes:
        inside = goal == code
        positive, negative = int(inside.sum()), int((~inside).sum())
        above = rankdata(chances[:, code])[inside].sum() - positive * (positive + 1) / 2
        found.append(above / (positive * negative))
    return float(np.mean(found))


def precision(chances: NDArray[np.float64], inside: NDArray[np.bool_]) -> float:
    """Average precision of a score; equal scores count as their mean order would."""
    order = np.argsort(-chances, kind="stable")
    hits = inside[order].astype(np.float64)
    values, starts = np.unique(-chances[order], return_index=True)
    groups = np.add.reduceat(hits, starts) / np.diff(np.append(starts, len(hits)))
    hits = np.repeat(groups, np.diff(np.append(starts, len(hits)))) if len(values) < len(hits) else hits
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1) * hits).sum() / max(hits.sum(), _EPSILON))


def r2(predicted: NDArray[np.float64], goal: NDArray[np.float64]) -> float:
    """Share of the variance explained, at least -1; 0 where the goal does not vary, or has no value."""
    if not len(goal):
        return 0.0
    spread = float(((goal - goal.mean()) ** 2).sum())
    return max(-1.0, 1 - float(((goal - predicted) ** 2).sum()) / spread) if spread > 0 else 0.0
