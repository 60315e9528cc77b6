"""Do models trained on the batch work on real rows? Train on synthetic, test on the anchor.

Statistics: the score of three families of models for each target (Esteban, Hyland and Rätsch 2017, "TSTR"); what
models trained on real rows reach is the noise floor, so the gap is the way below it. The average precision for each
minority class, which is the first to suffer when one class collapses. And how likely the batch's own targets are
under a model of real rows, which sees flipped labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headwater.checks.models import FAMILIES, Task
from headwater.checks.scores import macro_auc, precision, r2
from headwater.checks.statistic import Measured, Statistic
from headwater.checks.tally import SURPRISE_MAX, surprise
from headwater.checks.telling import Bound, Told, shown
from headwater.checks.yardstick import CHANCE_MIN

if TYPE_CHECKING:
    from headwater.checks.prepared import Prepared
    from headwater.checks.sample import Sample

NAME = "utility"
SCORE = Statistic(
    "utility.score", "lower", "Models trained on the batch predict real rows as well as if trained on real rows."
)
MINORITY = Statistic("utility.minority", "lower", "Models trained on the batch find minority classes as well.")
LABELS = Statistic("utility.labels", "both", "Targets follow from the other columns as in real rows.", is_centred=True)
STATISTICS = (SCORE, MINORITY, LABELS)
CLASS_ROWS_MIN = 10
"""Test rows of a class from which it is scored by itself."""
MINORITY_SHARE = 0.5


def measure(sample: Sample) -> Measured:
    """Scores ``(targets x families,)``, precisions ``(minority classes x families,)``, labels ``(2 x targets,)``."""
    pairs = list(zip(sample.prepared.tasks, sample.seen.predictions, strict=True))
    scores = [score(task, family) for task, found in pairs for family in found]
    precisions = [
        precision(found[family][:, code], task.goal == code)
        for task, found in pairs
        for code in minorities(task)
        for family in range(len(found))
    ]
    return {SCORE.name: np.array(scores), MINORITY.name: np.array(precisions), LABELS.name: _labels(sample)}


def grains(prepared: Prepared) -> Measured:
    """How much one row can move each component."""
    largest = np.array([-np.log(CHANCE_MIN), surprise(np.array([-SURPRISE_MAX]))[0]]) / prepared.n
    return {LABELS.name: np.repeat(largest, len(prepared.tasks))}


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """What models trained on the batch lose, or how the batch's own targets differ."""
    tasks = sample.prepared.tasks
    if name == LABELS.name:
        return _tell_labels(tasks, place, bound)
    family = FAMILIES[place % len(FAMILIES)]
    if name == SCORE.name:
        task = tasks[place // len(FAMILIES)]
        what, kind = task.target, "AUC" if task.is_class else "R2"
    else:
        named = [(task, code) for task in tasks for code in minorities(task)]
        task, code = named[place // len(FAMILIES)]
        what, kind = _class_name(sample, task, code), "average precision"
    words = (
        f"Predicting {what} on the anchor ({family}): {kind} {bound.value:.3f} when trained on synthetic rows, "
        f"{bound.mean:.3f} when on {bound.whose}."
    )
    detail = {"score": kind, "trained_on_real": bound.mean, "trained_on_synthetic": bound.value}
    return Told(words, detail=detail)


def _tell_labels(tasks: tuple[Task, ...], place: int, bound: Bound) -> Told:
    gap, is_surprise = bound.value - bound.mean, place >= len(tasks)
    way = "less" if (gap > 0) == is_surprise else "more"
    unit = "in the mean of one over the root of the likelihood" if is_surprise else "nats a row"
    target = tasks[place % len(tasks)].target
    return Told(f"Values of {target} are {way} likely under a model of real rows, by {abs(gap):.3g} {unit}.")


def _class_name(sample: Sample, task: Task, code: int) -> str:
    """The class by its name, where that may be shown."""
    encoder = sample.prepared.yardstick.encoder
    return shown(encoder.category_at(task.place, code), task.target, sample.prepared.reference.shown)


def score(task: Task, predicted: NDArray[np.float64]) -> float:
    """AUC, the mean over the classes of one against the rest; of a number R2, cut at -1."""
    if not task.is_class:
        return r2(predicted[:, 0], task.goal)
    return macro_auc(predicted, task.goal, scored(task))


def scored(task: Task) -> list[int]:
    """Classes with enough test rows inside and outside."""
    counts = np.bincount(task.goal.astype(np.int64), minlength=task.classes) if task.is_class else np.zeros(0)
    return [
        int(code) for code in np.flatnonzero((counts >= CLASS_ROWS_MIN) & (len(task.goal) - counts >= CLASS_ROWS_MIN))
    ]


def minorities(task: Task) -> list[int]:
    """The scored classes of less than half of the test rows."""
    return [code for code in scored(task) if (task.goal == code).mean() < MINORITY_SHARE]


def _labels(sample: Sample) -> NDArray[np.float64]:
    found, real = sample.tally.labels, sample.rest.labels
    gaps = found[:2] / np.maximum(found[2], 1) - real[:2] / np.maximum(real[2], 1)
    return np.where(real[2] > 0, gaps, 0.0).ravel()
