"""Is a model trained on synthetic rows as good as one trained on real rows? One result for each target column.

Belongs here: train on synthetic against train on real, both tested on the anchor (Esteban, Hyland and Rätsch
2017, "TSTR"). Does not: several families of models (one is used, see ``learner.py``).

Both models learn from the same number of rows. Categories are scored by AUC, one class against the rest, the mean
over the classes; numbers by R2, cut at -1 so that one wild model stays comparable. Rows without a target
value are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from headwater.checks.arrays import is_discrete
from headwater.checks.learner import classifier, regressor
from headwater.checks.limits import at_most
from headwater.checks.reference import ROWS_MIN, Reference
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.result import CheckResult
from headwater.checks.seeds import rng, state

NAME = "utility_gap"
TRAIN_ROWS_MAX = 5_000
TEST_ROWS_MAX = 10_000
CLASSES_MAX = 20
"""Classes scored one by one; rarer ones are taken together."""
CLASS_ROWS_MIN = 5
"""Fewer test rows of a class give an AUC that is noise; such a class is not scored."""
_GROUPS = 20


@dataclass(frozen=True)
class _Side:
    """Rows to learn from or to test on: features ``(n, d)`` without the target, and the target ``(n,)``."""

    features: NDArray[np.float64]
    target: NDArray[np.float64]


@dataclass(frozen=True)
class Gap:
    """Scores on the anchor of the model trained on real and on synthetic rows, and their gap's standard error."""

    real: float
    synthetic: float
    error: float
    rows: int

    @property
    def value(self) -> float:
        """How much is lost; below 0 the synthetic rows teach better."""
        return self.real - self.synthetic


def check(batch: pd.DataFrame, reference: Reference, target: str) -> CheckResult:
    """The loss of AUC or R2 for ``target``, against ``utility_gap_max``.

    The interval covers the anchor's choice of rows only (see :func:`measure`); what the training rows add is in
    the noise floor.

    Raises:
        CannotJudgeError: too few rows have a target value, or all have the same.
    """
    name = f"{NAME}:{target}"
    gap = measure(batch, reference, target)
    limit = at_most(reference.contract.utility_gap_max, reference.floors.get(name), gap.rows)
    kind = "AUC" if is_discrete(reference.schema[target]) else "R2"
    sentence = (
        f"Predicting {target} on the anchor, a model trained on synthetic rows reaches {kind} {gap.synthetic:.3f}, "
        f"on real rows {gap.real:.3f}: a loss of {gap.value:.3f}, at most {limit.value:.3f} is allowed "
        f"({limit.words()}; {gap.rows:,} rows each)."
    )
    detail: dict[str, Any] = {"score": kind, "trained_on_real": gap.real, "trained_on_synthetic": gap.synthetic}
    return CheckResult(
        name=name,
        severity="critical",
        value=gap.value,
        limit=limit.value,
        direction="at_most",
        limit_origin=limit.origin,
        interval=(gap.value - 1.96 * gap.error, gap.value + 1.96 * gap.error),
        n=gap.rows,
        passed=gap.value <= limit.value,
        sentence=sentence,
        detail=detail,
    )


def measure(batch: pd.DataFrame, reference: Reference, target: str) -> Gap:
    """Fit both models and score them on the anchor.

    The standard error is a delete-a-group jackknife over the anchor's rows (Kott 2001), twenty groups.
    """
    if len(reference.encoder.names) < 2:
        raise CannotJudgeError(f"target {target!r} is the only learned column; there is nothing to predict it from")
    n = min(len(reference.train), len(batch), TRAIN_ROWS_MAX)
    real = _side(reference.train, reference, target, n, "train")
    made = _side(batch, reference, target, n, "batch")
    test = _side(reference.anchor, reference, target, TEST_ROWS_MAX, "anchor")
    for side, whose in ((real, "training rows"), (test, "anchor rows"), (made, "batch rows")):
        _refuse_poor(side.target, target, whose)
    rows = min(len(real.target), len(made.target))
    real, made = (_Side(side.features[:rows], side.target[:rows]) for side in (real, made))
    column = reference.encoder.names.index(target)
    categorical = np.delete(reference.encoder.categorical, column)
    if reference.encoder.categorical[column]:
        scored = _classes(real, made, test, categorical, state(reference.seed, NAME, target))
    else:
        scored = _numbers(real, made, test, categorical, state(reference.seed, NAME, target))
    return _gap(scored[0], scored[1], test.target, bool(reference.encoder.categorical[column]), rows)


def _side(frame: pd.DataFrame, reference: Reference, target: str, most: int, label: str) -> _Side:
    """At most ``most`` rows in random order, those without a target value left out."""
    picked = rng(reference.seed, NAME, label).permutation(reference.some_rows(len(frame), most, f"{NAME}:{label}"))
    features = reference.encoder.features(frame.iloc[picked])
    column = reference.encoder.names.index(target)
    goal = features[:, column]
    if reference.encoder.categorical[column]:
        goal = np.minimum(goal, CLASSES_MAX - 1)
    known = ~np.isnan(goal)
    return _Side(np.delete(features, column, axis=1)[known], goal[known])


def _refuse_poor(goal: NDArray[np.float64], target: str, whose: str) -> None:
    if len(goal) < ROWS_MIN:
        raise CannotJudgeError(
            f"only {len(goal)} {whose} have a value of target {target!r}; at least {ROWS_MIN} are needed"
        )
    if goal.min() == goal.max():
        raise CannotJudgeError(
            f"target {target!r} has the same value in all {len(goal):,} {whose}; nothing can be learned"
        )


def _classes(
    real: _Side, made: _Side, test: _Side, categorical: NDArray[np.bool_], seed: int
) -> list[NDArray[np.float64]]:
    """Class probabilities on the test rows by the model trained on each side: ``(n, CLASSES_MAX)``."""
    found = []
    for side in (real, made):
        model = classifier(side.features, side.target, categorical, seed)
        chances = np.zeros((len(test.target), CLASSES_MAX))
        chances[:, model.classes_.astype(int)] = model.predict_proba(test.features)
        found.append(chances)
    return found


def _numbers(
    real: _Side, made: _Side, test: _Side, categorical: NDArray[np.bool_], seed: int
) -> list[NDArray[np.float64]]:
    """Predictions on the test rows by the model trained on each side: ``(n,)``."""
    return [regressor(side.features, side.target, categorical, seed).predict(test.features) for side in (real, made)]


def _gap(
    real: NDArray[np.float64], made: NDArray[np.float64], goal: NDArray[np.float64], is_class: bool, rows: int
) -> Gap:
    classes = scored_classes(goal) if is_class else []

    def score(made_of: NDArray[np.float64], kept: NDArray[np.bool_]) -> float:
        return macro_auc(made_of[kept], goal[kept], classes) if is_class else r2(made_of[kept], goal[kept])

    groups, everything = np.arange(len(goal)) % _GROUPS, np.ones(len(goal), dtype=bool)  # test rows are in random order
    without = [score(real, groups != group) - score(made, groups != group) for group in range(_GROUPS)]
    error = float(np.sqrt((_GROUPS - 1) * np.var(without)))
    return Gap(score(real, everything), score(made, everything), error, rows)


def scored_classes(goal: NDArray[np.float64]) -> list[int]:
    """Class codes with enough rows, inside and outside, for an AUC that means something.

    Raises:
        CannotJudgeError: there is none.
    """
    codes, counts = np.unique(goal, return_counts=True)
    enough = (counts >= CLASS_ROWS_MIN) & (len(goal) - counts >= CLASS_ROWS_MIN)
    if not enough.any():
        raise CannotJudgeError(f"no class of the target has {CLASS_ROWS_MIN} anchor rows inside and outside it")
    return [int(code) for code in codes[enough]]


def macro_auc(chances: NDArray[np.float64], goal: NDArray[np.float64], classes: Sequence[int]) -> float:
    """Mean over ``classes`` of the AUC of one class against the rest (Mann and Whitney's U over the ranks).

    Args:
        chances: ``(n, c)``; column i belongs to class code i.
        goal: class codes, ``(n,)``.
        classes: codes to score; one without rows inside or outside counts as .5, which is guessing.
    """
    found = []
    for code in classes:
        inside = goal == code
        positive, negative = int(inside.sum()), int((~inside).sum())
        above = rankdata(chances[:, code])[inside].sum() - positive * (positive + 1) / 2
        found.append(above / (positive * negative) if positive and negative else 0.5)
    return float(np.mean(found))


def r2(predicted: NDArray[np.float64], goal: NDArray[np.float64]) -> float:
    """Share of the variance explained, at least -1; 0 where the goal does not vary."""
    spread = float(((goal - goal.mean()) ** 2).sum())
    return max(-1.0, 1 - float(((goal - predicted) ** 2).sum()) / spread) if spread > 0 else 0.0
