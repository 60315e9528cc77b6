"""Can a classifier tell synthetic rows from real ones? Sees what no table of two columns shows.

Statistic: the AUC of gradient-boosted trees that were taught the difference on other rows (Lopez-Paz and Oquab,
"Revisiting classifier two-sample tests", ICLR 2017). The rows are cut in two; each half is scored by the model of the
other, and both halves' AUCs are averaged: scores of two models do not compare.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headwater.checks.learner import classifier
from headwater.checks.scores import macro_auc
from headwater.checks.statistic import Measured, Statistic
from headwater.checks.telling import Bound, Told

if TYPE_CHECKING:
    from headwater.checks.sample import Sample

NAME = "joint"
C2ST = Statistic("joint.c2st", "upper", "A classifier hardly tells real from synthetic rows.")
STATISTICS = (C2ST,)
ROWS_MAX = 10_000


def measure(sample: Sample) -> Measured:
    """The AUC, ``(1,)``; .5 is best."""
    return {C2ST.name: np.array([sample.seen.auc])}


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """The AUC beside that of honest rows."""
    words = (
        f"A classifier tells real from synthetic rows with AUC {bound.value:.3f} (.5 is guessing, 1 is always); "
        f"{bound.whose} reach {bound.mean:.3f}."
    )
    return Told(words)


def two_sample_auc(
    real: NDArray[np.float64], made: NDArray[np.float64], categorical: NDArray[np.bool_], seed: int
) -> float:
    """Mean AUC of both halves; features ``(n, d)`` and ``(m, d)``, rows in random order."""
    halves = held_out(real, made, categorical, seed)
    return float(
        np.mean([macro_auc(scores[:, None], is_made.astype(np.float64) - 1, [0]) for scores, is_made in halves])
    )


def held_out(
    real: NDArray[np.float64], made: NDArray[np.float64], categorical: NDArray[np.bool_], seed: int
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    """Scores of each half (real rows at even places, then those at odd ones) and which of its rows were made.

    A score is high where the model of the other half takes the row for a made one. Real rows come first.
    """
    n, m = min(len(real), ROWS_MAX), min(len(made), ROWS_MAX)
    rows = np.concatenate([real[:n], made[:m]])
    is_made = np.repeat([False, True], [n, m])
    half = np.concatenate([np.arange(n) % 2, np.arange(m) % 2])
    for part in (0, 1):
        model = classifier(rows[half != part], is_made[half != part].astype(np.int64), categorical, seed)
        yield model.predict_proba(rows[half == part])[:, 1], is_made[half == part]
