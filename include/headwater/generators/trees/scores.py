"""Normal scores of a column of numbers, and the way back. Used as what trees predict, and by continuous columns.

A score is the standard normal quantile of a value's mid-rank (van der Waerden 1952). It is indifferent to scale and
outliers, so one tree and one linear model fit prices, ages and dates alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Quantiles:
    """A quantile function from normal scores to numbers: linear between knots, flat over an atom.

    Attributes:
        score: float64, never falling, shape ``(knots,)``.
        number: float64, never falling, shape ``(knots,)``, counted from the column's smallest number.
    """

    score: np.ndarray
    number: np.ndarray

    def numbers(self, scores: np.ndarray) -> np.ndarray:
        """The numbers of scores, within the first and the last knot: float64."""
        return np.interp(scores, self.score, self.number)

    def within(self, scores: np.ndarray) -> np.ndarray:
        """Scores held within the first and the last knot."""
        return np.clip(scores, self.score[0], self.score[-1])

    def scores(self, low: float, high: float, slack: float) -> tuple[float, float]:
        """A range of scores that holds every score whose number is within ``slack`` of a range of numbers."""
        first = int(np.searchsorted(self.number, low - slack, side="left"))
        # From the knot before the first inside to the one after the last: wider than asked, never narrower.
        begin = -np.inf if first == 0 else float(self.score[first - 1])
        end = int(np.searchsorted(self.number, high + slack, side="right"))
        return begin, np.inf if end == len(self.number) else float(self.score[end])


def atoms(numbers: np.ndarray) -> np.ndarray:
    """Which rows hold a value with mass of its own: five rows or more, or at least two that are a twentieth of all."""
    _, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    own = (counts >= 5) | ((counts >= 2) & (counts * 20 >= len(numbers)))
    marked: np.ndarray = own[inverse]
    return marked


def mid_scores(numbers: np.ndarray) -> np.ndarray:
    """The normal score of each row's mid-rank: float64, shape ``(rows,)``; equal numbers, equal scores."""
    _, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    above = np.cumsum(counts)
    scores: np.ndarray = _normal((above - counts / 2) / len(numbers))[inverse]
    return scores


def spread_scores(numbers: np.ndarray, atom: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As :func:`mid_scores`, but rows of an atom are spread evenly over the atom's range of scores."""
    _, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    above = np.cumsum(counts)
    part = np.where(atom, rng.random(len(numbers)), 0.5)
    return _normal(((above - counts)[inverse] + counts[inverse] * part) / len(numbers))


def quantiles(numbers: np.ndarray, atom: np.ndarray) -> Quantiles:
    """The quantile function of a column's numbers (counted from the smallest); ``atom`` marks rows of atoms."""
    values, first, counts = np.unique(numbers, return_index=True, return_counts=True)
    own = atom[first]
    above, rows = np.cumsum(counts), len(numbers)
    half = 0.5
    low = np.clip(np.where(own, above - counts, above - counts / 2), half, rows - half)
    high = np.clip(np.where(own, above, above - counts / 2), half, rows - half)
    keep = np.stack([np.ones(len(values), dtype=bool), own], axis=1).ravel()
    score = _normal(np.stack([low, high], axis=1).ravel()[keep] / rows)
    return Quantiles(np.maximum.accumulate(score), np.repeat(values.astype(np.float64), 2)[keep])


def _normal(shares: np.ndarray) -> np.ndarray:
    from scipy.special import ndtri

    scores: np.ndarray = ndtri(shares)
    return scores
