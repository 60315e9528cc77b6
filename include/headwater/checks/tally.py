"""Counts and sums over rows, from which most statistics follow. They add and subtract.

Belongs here: counting. Does not: what the counts mean (each family's file).

Subtracting is what makes null draws honest: rows drawn from the baseline are compared with the rest of it, never with
themselves.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, fields
from functools import cached_property, reduce
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks.coding import Coded
from headwater.checks.collisions import Collisions
from headwater.checks.foreign import Known
from headwater.checks.rows import Placed, Rows
from headwater.checks.yardstick import Yardstick

Counts = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Margins:
    """What rows add up to column by column. Cheap enough to count on every row of a batch, however large.

    Attributes:
        n: rows.
        fine: of each column's fine bins, one after another: ``(bins,)``.
        tails: rows beyond each threshold of the anchor: ``(thresholds,)``.
        far: rows beyond any threshold of a level: ``(levels,)``.
        rare: rows that hold a category rarer than each of :data:`RARE_SHARES`: ``(levels,)``.
    """

    n: float
    fine: Counts
    tails: Counts
    far: Counts
    rare: Counts

    def __add__(self, other: Self) -> Self:
        """Of both together."""
        return type(self)(
            **{field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(self)}
        )

    def __sub__(self, other: Self) -> Self:
        """What is left without ``other``, whose rows are among these."""
        return type(self)(
            **{field.name: getattr(self, field.name) - getattr(other, field.name) for field in fields(self)}
        )


@dataclass(frozen=True, eq=False)
class Whole:
    """All rows of a batch.

    Attributes:
        margins: of all rows.
        identity: of each row: uint64 ``(rows,)``.
        foreign: rows whose number no real row has, of each column of numbers or dates: ``(q,)``.
    """

    margins: Margins
    identity: NDArray[np.uint64]
    foreign: Counts

    @cached_property
    def collisions(self) -> Collisions:
        """Pairs of equal rows; several baselines and the sentence ask for them."""
        return Collisions.among(self.identity)


@dataclass(frozen=True, eq=False)
class Tally(Margins):
    """What rows add up to, relations between columns among it.

    Attributes:
        pairs: of each pair of coarse bins: ``(coarse, coarse)``; blocks by column.
        cells: of each k-means cell, level after level.
        leaves: of each leaf, tree after tree.
        fit: sum of each column's log probability under its tree: ``(d,)``.
        labels: sums of each target's log likelihood and of its surprise (see :func:`surprise`), and rows that have
            them: ``(3, targets)``.
        balls: rows in each ball of the scan: ``(balls,)``.
    """

    pairs: Counts
    cells: Counts
    leaves: Counts
    fit: Counts
    labels: Counts
    balls: Counts


@dataclass(frozen=True, eq=False)
class Counter:
    """Tallies rows; holds where each column's bins, cells and leaves begin, and the anchor's thresholds."""

    yardstick: Yardstick
    cell_starts: NDArray[np.int64]
    leaf_starts: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    """Low and high of each level and column of numbers: ``(levels, 2, q)``."""
    is_rare: NDArray[np.bool_]
    """Which fine bins are categories rarer than each of :data:`RARE_SHARES`: ``(levels, bins)``."""
    known: Known
    """Numbers of real rows."""

    @classmethod
    def of(cls, yardstick: Yardstick, real: Rows, *others: NDArray[np.float64]) -> Counter:
        """The counter that fits a yardstick; ``real`` says which categories are rare, ``others`` more numbers."""
        cells = np.cumsum([0, *(model.n_clusters for model in yardstick.kmeans)])
        leaves = np.cumsum([0, *(len(tree.log_chance) for tree in yardstick.trees)])
        shares = _count(real.fine, yardstick.coder.fine_starts) / max(len(real), 1)
        is_rare = yardstick.coder.is_category & (shares > 0) & (shares < np.array(RARE_SHARES)[:, None])
        known = Known.of(yardstick.anchor.numbers, real.numbers, *others)
        return cls(yardstick, cells, leaves, _thresholds(yardstick.anchor.numbers), is_rare, known)

    def margins(self, coded: Coded) -> Margins:
        """Count what each column shows by itself."""
        is_beyond = self.beyond(coded.numbers)
        return Margins(
            n=float(len(coded.identity)),
            fine=_count(coded.fine, self.yardstick.coder.fine_starts),
            tails=is_beyond.sum(axis=0, dtype=np.float64).ravel(),
            far=is_beyond.any(axis=(2, 3)).sum(axis=0, dtype=np.float64),
            rare=self.rare(coded.fine).sum(axis=1, dtype=np.float64),
        )

    def whole(self, batch: pd.DataFrame) -> Whole:
        """Look at every row of a batch, in chunks so that memory stays bounded.

        Raises:
            CannotJudgeError: a number is infinite, or a value is no category of its column.
        """
        starts = range(0, max(len(batch), 1), _CHUNK)
        coded = (self.yardstick.coder.code(batch.iloc[start : start + _CHUNK]) for start in starts)
        parts = [(self.margins(chunk), chunk.identity, self.known.foreign(chunk.numbers)) for chunk in coded]
        margins, identities, foreign = zip(*parts, strict=True)
        return Whole(reduce(operator.add, margins), np.concatenate(identities), reduce(operator.add, foreign))

    def tally(self, rows: Rows, balls: NDArray[np.int64] | None = None) -> Tally:
        """Count the rows; ``balls`` are those of the scan, none where they are not asked for."""
        return Tally(
            **vars(self.margins(rows)),
            pairs=self.pairs(rows),
            cells=_count(rows.cells, self.cell_starts),
            leaves=_count(rows.leaves, self.leaf_starts),
            fit=rows.fit.sum(axis=0, dtype=np.float64),
            labels=_labels(rows.labels),
            balls=np.zeros(0) if balls is None else balls.astype(np.float64),
        )

    def pairs(self, rows: Placed) -> Counts:
        """All tables of two columns at once: the product of the rows' indicators with themselves."""
        starts = self.yardstick.coder.coarse_starts
        marks = np.zeros((len(rows), starts[-1]), dtype=np.float32)
        np.put_along_axis(marks, rows.coarse.astype(np.int64) + starts[:-1], 1.0, axis=1)
        return (marks.T @ marks).astype(np.float64)

    def beyond(self, numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which rows lie beyond which thresholds: bool ``(n, levels, 2, q)``."""
        low, high = self.thresholds[:, 0], self.thresholds[:, 1]
        return np.stack([numbers[:, None] < low, numbers[:, None] > high], axis=2)

    def rare(self, fine: NDArray[np.int16]) -> NDArray[np.bool_]:
        """Which rows hold a category rarer than each level: bool ``(levels, n)``."""
        place = fine.astype(np.int64) + self.yardstick.coder.fine_starts[:-1]
        return np.stack([flags[place].any(axis=1) for flags in self.is_rare])


_CHUNK = 100_000
SURPRISE_MAX = 6.0
"""Nats beyond which a label counts as no more of a surprise."""
RARE_SHARES = (0.001, 0.002, 0.005, 0.01)
LEVELS = (0.0025, 0.005, 0.01)
"""Shares of the anchor beyond the thresholds on each side."""


def _thresholds(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.full((len(LEVELS), 2, numbers.shape[1]), np.nan)
    for place in range(numbers.shape[1]):
        present = numbers[~np.isnan(numbers[:, place]), place]
        if len(present):
            for level, share in enumerate(LEVELS):
                found[level, :, place] = np.quantile(present, [share, 1 - share])
    return found


def _count(codes: NDArray[np.integer], starts: NDArray[np.int64]) -> Counts:
    flat = (codes.astype(np.int64) + starts[:-1]).ravel()
    return np.bincount(flat, minlength=starts[-1]).astype(np.float64)


def surprise(log_likelihood: NDArray[np.floating]) -> Counts:
    """One over the root of the likelihood. A flipped label is mostly an unlikely one, and this weighs those more.

    The best weight for a small share of flips is one over the likelihood, the derivative of the log likelihood by that
    share; but its variance is that of the few least likely rows, so the root is the compromise.
    """
    return np.exp(np.minimum(-log_likelihood.astype(np.float64), SURPRISE_MAX) / 2)


def _labels(log_likelihood: NDArray[np.float32]) -> Counts:
    known = ~np.isnan(log_likelihood)
    held = np.where(known, log_likelihood.astype(np.float64), 0.0)
    return np.stack([held.sum(axis=0), np.where(known, surprise(held), 0.0).sum(axis=0), known.sum(axis=0)])
