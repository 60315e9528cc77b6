"""Did a figure slide in the course of one generator's nights? A change point of unknown time, found by ranks.

Belongs here: the statistic of one chart and its limit. Does not: which figures are watched (``indicators.py``), what an
alarm does (``chain/watch.py``).

All nights of a generator are compared with the same certificate. It was drawn from few rows and hence is off by some
unknown offset, which all nights share: a chart against the certificate would drift into an alarm by itself. Among
themselves honest nights are exchangeable, offset or not, whatever the figure's distribution. So the later nights are
compared with the earlier ones by ranks, at every possible split, and the largest standardised rank sum of Wilcoxon
decides (Hawkins and Deng, "A nonparametric change-point control chart", Journal of Quality Technology, 2010; the
self-starting idea is Hawkins's, 1987). Ties are broken at random, so figures of few values keep the same null: one
simulation gives the limit for every table and figure (``benchmarks/watch/limits.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HISTORY = 365
"""Nights that are looked back at."""
LEAST = 3
"""Nights on either side of a split."""
LIMITS = {0.005: 4.5, 0.002: 4.7, 0.001: 4.85, 0.0005: 5.0, 0.0002: 5.2}
"""By the chance of a false alarm in a year of nights: the limit of the largest rank sum, from simulated years."""


@dataclass(frozen=True)
class Change:
    """The likeliest split of the nights.

    Attributes:
        at: position of the first later night.
        before, after: nights on either side.
        score: standardised rank sum of the later nights; large where they are worse.
        shift: how much worse they are, in standard deviations of a night; None where that is no number.
    """

    at: int
    before: int
    after: int
    score: float
    shift: float | None


def change(values: NDArray[np.float64], ties: NDArray[np.float64]) -> Change | None:
    """The split after which nights are worst beside those before it; None where there are too few nights.

    Args:
        values: one figure a night, in the order of nights, large where bad: ``(nights,)``; the last :data:`HISTORY`
            count. Infinite is a figure, NaN is none.
        ties: what breaks ties, a random number for each night that stays the same whenever it is looked at.

    Raises:
        ValueError: a figure is NaN, or the two differ in length.
    """
    if len(values) != len(ties) or np.isnan(values).any():
        raise ValueError("every night needs one figure and one number that breaks ties")
    skipped = max(0, len(values) - HISTORY)
    values, ties = values[skipped:], ties[skipped:]
    nights = len(values)
    if nights < 2 * LEAST:
        return None
    ranks = _ranks(values, ties)
    after = np.arange(LEAST, nights - LEAST + 1)
    sums = np.cumsum(ranks[::-1])[after - 1]
    scores = (sums - after * (nights + 1) / 2) / np.sqrt(after * (nights - after) * (nights + 1) / 12)
    worst = int(scores.argmax())
    at = nights - int(after[worst])
    shift = _shift(values[:at], values[at:])
    return Change(skipped + at, at, nights - at, float(scores[worst]), shift)


def together(figures: NDArray[np.float64], ties: NDArray[np.float64]) -> NDArray[np.float64]:
    """One figure a night out of several: the mean of their ranks among these nights.

    Exchangeable nights stay exchangeable, since ranks do not mind the order of nights.

    Args:
        figures: large where bad: ``(figures, nights)``.
        ties: the same shape, see :func:`change`.
    """
    return np.mean([_ranks(*pair) for pair in zip(figures, ties, strict=True)], axis=0)


def limit(rate: float) -> float:
    """The limit that honest nights pass with this chance in a year. Raises: ValueError, see :func:`between`."""
    return between(LIMITS, rate)


def between(limits: Mapping[float, float], rate: float) -> float:
    """The limit for a yearly rate between those that were simulated, interpolated in the logarithm of the rate.

    Raises:
        ValueError: a rate outside the simulated ones.
    """
    rates = sorted(limits)
    if not rates[0] <= rate <= rates[-1]:
        raise ValueError(f"limits were simulated for rates from {rates[0]} to {rates[-1]} a year, not for {rate}")
    return float(np.interp(np.log(rate), np.log(rates), [limits[each] for each in rates]))


def _ranks(values: NDArray[np.float64], ties: NDArray[np.float64]) -> NDArray[np.float64]:
    ranks = np.empty(len(values))
    ranks[np.lexsort((ties, values))] = np.arange(1.0, len(values) + 1)
    return ranks


def _shift(before: NDArray[np.float64], after: NDArray[np.float64]) -> float | None:
    """Difference of the means in pooled standard deviations of a night."""
    if not (np.isfinite(before).all() and np.isfinite(after).all()):
        return None
    squares = ((before - before.mean()) ** 2).sum() + ((after - after.mean()) ** 2).sum()
    spread = np.sqrt(squares / (len(before) + len(after) - 2))
    return float((after.mean() - before.mean()) / spread) if spread > 0 else None
