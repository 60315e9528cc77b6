"""Which column models will be asked to predict: called like an outcome, standing last, and told by the others.

Belongs here: the guess, and what it rests on. Does not: how batches are judged by it (``checks/utility.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from headwater.checks.encoding import Encoder
from headwater.checks.learner import classifier, regressor
from headwater.checks.scores import macro_auc, r2
from headwater.checks.seeds import rng, state
from headwater.proposal.finding import Finding
from headwater.proposal.wording import words
from headwater.tables.schema import TableSchema

ROWS_MAX, COLUMNS_MAX, CLASSES_MAX, CLASS_ROWS_MIN = 6_000, 40, 20, 20
TOLD_MIN, TOLD_MAX = 0.1, 0.995
"""What other columns must tell of a target (1 is all): less is noise, more is the same column in other words, unless it
is called like an outcome: some tables are easy."""
NAMED_MAX = 3
_CALLED = ("called like an outcome", "called like the table")
_OUTCOMES = (
    "target label class outcome y response result churn churned default fraud survived survival readmitted diagnosis "
    "income salary price risk died death mortality approved cancelled converted"
)
_OUTCOME = frozenset(_OUTCOMES.split())


@dataclass(frozen=True)
class Target:
    """A column that models may be asked to predict.

    Attributes:
        name: the column's.
        told: how much of it other columns tell: AUC above .5 twice, or R2; 1 is all.
        is_class: whether that is an AUC.
        marks: reasons to take it for the target.
        rank: how good they are.
    """

    name: str
    told: float
    is_class: bool
    marks: tuple[str, ...]
    rank: float

    @property
    def is_called(self) -> bool:
        """Whether its name says that it is the target: an outcome's, or the table's own."""
        return not set(_CALLED).isdisjoint(self.marks)

    @property
    def because(self) -> str:
        """What the choice rests on, in words."""
        score = f"an AUC of {0.5 + self.told / 2:.2f}" if self.is_class else f"an R2 of {self.told:.2f}"
        return ", ".join([*self.marks, f"other columns predict it with {score}"])


@dataclass(frozen=True)
class FoundTargets:
    """The targets of the spec, what they rest on, and what is unsure."""

    targets: tuple[str, ...]
    told: str
    unsure: tuple[str, ...]


def look(frame: pd.DataFrame, schema: TableSchema, findings: Sequence[Finding], dataset: str) -> FoundTargets:
    """The best target of ``frame``, which conforms to ``schema``; none where no column is told by others."""
    found = sorted(_candidates(frame, schema, findings, dataset), key=lambda each: -each.rank)
    if not found:
        return FoundTargets(
            (), "", ("no column that others predict was found: name what models must predict in targets",)
        )
    best, others = found[0], [each.name for each in found[1 : 1 + NAMED_MAX]]
    unsure = [] if best.is_called else [f"is {best.name!r} what models will predict?"]
    if best.told > TOLD_MAX:
        unsure.append(f"other columns tell all of {best.name!r}: does one of them give it away?")
    if others:
        unsure.append(f"other columns that models may be asked for: {', '.join(map(repr, others))}")
    return FoundTargets((best.name,), best.because, tuple(unsure))


def _candidates(frame: pd.DataFrame, schema: TableSchema, findings: Sequence[Finding], dataset: str) -> list[Target]:
    learned = [found for found in findings if found.sdtype not in ("id", "pii")]
    rows = frame.iloc[rng(0, "propose", "targets").permutation(len(frame))[:ROWS_MAX]].reset_index(drop=True)
    encoder = Encoder.fit(rows, schema)
    features = encoder.features(rows)
    names = [column.name for column in schema.learned]
    found: list[Target] = []
    for each in learned[-COLUMNS_MAX:]:
        if each.sdtype == "datetime" or each.options.get("group"):
            continue
        place = names.index(each.name)
        told = _told(features, place, np.asarray(encoder.categorical), each.sdtype != "numerical")
        if told is None or told < TOLD_MIN:
            continue
        marks, rank = _marks(each, learned[-1], dataset)
        found.append(Target(each.name, told, each.sdtype != "numerical", marks, rank + told))
    return [each for each in found if each.told <= TOLD_MAX or each.is_called]


def _marks(found: Finding, last: Finding, dataset: str) -> tuple[tuple[str, ...], float]:
    said = words(found.name)
    marks: list[tuple[str, float]] = []
    if _OUTCOME & set(said):
        marks.append((_CALLED[0], 2.0))
    elif said == words(dataset):
        marks.append((_CALLED[1], 2.0))
    if found is last:
        marks.append(("the last column", 1.0))
    if found.sdtype == "boolean":
        marks.append(("true or false", 0.5))
    return tuple(mark for mark, _ in marks), sum(weight for _, weight in marks)


def _told(features: np.ndarray, place: int, categorical: np.ndarray, is_class: bool) -> float | None:
    """How much of a column trees learn from the others, on rows that they were not fitted on; None where none can."""
    goal = features[:, place]
    known = ~np.isnan(goal)
    goal, others = goal[known], np.delete(features[known], place, axis=1)
    if is_class:
        classes, counts = np.unique(goal, return_counts=True)
        kept = np.isin(goal, classes[counts >= CLASS_ROWS_MIN])
        goal, others = np.unique(goal[kept], return_inverse=True)[1].astype(np.float64), others[kept]
        if not 2 <= len(np.unique(goal)) <= CLASSES_MAX:
            return None
    half = 2 * len(goal) // 3
    fitted, asked = slice(half), slice(half, None)
    if others.shape[1] == 0 or half < CLASS_ROWS_MIN or len(np.unique(goal[fitted])) < 2:
        return None
    kinds, seed = np.delete(categorical, place), state(0, "propose", place)
    if not is_class:
        return r2(regressor(others[fitted], goal[fitted], kinds, seed).predict(others[asked]), goal[asked])
    model = classifier(others[fitted], goal[fitted], kinds, seed)
    scored = [int(code) for code in model.classes_ if 0 < (goal[asked] == code).sum() < len(goal[asked])]
    chances = np.zeros((len(goal[asked]), int(goal.max()) + 1))
    chances[:, model.classes_.astype(int)] = model.predict_proba(others[asked])
    told = 2 * macro_auc(chances, goal[asked], scored) - 1
    return told if told > _by_chance(goal[asked], scored) else None


def _by_chance(goal: np.ndarray, classes: list[int]) -> float:
    """What guessing reaches in one table of a thousand: three standard deviations of a mean AUC, above .5, twice."""
    inside = [int((goal == code).sum()) for code in classes]
    variances = [(1 / few + 1 / (len(goal) - few)) / 12 for few in inside]
    return 6 * float(np.sqrt(np.mean(variances))) if variances else 1.0
