"""Can a classifier tell synthetic rows from real ones? The check that sees broken dependence between columns.

Belongs here: the two-sample test. Does not: usefulness of the rows for another model (see ``utility_gap.py``).

Source: Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", ICLR 2017; here with the AUC, which does not
depend on a threshold. Anchor and batch have equal numbers of rows; the classifier is judged on rows it has not
seen (five stratified folds) and the folds' AUCs are averaged: scores of different folds' models do not compare.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from headwater.checks.learner import classifier
from headwater.checks.limits import at_most
from headwater.checks.reference import Reference
from headwater.checks.result import CheckResult
from headwater.checks.seeds import state

NAME = "c2st"
FOLDS = 5
REPEATS_MAX = 3
"""Of the reference's pairs; each costs five fits."""


def check(batch: pd.DataFrame, reference: Reference) -> CheckResult:
    """Cross-validated AUC of real against synthetic, against ``c2st_auc_max``; .5 is best, 1 is worst.

    The interval is Hanley and McNeil's (1982) for one pair; further pairs make it narrower than stated.
    """
    values = measures(batch, reference)
    value, n = float(np.mean(values)), reference.judge_rows(len(batch))
    floor = reference.floors.get(NAME)
    limit = at_most(reference.contract.c2st_auc_max, floor, n)
    real = "" if floor is None else f" between two samples of real rows it is {floor.mean:.3f};"
    sentence = (
        f"A classifier tells real from synthetic rows with AUC {value:.3f} (.5 is guessing, 1 is always);{real} "
        f"at most {limit.value:.3f} is allowed ({limit.words()}; {n:,} rows a side)."
    )
    detail: dict[str, Any] = {"fold_aucs": values, "folds": FOLDS, "real_mean": None if floor is None else floor.mean}
    return CheckResult(
        name=NAME,
        severity="critical",
        value=value,
        limit=limit.value,
        direction="at_most",
        limit_origin=limit.origin,
        interval=_hanley_mcneil(value, n),
        n=n,
        passed=value <= limit.value,
        sentence=sentence,
        detail=detail,
    )


def measures(batch: pd.DataFrame, reference: Reference) -> list[float]:
    """The AUC of each fold of each pair."""
    encoder, found = reference.encoder, []
    for index, (real, made) in enumerate(reference.pairs(len(batch), NAME)[:REPEATS_MAX]):
        rows = encoder.features(reference.anchor.iloc[real]), encoder.features(batch.iloc[made])
        found.extend(fold_aucs(*rows, encoder.categorical, state(reference.seed, NAME, index)))
    return found


def fold_aucs(
    real: NDArray[np.float64], synthetic: NDArray[np.float64], categorical: NDArray[np.bool_], seed: int
) -> list[float]:
    """AUC of each fold: real ``(n, d)`` against synthetic ``(m, d)``, both of at least :data:`FOLDS` rows."""
    rows = np.concatenate([real, synthetic])
    side = np.repeat([0, 1], [len(real), len(synthetic)])
    found = []
    for learn, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(rows, side):
        model = classifier(rows[learn], side[learn], categorical, seed)
        found.append(float(roc_auc_score(side[test], model.predict_proba(rows[test])[:, 1])))
    return found


def _hanley_mcneil(auc: float, n: int) -> tuple[float, float]:
    """95 % interval of an AUC with ``n`` rows on each side (Hanley and McNeil 1982)."""
    better = max(auc, 1 - auc)
    one, two = better / (2 - better), 2 * better**2 / (1 + better)
    variance = (better * (1 - better) + (n - 1) * (one + two - 2 * better**2)) / n**2
    half = 1.96 * float(np.sqrt(max(variance, 0.0)))
    return max(0.0, auc - half), min(1.0, auc + half)
