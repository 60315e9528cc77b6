"""What each anchor row contributes to the figures that generators are compared by.

Belongs here: from made rows to contributions. Does not: comparing (``paired.py``), categories (``lost.py``).

The figures are those that the contract and the score speak of, and the tables of two columns, which a collapse shows in
early. Each is cut into anchor rows without fitting anything again:

- coverage: whether a made row lies in the row's ball;
- cell mass: whether the row's cell keeps its part of the real share;
- two-sample test: the share of made rows that a model, taught on other rows, finds more synthetic than this one
  (placements: DeLong, DeLong and Clarke-Pearson 1988);
- usefulness, for each target and family of models: what the row adds to the AUC of models taught on made rows, both
  ways (the same placements), or to R2;
- tables of two columns: the share of pairs in which the row's bins are ones that made rows have too few of, less the
  share of made rows there. Which bins, the training rows say: so the figure estimates the mean total variation from
  below, and does not rise with the anchor's own noise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from headwater.checks import cell, joint, models, neighbours, pair, utility
from headwater.checks.paired import Figure, Numbers
from headwater.checks.prepared import Prepared
from headwater.checks.reference import JUDGE_ROWS_MAX
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.rows import Placed
from headwater.checks.seeds import state


def contributions(prepared: Prepared, samples: Sequence[Placed]) -> tuple[Figure, ...]:
    """The figures of one generator.

    Args:
        prepared: the anchor.
        samples: rows it made, ``prepared.n`` each.

    Raises:
        CannotJudgeError: a model taught on the rows, or shown them, gave what is no number.
    """
    figures = [_coverage(prepared, samples), _mass(prepared, samples), _two_samples(prepared, samples)]
    if len(prepared.yardstick.coder.names) > 1:
        figures.append(_pairs(prepared, samples))
    figures += _usefulness(prepared, samples)
    broken = [figure.name for figure in figures if not np.isfinite(figure.values).all()]
    if broken:
        raise CannotJudgeError(f"{', '.join(broken)}: what was measured is no number")
    return tuple(figures)


def _coverage(prepared: Prepared, samples: Sequence[Placed]) -> Figure:
    balls = prepared.balls
    hit = [balls.counts(rows.points[: len(balls.points)]) > 0 for rows in samples]
    return Figure(neighbours.COVERAGE.name, "coverage", np.arange(len(balls.points)), np.stack(hit).astype(np.float32))


def _mass(prepared: Prepared, samples: Sequence[Placed]) -> Figure:
    size = int(prepared.counter.cell_starts[1])
    expected = np.bincount(prepared.train.cells[:, 0], minlength=size) / len(prepared.train)
    least = prepared.reference.contract.cell_keep_min * expected - 1e-9
    own = prepared.yardstick.anchor.cells[:JUDGE_ROWS_MAX, 0]
    kept = [(np.bincount(rows.cells[:, 0], minlength=size) / len(rows) >= least)[own] for rows in samples]
    return Figure(cell.MASS.name, "real mass in filled cells", np.arange(len(own)), np.stack(kept).astype(np.float32))


def _two_samples(prepared: Prepared, samples: Sequence[Placed]) -> Figure:
    yardstick = prepared.yardstick
    real, seed = yardstick.anchor.features[: prepared.n], state(yardstick.seed, "joint")
    found = []
    for rows in samples:
        placed = np.empty(min(len(real), joint.ROWS_MAX), dtype=np.float32)
        halves = joint.held_out(real, rows.features, yardstick.encoder.categorical, seed)
        for part, (scores, is_made) in enumerate(halves):
            placed[part::2] = _above(scores[~is_made], scores[is_made])
        found.append(placed)
    return Figure(
        joint.C2ST.name, "AUC of the two-sample test", np.arange(len(found[0])), np.stack(found), True, floor=0.5
    )


def _usefulness(prepared: Prepared, samples: Sequence[Placed]) -> list[Figure]:
    figures = []
    for task in prepared.tasks:
        if not len(task.test):
            continue
        seed = state(prepared.yardstick.seed, "models", task.target)
        predicted = [models.predict(task, rows, prepared.yardstick, seed) for rows in samples]
        for place, family in enumerate(models.FAMILIES):
            values = np.stack([_useful(task, each[place]) for each in predicted]).astype(np.float32)
            kind = "AUC" if task.is_class else "R2"
            figures.append(
                Figure(
                    f"{utility.SCORE.name}:{task.target}:{family}",
                    f"{kind} of {task.target} ({family} trained on made rows)",
                    task.test,
                    values,
                    floor=None if task.is_class else -1.0,
                )
            )
    return figures


def _useful(task: models.Task, predicted: Numbers) -> Numbers:
    """Contributions of the test rows; their mean is the score of ``utility.py``, before it is cut."""
    if not task.is_class:
        spread = float(((task.goal - task.goal.mean()) ** 2).mean())
        return 1 - (task.goal - predicted[:, 0]) ** 2 / spread if spread > 0 else np.zeros(len(task.goal))
    scored = utility.scored(task)
    if not scored:
        return np.full(len(task.goal), 0.5)
    return np.mean([_both_ways(predicted[:, code], task.goal == code) for code in scored], axis=0)


def _both_ways(scores: Numbers, inside: NDArray[np.bool_]) -> Numbers:
    """What each row adds to the AUC of ``inside`` against the rest: the mean is the AUC, the spread its own."""
    below = 1 - _above(scores[inside], scores[~inside])
    above = _above(scores[~inside], scores[inside])
    auc, share = float(below.mean()), float(inside.mean())
    added = np.empty(len(scores))
    added[inside] = auc + (below - auc) / share
    added[~inside] = auc + (above - auc) / (1 - share)
    return added


def _above(scores: Numbers, others: Numbers) -> Numbers:
    """For each score the share of the others above it; an equal one counts half."""
    both = rankdata(np.concatenate([scores, others]))[: len(scores)]
    return 1 - (both - rankdata(scores)) / len(others)


def _pairs(prepared: Prepared, samples: Sequence[Placed]) -> Figure:
    starts = prepared.yardstick.coder.coarse_starts
    count = (len(starts) - 1) * (len(starts) - 2) / 2
    column = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    is_pair = column[:, None] < column
    real = prepared.counter.pairs(prepared.train) / len(prepared.train)
    coarse = prepared.yardstick.anchor.coarse[:JUDGE_ROWS_MAX]
    marks = np.zeros((len(coarse), starts[-1]), dtype=np.float32)
    np.put_along_axis(marks, coarse.astype(np.int64) + starts[:-1], 1.0, axis=1)
    found = []
    for rows in samples:
        made = prepared.counter.pairs(rows) / len(rows)
        scarce = (real > made) & is_pair
        held = np.einsum("ij,ij->i", marks @ scarce.astype(np.float32), marks)
        found.append((held - made[scarce].sum()) / count)
    words = "mean variation of the tables of two columns"
    return Figure(pair.TABLES.name, words, np.arange(len(marks)), np.stack(found).astype(np.float32), True)
