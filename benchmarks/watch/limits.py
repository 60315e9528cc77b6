"""Where the limits of the watch's charts come from: the largest scores of many simulated honest years.

``python -m benchmarks.watch.limits PATHS SEED`` prints, for each chart, the scores that honest second years pass with
given chances; the second year is the harder one, since a chart looks back at a full history. They are copied into
``checks/change_point.py`` and ``checks/generations.py`` as ``LIMITS``, rounded up.

Belongs here: whole arrays of years at once. Does not: the charts themselves; a test holds one year against them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from headwater.checks import change_point, generations

RATES = (0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002)
NIGHTS, WEEKS = 365, 52
LOOKS = (1, 2, 4, 8)
"""Figures of the newest generation when it is looked at: its trial, then more and more nights of its week."""
PATHS_AT_ONCE = 500

Scores = NDArray[np.float32]


def night_scores(years: NDArray[np.float64]) -> Scores:
    """The chart's score after every night: ``(paths, nights)`` of figures to scores of the same shape."""
    paths, nights = years.shape
    ranks, found = np.zeros((paths, nights), np.float32), np.zeros((paths, nights), np.float32)
    for now in range(nights):
        first = max(0, now + 1 - change_point.HISTORY)
        if first:
            ranks[:, first:now] -= years[:, first:now] > years[:, first - 1 : first]
        is_above = years[:, first:now] > years[:, now : now + 1]
        ranks[:, first:now] += is_above
        ranks[:, now] = now - first + 1 - is_above.sum(axis=1)
        size = now + 1 - first
        after = np.arange(change_point.LEAST, size - change_point.LEAST + 1)
        if len(after):
            sums = np.cumsum(ranks[:, first : now + 1][:, ::-1], axis=1)[:, after - 1]
            spread = np.sqrt(after * (size - after) * (size + 1) / 12)
            found[:, now] = ((sums - after * (size + 1) / 2) / spread).max(axis=1)
    return found


def generation_scores(levels: NDArray[np.float64], figures: NDArray[np.float64]) -> Scores:
    """The chart's score of the newest generation: ``(paths, generations)`` of mean effects to ``(paths,)``."""
    variance = 1.0 / figures[-generations.HISTORY :]
    levels = levels[:, -generations.HISTORY :]
    roam = np.full(len(levels), generations.ROAM**2)
    if levels.shape[1] >= generations.ROAM_FROM:
        steps = (np.diff(levels, axis=1) ** 2).mean(axis=1) / 2 - variance.mean()
        roam = np.maximum(roam, steps)
    weights = 1 / (roam[:, None] + variance)
    total = np.concatenate([np.zeros((len(levels), 1)), np.cumsum(weights, axis=1)], axis=1)
    summed = np.concatenate([np.zeros((len(levels), 1)), np.cumsum(weights * levels, axis=1)], axis=1)
    best = np.full(len(levels), -np.inf)
    for at in range(1, levels.shape[1]):
        later, after = total[:, -1:] - total[:, at : at + 1], summed[:, -1:] - summed[:, at : at + 1]
        earlier, before = total[:, at : at + 1] - total[:, :at], summed[:, at : at + 1] - summed[:, :at]
        scores = (after / later - before / earlier) / np.sqrt(1 / later + 1 / earlier)
        best = np.maximum(best, scores.max(axis=1))
    return best.astype(np.float32)


def simulate_nights(paths: int, random: np.random.Generator) -> tuple[Scores, Scores]:
    """Largest score of the first and of the second year."""
    scores = night_scores(random.random((paths, 2 * NIGHTS)))
    return scores[:, :NIGHTS].max(axis=1), scores[:, NIGHTS:].max(axis=1)


def simulate_generations(paths: int, roam: float, random: np.random.Generator) -> tuple[Scores, Scores]:
    """The same where each week crowns a champion and honest generations differ by ``roam`` standard deviations."""
    truth = roam * random.standard_normal((paths, 2 * WEEKS))
    noise = random.standard_normal((paths, 2 * WEEKS, LOOKS[-1]))
    full = truth + noise.mean(axis=2)
    largest = np.full((2, paths), -np.inf, np.float32)
    for now in range(1, 2 * WEEKS):
        for seen in LOOKS:
            levels = full[:, : now + 1].copy()
            levels[:, now] = truth[:, now] + noise[:, now, :seen].mean(axis=1)
            figures = np.full(now + 1, float(LOOKS[-1]))
            figures[now] = seen
            year = now // WEEKS
            largest[year] = np.maximum(largest[year], generation_scores(levels, figures))
    return largest[0], largest[1]


def main() -> None:
    """Print the limits."""
    paths, random = int(sys.argv[1]), np.random.default_rng(int(sys.argv[2]))
    charts: dict[str, Callable[[int], tuple[Scores, Scores]]] = {"nights": partial(simulate_nights, random=random)}
    for roam in (0.0, generations.ROAM, 2.0):
        charts[f"generations that differ by {roam}"] = partial(simulate_generations, roam=roam, random=random)
    for name in sys.argv[3:] or charts:
        years = [charts[name](PATHS_AT_ONCE) for _ in range(paths // PATHS_AT_ONCE)]
        for year in (0, 1):
            scores = np.concatenate([each[year] for each in years])
            print(name, "year", year + 1, {rate: round(float(np.quantile(scores, 1 - rate)), 2) for rate in RATES})


if __name__ == "__main__":
    main()
