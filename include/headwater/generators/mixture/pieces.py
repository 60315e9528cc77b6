"""The numbers of one column as a row of intervals, each with a share of the rows and uniform within.

Belongs here: cutting sorted numbers into intervals, the place of a number in them, drawing from them, cutting them to
a range. Does not: which intervals make a bin, and missing values (``bins``).

A value with a share of its own is an interval of one value (an atom). The others stand for several neighbouring real
values, so that what is drawn repeats no donor. Intervals do not reach across gaps wider than their own spacing: no
numbers are made where there are none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from headwater.generators.conditions import Wanted

ROWS_MIN = 5
"""Fewest rows of an atom, and of an interval where there are as many values in a run."""


@dataclass(frozen=True)
class Pieces:
    """Closed intervals in ascending order that do not meet.

    Attributes:
        low, high: first and last number of each, shape ``(pieces,)``, both int64 (lattice) or both float64 (real).
        mass: share of the present rows in each, float64; sums to 1 as learned, to less when cut to a range.
    """

    low: np.ndarray
    high: np.ndarray
    mass: np.ndarray

    @property
    def whole(self) -> bool:
        """True on a lattice."""
        return self.low.dtype.kind == "i"

    @property
    def reach(self) -> np.ndarray:
        """Last number minus the first, uint64: an interval may be wider than int64 (lattice only)."""
        return self.high.view(np.uint64) - self.low.view(np.uint64)

    def sizes(self) -> np.ndarray:
        """Natural logarithm of the count of lattice points, or of the width; 0 for an atom. Shape ``(pieces,)``."""
        if self.whole:
            return np.log(self.reach.astype(np.float64) + 1.0)
        half = self.high / 2 - self.low / 2
        with np.errstate(divide="ignore"):
            return np.where(self.high > self.low, np.log(np.where(half > 0, half, 2.0**-1074)) + np.log(2.0), 0.0)

    def place(self, numbers: np.ndarray) -> np.ndarray:
        """The piece of each number, or the nearest below (above for those before all). int64, shape ``(rows,)``."""
        return np.maximum(np.searchsorted(self.low, numbers, side="right") - 1, 0)

    def draw(self, chosen: np.ndarray, place: np.ndarray) -> np.ndarray:
        """Numbers at ``place`` (in [0, 1)) of the chosen pieces; both of shape ``(rows,)``."""
        low, high = self.low[chosen], self.high[chosen]
        if not self.whole:
            return np.clip(low * (1.0 - place) + high * place, low, high)
        reach = high.view(np.uint64) - low.view(np.uint64)
        steps = (place * (reach.astype(np.float64) + 1.0)).astype(np.uint64)
        # Unsigned and wrapping: the numbers fit int64, their distance may not.
        return (low.view(np.uint64) + np.minimum(steps, reach)).view(np.int64)

    def within(self, wanted: Wanted) -> Pieces:
        """The parts inside a closed range, each with its part of the mass."""
        if wanted.missing or wanted.low > self.high[-1] or wanted.high < self.low[0]:
            return replace(self, mass=np.zeros(len(self.mass)))
        low = self.low if wanted.low <= self.low[0] else np.maximum(self.low, self.low.dtype.type(wanted.low))
        high = self.high if wanted.high >= self.high[-1] else np.minimum(self.high, self.low.dtype.type(wanted.high))
        inside = low <= high
        cut = Pieces(np.where(inside, low, self.low), np.where(inside, high, self.high), self.mass)
        part = np.exp(cut.sizes() - self.sizes())
        if not self.whole:
            # One point of an interval of reals has no probability; an atom keeps all of its own.
            part = np.where((cut.high > cut.low) | (self.high == self.low), part, 0.0)
        return replace(cut, mass=np.where(inside, self.mass * np.minimum(part, 1.0), 0.0))


def cut_pieces(numbers: np.ndarray, knots: int) -> Pieces:
    """Intervals of about ``rows / knots`` rows in the middle, fewer towards both ends, where quantiles lie far apart.

    None has fewer than :data:`ROWS_MIN` rows, but for what is left between two atoms. Frequent values are atoms.

    Args:
        numbers: the present numbers of a column, int64 or float64, shape ``(rows,)``, not empty.
        knots: how many intervals are wanted.
    """
    values, counts = np.unique(numbers, return_counts=True)
    size = max(len(numbers) / knots, ROWS_MIN)
    # Where few values are in use every common one is kept; where many are, only what stands out among the intervals.
    atom = counts >= (ROWS_MIN if len(values) <= knots else size)
    # Equal steps of the arcsine of the root of the share: its spread is the same everywhere.
    upto = np.append(0.0, np.cumsum(counts)) / len(numbers)
    step = np.diff(np.arcsin(np.sqrt(np.minimum(upto, 1.0)))) * (knots * 2 / np.pi)
    group = grouped(np.minimum(step, counts / ROWS_MIN), atom, 1.0)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    last = np.append(first[1:], len(values)) - 1
    mass = np.add.reduceat(counts, first)
    spread = (last - first).astype(np.float64)
    low, high = _bounds(values[first], values[last], spread, atom[first])
    return Pieces(low, high, mass / len(numbers))


def grouped(weights: np.ndarray, alone: np.ndarray, size: float) -> np.ndarray:
    """Cuts a row of neighbours into even groups of about ``size``; a run between loners that weighs less is one group.

    Args:
        weights: shape ``(items,)``.
        alone: bool; an item that makes a group by itself.
        size: the weight wanted of a group.

    Returns:
        the group of each item, int64, ascending without holes from 0.
    """
    run = np.cumsum(alone | np.append(False, alone[:-1]))
    starts = np.flatnonzero(np.diff(run, prepend=-1))
    total = np.add.reduceat(weights, starts)
    lengths = np.diff(np.append(starts, len(weights)))
    before = np.cumsum(weights) - weights
    inside = before - np.repeat(before[starts], lengths)
    parts = np.maximum(np.floor(total / size), 1.0)
    part = np.floor(inside * np.repeat(parts / total, lengths))
    fresh = (np.diff(run, prepend=-1) != 0) | (np.diff(part, prepend=-1.0) != 0)
    return np.cumsum(fresh) - 1


def _bounds(first: np.ndarray, last: np.ndarray, spread: np.ndarray, atom: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each interval, led towards its neighbours by its own spacing at most, and half of the gap at most."""
    movable = ~atom
    if first.dtype.kind == "i":
        reach = last.view(np.uint64) - first.view(np.uint64)
        own = np.where(spread > 0, reach // np.maximum(spread, 1).astype(np.uint64), np.uint64(2**63)) * movable
        gap = first[1:].view(np.uint64) - last[:-1].view(np.uint64)
        down, up = np.minimum(gap // 2, own[1:]), np.minimum((gap - 1) // 2, own[:-1])
        low = np.append(first[:1], (first[1:].view(np.uint64) - down).view(np.int64))
        return low, np.append((last[:-1].view(np.uint64) + up).view(np.int64), last[-1:])
    with np.errstate(over="ignore"):
        own = np.where(spread > 0, (last / 2 - first / 2) / np.maximum(spread, 1) * 2, np.inf)
    half = first[1:] / 2 - last[:-1] / 2
    up, down = np.minimum(half, np.where(movable, own, 0.0)[:-1]), np.minimum(half, np.where(movable, own, 0.0)[1:])
    # Below the next value, and above the last bound, so that no number is in two intervals.
    high = np.append(np.minimum(last[:-1] + up, np.nextafter(first[1:], -np.inf)), last[-1:])
    low = np.append(first[:1], np.maximum(first[1:] - down, np.nextafter(high[:-1], np.inf)))
    return low, high
