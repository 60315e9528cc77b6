"""What a column's tree is grown to predict. Growing is in ``growth``."""

from __future__ import annotations

import numpy as np

from headwater.generators.trees.draft import Draft

CLASSES_MAX = 49
"""Categories beyond this many (by frequency) are told apart by what they go with, not one by one."""

_OUTPUTS_MAX = 16
_ONE_HOT_MAX = 8
_SPREAD_WEIGHT = 0.5


def spread_target(scores: np.ndarray) -> np.ndarray:
    """Scores, and their distance from the mean at half weight: leaves may differ in place or in width.

    Shape ``(rows,)`` to ``(rows, 2)``.
    """
    away = np.abs(scores - scores.mean())
    return np.stack([scores, _SPREAD_WEIGHT * (away - away.mean())], axis=1)


def class_target(codes: np.ndarray, draft: Draft, weight: float) -> np.ndarray:
    """Categories as numbers that a regression tree can split: float64, shape ``(rows, outputs)``.

    Few categories: a 0/1 column each (but one of two). Many: the mean of the columns before, a row for each
    category (target statistics, Micci-Barreca 2001), those that differ most between categories.

    Args:
        codes: shape ``(rows,)``, -1 for missing.
        draft: the columns before.
        weight: rows of the overall mean that a category's own is mixed with.
    """
    found, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    if len(found) <= CLASSES_MAX or not draft.filled:
        kept = np.argsort(-counts, kind="stable")[: min(CLASSES_MAX, max(1, len(found) - (len(found) <= 2)))]
        return (inverse[:, None] == kept[None, :]).astype(np.float64)
    before = _describe(draft)
    sums = np.stack([np.bincount(inverse, weights=column, minlength=len(found)) for column in before], axis=1)
    means = sums / (counts + weight)[:, None]
    variance = (counts[:, None] * means**2).sum(axis=0)
    kept = np.argsort(-variance, kind="stable")[:_OUTPUTS_MAX]
    described: np.ndarray = means[:, kept][inverse]
    return described


def _describe(draft: Draft) -> list[np.ndarray]:
    """The columns before as standardised numbers, small categories as 0/1 columns."""
    columns: list[np.ndarray] = []
    for slot in range(draft.filled):
        if 2 < draft.levels.get(slot, 0) <= _ONE_HOT_MAX:
            columns += [(draft.numbers[slot] == code).astype(np.float64) for code in range(draft.levels[slot])]
        elif draft.levels.get(slot, 0) <= _ONE_HOT_MAX:
            columns.append(np.nan_to_num(draft.features[:, slot].astype(np.float64)))
    centred = [column - column.mean() for column in columns]
    return [column / column.std() for column in centred if column.std() > 0]
