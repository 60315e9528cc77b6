"""Normal scores given that some lie in intervals: exact draws, bounded in time. Knows no columns and no tables.

Three kinds of conditioned variables, in this order:

1. points (an interval without width: equality on a real number): the others follow the conditional normal;
2. intervals: with one variable the draws are exact by inversion; with several they are proposed by minimax tilting
   (``tilting``) and kept with the chance that makes them exact. Several intervals of a variable make several boxes,
   each proposed with its weight;
3. variables that follow from others without noise of their own: drawn, then checked.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from headwater.generators.copula.factor import TOLERANCE, correlated, factor
from headwater.generators.copula.tilting import Box, tilted
from headwater.generators.copula.truncated import log_mass

BOXES = 256
"""More combinations of several variables than this are not enumerated: narrow gaps are closed, and draws checked."""
CANDIDATES_A_ROW = 50
CANDIDATES_MORE = 200_000
CHUNK_ROWS = 10_000
_POINT = 1e-12
_OFF = 1e-6
"""How far a point may lie from the one score that is possible, where others decide it."""


@dataclass(frozen=True)
class Conditional:
    """Where draws begin: variables reordered, the conditioned ones first.

    Attributes:
        order: the variable in each place, shape ``(d,)``: points, then intervals, then all others.
        lower: Cholesky factor in that order, shape ``(d, d)``.
        known: noise of the points, shape ``(points,)``.
        boxes: proposals for the interval places; one without variables when there are none.
        intervals: of every variable that is conditioned, by variable.
    """

    order: np.ndarray
    lower: np.ndarray
    known: np.ndarray
    boxes: list[Box]
    intervals: Mapping[int, np.ndarray]

    def candidates(self, rows: int, rng: np.random.Generator) -> np.ndarray:
        """Scores of at most ``rows`` rows that meet the conditions: float64, shape ``(d, kept)``."""
        weights = np.exp([box.bound - max(box.bound for box in self.boxes) for box in self.boxes])
        counts = rng.multinomial(rows, weights / weights.sum())
        kept = [self._of_box(box, int(count), rng) for box, count in zip(self.boxes, counts, strict=True) if count]
        found = np.concatenate(kept, axis=1)
        if len(kept) > 1:
            found = found[:, rng.permutation(found.shape[1])]
        met = np.ones(found.shape[1], dtype=bool)
        for variable, intervals in self.intervals.items():
            met &= _inside(found[variable], intervals)
        return found[:, met]

    def _of_box(self, box: Box, rows: int, rng: np.random.Generator) -> np.ndarray:
        inner, keep = box.propose(rows, rng)
        inner = inner[:, keep]
        outer = rng.standard_normal((len(self.order) - len(self.known) - len(inner), inner.shape[1]))
        known = np.repeat(self.known[:, None], inner.shape[1], axis=1)
        scores = np.empty((len(self.order), inner.shape[1]))
        scores[self.order] = correlated(self.lower, np.concatenate((known, inner, outer)))
        for variable in self.order[: len(self.known)]:
            scores[variable] = self.intervals[int(variable)].mean()
        for variable, intervals in self.intervals.items():
            scores[variable] = _settled(scores[variable], intervals)
        return scores


def conditional(correlation: np.ndarray, intervals: Mapping[int, np.ndarray]) -> Conditional | None:
    """The draws given ``intervals`` (by variable, each of shape ``(intervals, 2)``); None when they cannot be met."""
    points = [variable for variable, one in intervals.items() if len(one) == 1 and one[0, 1] - one[0, 0] <= _POINT]
    spread = sorted((variable for variable in intervals if variable not in points), key=lambda v: _mass(intervals[v]))
    others = [variable for variable in range(len(correlation)) if variable not in intervals]
    order = np.array([*points, *spread, *others], dtype=np.int64)
    lower = factor(correlation[np.ix_(order, order)])
    known = _known(lower, [float(intervals[variable].mean()) for variable in points])
    if known is None:
        return None
    # A variable without noise of its own comes after those that have some: nothing is drawn for it.
    free = [len(points) + place for place in range(len(spread)) if lower[len(points) + place, len(points) + place] > 0]
    bound = [order[place] for place in range(len(points), len(points) + len(spread)) if place not in free]
    order = np.array([*points, *order[free], *bound, *others], dtype=np.int64)
    lower = factor(correlation[np.ix_(order, order)])
    boxes = _boxes(
        lower, known, [intervals[int(variable)] for variable in order[len(points) : len(points) + len(free)]]
    )
    return Conditional(order, lower, known, boxes, intervals) if boxes else None


def draw_where(correlation: np.ndarray, intervals: Mapping[int, np.ndarray], n: int, rng: np.random.Generator) -> list:
    """Scores of at most ``n`` rows given the intervals, in chunks of shape ``(d, rows)``.

    At most ``50 n + 200,000`` candidates are tried; what was not found by then is missing.
    """
    start = conditional(correlation, intervals)
    chunks: list[np.ndarray] = []
    found, left, size = 0, CANDIDATES_A_ROW * n + CANDIDATES_MORE, max(n, 100)
    while start is not None and found < n and left > 0:
        size = min(size, CHUNK_ROWS, left)
        chunk = start.candidates(size, rng)[:, : n - found]
        left -= size
        found += chunk.shape[1]
        size = CHUNK_ROWS if chunk.shape[1] < size // 2 else max(n - found, 100)
        chunks.append(chunk)
    return chunks


def _known(lower: np.ndarray, scores: list[float]) -> np.ndarray | None:
    """The noise that makes the first variables these scores; None when they contradict each other."""
    noise = np.zeros(len(scores))
    for place, score in enumerate(scores):
        rest = score - float((lower[place, :place] * noise[:place]).sum())
        if lower[place, place] > 0:
            noise[place] = rest / lower[place, place]
        elif abs(rest) > _OFF:
            return None
    return noise


def _boxes(lower: np.ndarray, known: np.ndarray, sets: list[np.ndarray]) -> list[Box]:
    """A proposal for each combination of intervals that can be met, after the first ``len(known)`` variables."""
    first, last = len(known), len(known) + len(sets)
    if not sets:
        none = np.zeros(0)
        return [Box(np.zeros((0, 0)), none, none, none, 0.0)]
    sets = _few(sets)
    sizes = np.diag(lower)[first:last]
    unit = lower[first:last, first:last] / sizes[:, None]
    mean = (lower[first:last, :first] * known[None, :]).sum(axis=1)
    boxes = []
    for one in itertools.product(*sets):
        bounds = (np.array(one) - mean[:, None]) / sizes[:, None]
        boxes.append(tilted(unit, bounds[:, 0], bounds[:, 1]))
    return [box for box in boxes if box.bound > -np.inf]


def _few(sets: list[np.ndarray]) -> list[np.ndarray]:
    """The sets with at most :data:`BOXES` combinations: of the longest the least likely gaps are closed.

    One set alone stays whole: its boxes cost next to nothing.
    """
    sets = list(sets)
    while len(sets) > 1 and np.prod([float(len(one)) for one in sets]) > BOXES:
        longest = max(range(len(sets)), key=lambda place: len(sets[place]))
        sets[longest] = _closed(sets[longest], len(sets[longest]) * 3 // 4)
    return sets


def _closed(intervals: np.ndarray, count: int) -> np.ndarray:
    """``count`` intervals around all of these, at least 1: those between the likeliest gaps."""
    gaps = log_mass(intervals[:-1, 1], intervals[1:, 0])
    kept = np.sort(np.argsort(-gaps, kind="stable")[: max(count, 1) - 1])
    low = np.concatenate((intervals[:1, 0], intervals[kept + 1, 0]))
    return np.column_stack((low, np.concatenate((intervals[kept, 1], intervals[-1:, 1]))))


def _mass(intervals: np.ndarray) -> float:
    return float(np.exp(log_mass(intervals[:, 0], intervals[:, 1])).sum())


def _inside(scores: np.ndarray, intervals: np.ndarray) -> np.ndarray:
    place = np.searchsorted(intervals[:, 0], scores, side="right") - 1
    inside: np.ndarray = (place >= 0) & (scores <= intervals[np.maximum(place, 0), 1])
    return inside


def _settled(scores: np.ndarray, intervals: np.ndarray) -> np.ndarray:
    """Scores moved onto an end that they miss by rounding only, so that the atom beyond is never read."""
    ends = intervals.ravel()
    place = np.clip(np.searchsorted(ends, scores), 1, len(ends) - 1)
    below, above = ends[place - 1], ends[place]
    nearest = np.where(np.abs(scores - below) < np.abs(above - scores), below, above)
    off = ~_inside(scores, intervals) & (np.abs(nearest - scores) <= TOLERANCE * (1 + np.abs(scores)))
    settled: np.ndarray = np.where(off, nearest, scores)
    return settled
