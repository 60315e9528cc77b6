"""Can a classifier tell synthetic rows from real ones it was never shown? By two families of classifiers.

Source: Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", ICLR 2017. The real rows are held-out ones: a
generator that repeats its training rows gains nothing. Five stratified folds; the mean of the folds' AUCs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.fidelity.families import boosting, linear

FOLDS = 5


def boosted_auc(
    real: NDArray[np.float64], synthetic: NDArray[np.float64], categorical: NDArray[np.bool_], seed: int
) -> float:
    """Mean AUC over the folds of gradient-boosted trees with scikit-learn's default size (100 trees, 31 leaves).

    Args:
        real: features ``(n, d)``, NaN where missing.
        synthetic: the same, ``(n, d)``.
        categorical: which columns are category codes, ``(d,)``.
        seed: of the folds and the model.
    """
    return _auc(boosting(categorical, seed), real, synthetic, seed)


def linear_auc(real: NDArray[np.float32], synthetic: NDArray[np.float32], seed: int) -> float:
    """Mean AUC over the folds of logistic regression on points of ``space.StandardSpace``. It sees marginals only."""
    return _auc(linear(), real, synthetic, seed)


def score(auc: float) -> float:
    """2 (1 - max(.5, AUC)): 1 cannot be told apart, 0 always can."""
    return 2.0 * (1.0 - max(0.5, auc))


def _auc(model: Any, real: NDArray[Any], synthetic: NDArray[Any], seed: int) -> float:
    from sklearn.base import clone
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold

    rows = np.concatenate([real, synthetic])
    side = np.repeat([0, 1], [len(real), len(synthetic)])
    found = []
    for learn, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(rows, side):
        fitted = clone(model).fit(rows[learn], side[learn])
        found.append(roc_auc_score(side[test], fitted.predict_proba(rows[test])[:, 1]))
    return float(np.mean(found))
