"""How the checks behave between two samples of real rows: the noise floor that no limit is tighter than.

Belongs here: drawing real against real and summing up what the checks say. Does not: the checks themselves.

In each draw the pool (training and anchor together) is shuffled and cut into rows that play the anchor, the batch
and, for utility, the training rows; no row plays two parts. The very functions that judge a batch measure them.
Anchor and batch are as large as the real anchor, but at most the judge's size and at most half of the pool. Where the
table is too small for that (or for two training parts as large as the real one), the parts are smaller than in a
real judgement. A real batch is mostly larger too, and judged by several pairs. Both make the floor wider than the
judgement's own noise: a limit errs on the loose side. All draws come from one table, so they are not independent of
each other: the floor is of this table, as the judgement will be.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy.stats import t

from headwater.checks import c2st, cell_coverage, knn_coverage, utility_gap
from headwater.checks.reference import JUDGE_ROWS_MAX, ROWS_MIN, Reference
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.result import NoiseFloor
from headwater.checks.seeds import rng, state

DEAR_SHARE = 5
"""Statistics that fit models are measured in a fifth of the draws."""
ROWS_BUDGET = 80_000
DRAWS_LEAST = 10

Measure = Callable[[pd.DataFrame, Reference], tuple[float, int]]
"""Batch and reference to the statistic and the rows a side it rests on."""


def calibrate(reference: Reference, draws: int = 100) -> dict[str, NoiseFloor]:
    """The noise floor of each check that has one, by check name.

    ``category_presence`` has none: its test is exact. Coverage and cells are measured ``draws`` times, the
    checks that fit models a fifth of that. Large samples are drawn less often, so that all draws of a statistic
    together have about :data:`ROWS_BUDGET` rows a side: their noise is small, and the prediction limit pays for
    fewer draws (see :func:`summarise`). A target that cannot be predicted from these rows at
    all (see ``utility_gap``) has no floor; the check itself will say why.

    Raises:
        CannotJudgeError: fewer than forty real rows, so that two samples of twenty cannot be drawn.
        ValueError: fewer than two draws.
    """
    if draws < 2:
        raise ValueError(f"a noise floor needs at least 2 draws, not {draws}")
    pool_rows = len(reference.train) + len(reference.anchor)
    if pool_rows < 2 * ROWS_MIN:
        raise CannotJudgeError(
            f"{pool_rows} real rows cannot be split into two samples of {ROWS_MIN}; more rows are needed"
        )
    n = _two_parts(len(reference.anchor), pool_rows).anchor
    cheap = _affordable(draws, n, ROWS_BUDGET)
    dear = _affordable(max(2, draws // DEAR_SHARE), n, ROWS_BUDGET // DEAR_SHARE)
    floors = {
        knn_coverage.NAME: _floor(_splits(reference, cheap, _two_parts), _coverage, reference),
        cell_coverage.NAME: _floor(_splits(reference, cheap, _two_parts), _cells, reference),
        c2st.NAME: _floor(_splits(reference, dear, _two_parts), _auc, reference),
    }
    for target in reference.targets:
        floor = _utility_floor(reference, target, dear)
        if floor is not None:
            floors[f"{utility_gap.NAME}:{target}"] = floor
    return floors


def summarise(values: list[float], rows: int, false_alarm: float) -> NoiseFloor:
    """A floor from the statistic's ``values``.

    Twenty values know no 1 % quantile, and their extremes are passed in 1 of 21 further draws. So ``low`` is the
    lower of the empirical quantile and the one-sided prediction limit for one further draw of a normal variable,
    ``mean - t(1 - false_alarm, draws - 1) * sd * sqrt(1 + 1 / draws)`` (Hahn and Meeker, Statistical Intervals,
    1991, section 4.8); ``high`` is the higher of both on the other side. No statistic here has a value above 1 that
    was not seen, so the prediction limit stops there.
    """
    draws, mean, sd = len(values), float(np.mean(values)), float(np.std(values, ddof=1))
    reach = float(t.ppf(1 - false_alarm, draws - 1)) * sd * float(np.sqrt(1 + 1 / draws))
    low, high = np.quantile(values, [false_alarm, 1 - false_alarm])
    above = max(float(high), min(1.0, mean + reach))
    return NoiseFloor(mean=mean, sd=sd, low=min(float(low), mean - reach), high=above, n=rows, draws=draws)


def _affordable(draws: int, rows: int, budget: int) -> int:
    return min(draws, max(DRAWS_LEAST, budget // rows))


def _floor(splits: Iterator[tuple[pd.DataFrame, Reference]], measure: Measure, reference: Reference) -> NoiseFloor:
    measured = [measure(batch, pretended) for batch, pretended in splits]
    return summarise([value for value, _ in measured], measured[0][1], reference.contract.false_alarm)


def _utility_floor(reference: Reference, target: str, draws: int) -> NoiseFloor | None:
    """None where the target cannot be learned from some draw's rows (too few, or all the same)."""

    def measure(batch: pd.DataFrame, pretended: Reference) -> tuple[float, int]:
        gap = utility_gap.measure(batch, pretended, target)
        return gap.value, gap.rows

    try:
        return _floor(_splits(reference, draws, _three_parts), measure, reference)
    except CannotJudgeError:
        return None


def _coverage(batch: pd.DataFrame, reference: Reference) -> tuple[float, int]:
    return float(np.mean(knn_coverage.measures(batch, reference))), reference.judge_rows(len(batch))


def _cells(batch: pd.DataFrame, reference: Reference) -> tuple[float, int]:
    cells = cell_coverage.measure(batch, reference)
    return cells.mass(reference.contract.cell_keep_min), min(int(cells.real.sum()), int(cells.batch.sum()))


def _auc(batch: pd.DataFrame, reference: Reference) -> tuple[float, int]:
    return float(np.mean(c2st.measures(batch, reference))), reference.judge_rows(len(batch))


@dataclasses.dataclass(frozen=True)
class _Parts:
    """Rows of the shuffled pool for each part, in this order."""

    anchor: int
    batch: int
    train: int


def _two_parts(anchor: int, pool: int) -> _Parts:
    """Anchor against batch. The encoder stays the real one, so no training rows are needed."""
    real = min(anchor, pool // 2, JUDGE_ROWS_MAX)
    return _Parts(real, real, 0)


def _three_parts(anchor: int, pool: int) -> _Parts:
    """Anchor, and two equal parts of the rest to learn from."""
    real = min(anchor, pool // 3, utility_gap.TEST_ROWS_MAX)
    half = min((pool - real) // 2, utility_gap.TRAIN_ROWS_MAX)
    return _Parts(real, half, half)


def _splits(
    reference: Reference, draws: int, parts_of: Callable[[int, int], _Parts]
) -> Iterator[tuple[pd.DataFrame, Reference]]:
    """``draws`` times: a batch of real rows and a reference of other real rows."""
    learned, pool = len(reference.train), len(reference.train) + len(reference.anchor)
    parts = parts_of(len(reference.anchor), pool)
    for draw in range(draws):
        drawn = rng(reference.seed, "calibration", draw).choice(
            pool, size=sum(dataclasses.astuple(parts)), replace=False
        )
        anchor, batch, train = (
            _rows(reference, learned, part) for part in np.split(drawn, np.cumsum([parts.anchor, parts.batch]))
        )
        yield batch, reference.pretend(train, anchor, state(reference.seed, "calibration", draw))


def _rows(reference: Reference, learned: int, positions: np.ndarray) -> pd.DataFrame:
    """Rows of the pool without ever building the pool: positions below ``learned`` are training rows."""
    train, anchor = positions[positions < learned], positions[positions >= learned] - learned
    return pd.concat([reference.train.iloc[train], reference.anchor.iloc[anchor]], ignore_index=True)
