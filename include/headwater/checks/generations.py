"""Did a figure slide from generation to generation? Each champion's level, held against all that reigned before it.

Belongs here: the statistic of one chart and its limit. Does not: nights of one generator (``change_point.py``), what an
alarm does (``chain/watch.py``).

A generation's level is its mean effect beyond the noise of real rows, over its trial and its nights; the yardstick is
the anchor, never the parent. Small steps down, each within the margin of a promotion, add up here: the later
generations' mean is compared with that of every earlier run of generations (the first ones, or the best), and the
largest standardised difference decides: a change point in the mean with a known spread (Hawkins, Qiu and Kang, "The
changepoint model for statistical process control", Journal of Quality Technology, 2003). Ranks would need dozens of
generations; here a slide must be seen at the third.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from headwater.checks.change_point import Change, between

HISTORY = 52
"""Generations that are looked back at."""
SIZES, SIZES_BY_CHANCE = 0.1, 3.0
"""By so much of its size, or by so many standard deviations of it, a judgement may differ from another to be compared
with it: an effect is in standard deviations of honest rows, so a lasting flaw of a generator grows with the rows that
are judged. A small anchor is split off by chance, and a little larger or smaller each time."""
ROAM = 0.4
"""Honest generations differ by so many standard deviations of a night, at least (measured, see decision 18)."""
ROAM_FROM = 8
"""Generations from which it is also estimated: members that train unsteadily differ by more."""
SPREAD = 1.25
"""Standard deviation of one figure within a generation, where figures are too few to tell (the largest measured)."""
LIMITS = {0.005: 4.9, 0.002: 5.1, 0.001: 5.25, 0.0005: 5.4, 0.0002: 5.6}
"""By the chance of a false alarm in a year of weekly promotions and nightly looks: from simulated years of normal
figures, and .2 more, since measured figures are skewed (without it 29 of 5,000 drawn years alarmed, allowed are 20)."""

SPREAD_MIN = 0.3
"""Never less: where figures are counts of rare things, many are equal by chance."""
SPREAD_FROM = 12
"""Figures beyond the first of each generation from which it is estimated."""


def are_of_one_size(rows: int, others: int) -> bool:
    """Whether judgements of so many rows each may be compared."""
    return abs(rows - others) <= max(SIZES * others, SIZES_BY_CHANCE * float(np.sqrt(others)))


def slide(levels: NDArray[np.float64], nights: NDArray[np.float64], within: float) -> Change | None:
    """The worst of later generations beside any run of earlier ones; None for a single generation.

    Args:
        levels: mean effect of each generation, in the order of coronations, large where bad: ``(generations,)``.
        nights: how many figures each mean is of, one or more: the same shape.
        within: standard deviation of one figure within a generation, see :func:`spread`.

    Raises:
        ValueError: a level is no finite number, a generation has no figure, or the spread is not positive.
    """
    if not np.isfinite(levels).all() or (nights < 1).any() or not within > 0:
        raise ValueError("every generation needs a finite level of one figure or more, and figures that vary")
    skipped = max(0, len(levels) - HISTORY)
    levels, nights = levels[skipped:], nights[skipped:]
    levels = levels / within
    weights = 1 / (_roam(levels, 1 / nights) + 1 / nights)
    total = np.concatenate([[0.0], np.cumsum(weights)])
    summed = np.concatenate([[0.0], np.cumsum(weights * levels)])
    best: Change | None = None
    for at in range(1, len(levels)):
        later, after = total[-1] - total[at], summed[-1] - summed[at]
        earlier, before = total[at] - total[:at], summed[at] - summed[:at]
        gaps = after / later - before / earlier
        scores = gaps / np.sqrt(1 / later + 1 / earlier)
        start = int(scores.argmax())
        if best is None or scores[start] > best.score:
            best = Change(skipped + at, at - start, len(levels) - at, float(scores[start]), float(gaps[start]) * within)
    return best


def spread(generations: Sequence[Sequence[float]]) -> float:
    """Standard deviation of one figure within its generation, pooled; :data:`SPREAD` where figures are few."""
    freedom = sum(len(each) - 1 for each in generations)
    if freedom < SPREAD_FROM:
        return SPREAD
    squares = sum(((np.array(each) - np.mean(each)) ** 2).sum() for each in generations)
    return max(float(np.sqrt(squares / freedom)), SPREAD_MIN)


def _roam(levels: NDArray[np.float64], noise: NDArray[np.float64]) -> float:
    """Variance between honest generations: from steps of one to the next, to which a slow slide adds little.

    The mean square of successive differences (von Neumann 1941), less what the noise of the levels makes of it.
    """
    if len(levels) < ROAM_FROM:
        return ROAM**2
    return max(ROAM**2, float((np.diff(levels) ** 2).mean() / 2 - noise.mean()))


def limit(rate: float) -> float:
    """The limit that honest generations pass with this chance in a year. Raises: ValueError, see ``between``."""
    return between(LIMITS, rate)
