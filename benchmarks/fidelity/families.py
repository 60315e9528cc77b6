"""The families of classifiers that the bench asks: linear, bagged trees, boosted trees. Settings, nothing else.

The product's own judge (``headwater.checks.learner``) is smaller, because calibration fits it hundreds of times; a
bench can afford the full size.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def linear() -> Any:
    """Logistic regression with the usual ridge of 1, for standardised and one-hot inputs."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=1_000)


def forest(seed: int) -> Any:
    """Random forest (Breiman 2001), 100 trees; leaves of at least 5 rows, as probabilities are what is asked for."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=100, min_samples_leaf=5, random_state=seed)


def boosting(categorical: NDArray[np.bool_], seed: int) -> Any:
    """Gradient boosting on histograms (Friedman 2001; Ke et al. 2017), scikit-learn's default size.

    Never stops early: stopping takes rows away and would set in only above 10,000 rows.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(early_stopping=False, categorical_features=categorical, random_state=seed)
