"""The linear part of a continuous column: how its normal score follows those of the columns before it.

Trees cut what is smooth into steps; tightly related measurements (a radius and an area) need the line as well. So the
tree and its leaves learn what the line leaves over. Everything is computed without BLAS: the number of threads of a
matrix library must not change a byte.
"""

from __future__ import annotations

import numpy as np

from headwater.generators.trees.draft import Draft

_ROWS_PER_PREDICTOR = 5
_RIDGE = 1.0


def fit_drift(draft: Draft, slots: list[int], scores: np.ndarray) -> np.ndarray:
    """Ridge weights (Hoerl and Kennard 1970) of each slot's score: float64, shape ``(slots,)``.

    Args:
        draft: the real rows in which the column has a value.
        slots: continuous columns drawn before.
        scores: of the column to learn, shape ``(rows,)``.
    """
    if not slots or len(scores) < _ROWS_PER_PREDICTOR * (len(slots) + 1):
        return np.zeros(len(slots))
    given = np.stack([draft.scores[slot] for slot in slots])
    gram = np.einsum("ik,jk->ij", given, given) + _RIDGE * np.eye(len(slots))
    return _solve(gram, np.einsum("ik,k->i", given, scores))


def drift_of(draft: Draft, slots: list[int], weights: np.ndarray) -> np.ndarray:
    """The line's value in each row of a draft: float64, shape ``(rows,)``."""
    total = np.zeros(draft.rows)
    for slot, weight in zip(slots, weights.tolist(), strict=True):
        if weight:
            total += weight * draft.scores[slot]
    return total


def _solve(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve a positive definite system by Gauss-Jordan elimination, elementwise."""
    work = np.column_stack([matrix, right])
    for pivot in range(len(right)):
        work[pivot] /= work[pivot, pivot]
        factors = work[:, pivot].copy()
        factors[pivot] = 0.0
        work -= factors[:, None] * work[pivot]
    return work[:, -1]
