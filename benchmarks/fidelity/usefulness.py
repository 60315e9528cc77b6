"""Is a model trained on the rows of use on real ones? Mean AUC of three families, tested on held-out rows.

Source: Esteban, Hyland and Rätsch 2017 ("train on synthetic, test on real"). TRTR is the same with real training
rows, as many as the synthetic ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.fidelity.families import boosting, forest, linear

FAMILIES = ("linear", "forest", "boosting")


@dataclass(frozen=True, eq=False)
class Task:
    """Rows of a prediction task, the target taken out of both forms.

    Attributes:
        points: ``(n, d)`` standardised and one-hot, for the linear family.
        features: ``(n, c)`` numbers and codes, NaN where missing, for the trees.
        goal: bool ``(n,)``.
    """

    points: NDArray[np.float32]
    features: NDArray[np.float64]
    goal: NDArray[np.bool_]

    def head(self, n: int) -> Task:
        """The first ``n`` rows."""
        return Task(self.points[:n], self.features[:n], self.goal[:n])


def family_aucs(train: Task, test: Task, categorical: NDArray[np.bool_], seed: int) -> dict[str, float] | None:
    """AUC on ``test`` of each of :data:`FAMILIES` after learning from ``train``.

    None where ``test`` has one class only; .5, which is guessing, where ``train`` has one class only.
    """
    from sklearn.metrics import roc_auc_score

    if test.goal.all() or not test.goal.any():
        return None
    if train.goal.all() or not train.goal.any():
        return dict.fromkeys(FAMILIES, 0.5)
    models: dict[str, tuple[Any, Any, Any]] = {
        "linear": (linear(), train.points, test.points),
        "forest": (forest(seed), train.features, test.features),
        "boosting": (boosting(categorical, seed), train.features, test.features),
    }
    return {
        name: float(roc_auc_score(test.goal, model.fit(learn, train.goal).predict_proba(judge)[:, 1]))
        for name, (model, learn, judge) in models.items()
    }


def mean_auc(aucs: dict[str, float] | None) -> float | None:
    """The mean over the families."""
    return None if aucs is None else float(np.mean(list(aucs.values())))
