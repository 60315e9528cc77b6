"""Are subgroups treated as in real rows? For the columns that the spec marks as ``group``.

Statistics: each target's shares within each subgroup, beside the real ones; and how far the AUC of a model trained on
the batch differs between a subgroup and everyone, beside what it does when real rows train it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headwater.checks.models import Task
from headwater.checks.scores import macro_auc
from headwater.checks.statistic import Measured, Statistic
from headwater.checks.telling import Bound, Told, shown
from headwater.checks.yardstick import Yardstick

if TYPE_CHECKING:
    from headwater.checks.prepared import Prepared
    from headwater.checks.sample import Sample

NAME = "fairness"
RATES = Statistic("fairness.rates", "both", "Targets are shared among subgroups as in real rows.", is_centred=True)
GAPS = Statistic("fairness.gaps", "both", "Models trained on the batch treat subgroups as models of real rows do.")
STATISTICS = (RATES, GAPS)
GROUP_ROWS_MIN = 30
"""Anchor rows of a subgroup from which it is watched, and test rows of each class in it for an AUC."""


@dataclass(frozen=True)
class Subgroup:
    """A subgroup: a coarse bin of a ``group`` column."""

    column: int
    bin: int


def subgroups(yardstick: Yardstick, groups: tuple[str, ...]) -> tuple[Subgroup, ...]:
    """The subgroups with enough anchor rows."""
    coder, anchor = yardstick.coder, yardstick.anchor
    found: list[Subgroup] = []
    for name in groups:
        column = coder.names.index(name)
        counts = np.bincount(anchor.coarse[:, column], minlength=coder.columns[column].coarse_size)
        found += [Subgroup(column, int(place)) for place in np.flatnonzero(counts >= GROUP_ROWS_MIN)]
    return tuple(found)


def measure(sample: Sample) -> Measured:
    """Gaps of shares ``(subgroups x target bins,)`` and of AUCs ``(subgroups x targets,)``; 0 where undefined."""
    starts, anchor = sample.prepared.yardstick.coder.coarse_starts, sample.prepared.yardstick.anchor
    rates = [
        _rates(sample.tally.pairs, group, task, starts) - _rates(sample.rest.pairs, group, task, starts)
        for group, task in _pairs(sample.prepared)
    ]
    told = dict(zip((task.target for task in sample.prepared.tasks), sample.seen.predictions, strict=True))
    gaps = [
        _gap(task, told[task.target][0], anchor.coarse[task.test, group.column] == group.bin)
        for group, task in _pairs(sample.prepared)
        if task.is_class
    ]
    return {RATES.name: np.concatenate(rates) if rates else np.zeros(0), GAPS.name: np.array(gaps)}


def grains(prepared: Prepared) -> Measured:
    """How much one row can move each component."""
    return {RATES.name: np.array([1 / prepared.n]), GAPS.name: np.array([1 / prepared.n])}


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """The subgroup that deviates most."""
    prepared = sample.prepared
    coder, allowed = prepared.yardstick.coder, prepared.reference.shown
    pairs = _pairs(prepared)
    if name == RATES.name:
        starts = coder.coarse_starts
        owners = [(g, t, at) for g, t in pairs for at in range(starts[t.place + 1] - starts[t.place])]
        group, task, at = owners[place]
        value = shown(coder.columns[task.place].labels(coarse=True)[at], task.target, allowed)
        words = (
            f"{{who}}, the share of {value} differs from the real one by {bound.value:+.2%} ({bound.whose}: "
            f"{bound.mean:+.2%})."
        )
    else:
        group, task = [(g, t) for g, t in pairs if t.is_class][place]
        words = (
            f"{{who}}, a model of {task.target} trained on the batch is off the overall AUC by {bound.value:+.3f}; "
            f"trained on {bound.whose} by {bound.mean:+.3f}."
        )
    column = coder.columns[group.column]
    who = shown(column.labels(coarse=True)[group.bin], column.column.name, allowed)
    return Told(words.replace("{who}", f"Within {who}", 1))


def _pairs(prepared: Prepared) -> list[tuple[Subgroup, Task]]:
    return [(group, task) for group in prepared.groups for task in prepared.tasks if group.column != task.place]


def _rates(pairs: NDArray[np.float64], group: Subgroup, task: Task, starts: NDArray[np.int64]) -> NDArray[np.float64]:
    row = pairs[starts[group.column] + group.bin, starts[task.place] : starts[task.place + 1]]
    return row / max(row.sum(), 1.0)


def _gap(task: Task, predicted: NDArray[np.float64], inside: NDArray[np.bool_]) -> float:
    """AUC within the subgroup minus AUC of all; 0 where a class has too few rows inside."""
    counts = np.bincount(task.goal[inside].astype(np.int64), minlength=task.classes)
    classes = [
        int(code) for code in np.flatnonzero((counts >= GROUP_ROWS_MIN) & (inside.sum() - counts >= GROUP_ROWS_MIN))
    ]
    if not classes:
        return 0.0
    return macro_auc(predicted[inside], task.goal[inside], classes) - macro_auc(predicted, task.goal, classes)
