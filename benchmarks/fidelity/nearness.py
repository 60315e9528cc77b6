"""Does the generator remember rows? Distances to training rows against distances to rows it never saw.

Belongs here: measures on distances. Does not: how distances come about (see ``space.py``), equal rows (``copies.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Distances = NDArray[np.float64]
_TIE = 1e-9
NEAR_QUANTILE = 0.01


def nearness_share(to_train: Sequence[Distances], to_holdout: Distances) -> float:
    """Share of synthetic rows that lie nearer to training rows than to held-out ones; ideal .5, ties count one half.

    Both sides have the same number of rows, else the larger one would be nearer by chance: the training rows are cut
    into disjoint parts of the holdout's size, and the share is averaged over them. Source: Platzer and Reutterer,
    "Holdout-based empirical assessment of mixed-type synthetic data", Frontiers in Big Data 2021.

    Args:
        to_train: distance of each synthetic row to the nearest row of each part; each ``(n,)``.
        to_holdout: distance of each synthetic row to the nearest held-out row, ``(n,)``.
    """
    shares = []
    for part in to_train:
        tied = np.abs(part - to_holdout) <= _TIE
        shares.append(float(np.mean(np.where(tied, 0.5, part < to_holdout))))
    return float(np.mean(shares))


def near_limit(holdout_to_train: Distances) -> float:
    """The distance at or below which a row counts as a near copy: 1 % of held-out rows that are no copies are so near.

    0 where every held-out row is a copy.
    """
    apart = holdout_to_train[holdout_to_train > 0]
    return float(np.quantile(apart, NEAR_QUANTILE)) if len(apart) else 0.0


def near_copies(to_train: Distances, limit: float) -> float:
    """Share of rows within ``limit`` of their nearest training row; exact copies are among them."""
    return float(np.mean(to_train <= limit))


def membership_auc(members: Distances, others: Distances) -> float:
    """AUC of an attacker who calls a person a training row when a synthetic row is near; .5 is guessing.

    Source: the distance-based black-box attack of Chen, Yu, Zhang and Fritz, "GAN-Leaks", CCS 2020.

    Args:
        members: distance of each of a sample of training rows to the nearest synthetic row, ``(n,)``.
        others: the same for held-out rows, ``(m,)``.
    """
    from sklearn.metrics import roc_auc_score

    inside = np.repeat([1, 0], [len(members), len(others)])
    return float(roc_auc_score(inside, -np.concatenate([members, others])))
