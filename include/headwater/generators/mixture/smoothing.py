"""From the counts of a class to its probabilities: how far a class is believed against the whole table.

Belongs here: the prior of one column's codes and its strength. Does not: the counts (``em``).

Categories have a Dirichlet prior around their shares in the table. Bins of numbers have an order, so they have a Polya
tree (Lavine 1992) around theirs: the range is halved again and again, and each half's share is drawn towards that of
the table with the strength of its depth. Where a class has few rows its coarse place is its own, its detail the
table's. Strengths are learned from the counts themselves by empirical Bayes (the fixed point of Minka 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

STRENGTH_MIN, STRENGTH_MAX = 1e-3, 1e5
"""Limits of a strength, in rows."""


@dataclass(frozen=True)
class Prior:
    """The prior of one column's codes.

    Attributes:
        shares: of the codes in the table, shape ``(codes,)``, sums to 1.
        splits: of the ordered codes, int64, shape ``(nodes, 4)``: first code, first code of the upper half, end,
            depth. Ordered by depth. No rows for categories.
    """

    shares: np.ndarray
    splits: np.ndarray

    @property
    def depths(self) -> int:
        """Number of strengths that the column has."""
        return int(self.splits[-1, 3]) + 1 if len(self.splits) else 1

    def probabilities(self, counts: np.ndarray, strength: np.ndarray) -> np.ndarray:
        """Of each code in each class.

        Args:
            counts: rows of each class with each code, float64, shape ``(codes, classes)``.
            strength: rows that the prior counts for, shape ``(depths,)``.

        Returns:
            float64, shape ``(codes, classes)``; each class sums to 1.
        """
        if not len(self.splits):
            found: np.ndarray = (counts + strength[0] * self.shares[:, None]) / (counts.sum(axis=0) + strength[0])
            return found
        lower, total = self._halves(counts)
        prior = strength[self.splits[:, 3]][:, None]
        down = (lower + prior * self._share_down) / (total + prior)
        found = np.ones(counts.shape)
        for node, side in self._path:
            inside = node >= 0
            chance = down[node[inside]]
            found[inside] *= np.where(side[inside][:, None], 1.0 - chance, chance)
        return found

    def strengthen(self, counts: np.ndarray, strength: np.ndarray) -> np.ndarray:
        """The strengths after one more step of the fixed point, shape ``(depths,)``; arguments as above."""
        from scipy.special import digamma

        if not len(self.splits):
            seen = self.shares > 0
            shares = self.shares[seen][:, None]
            prior = strength[0] * shares
            more = (shares * (digamma(counts[seen] + prior) - digamma(prior))).sum()
            less = (digamma(counts.sum(axis=0) + strength[0]) - digamma(strength[0])).sum()
            return np.clip(strength * (more / less if less > 0 else 1.0), STRENGTH_MIN, STRENGTH_MAX)
        lower, total = self._halves(counts)
        alpha = strength[self.splits[:, 3]][:, None]
        more = np.zeros(len(lower))
        for part, share in ((lower, self._share_down), (total - lower, 1.0 - self._share_down)):
            prior = alpha * share
            more += (share * (digamma(np.maximum(part, 0.0) + prior) - digamma(prior))).sum(axis=1)
        less = (digamma(total + alpha) - digamma(alpha)).sum(axis=1)
        above, below = (np.bincount(self.splits[:, 3], weights=one) for one in (more, less))
        factor = np.where(below > 0, above / np.where(below > 0, below, 1.0), 1.0)
        return np.clip(strength * factor, STRENGTH_MIN, STRENGTH_MAX)

    def _halves(self, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows in the lower half of each node and in the whole node: shape ``(nodes, classes)``."""
        upto = np.zeros((counts.shape[0] + 1, counts.shape[1]))
        np.cumsum(counts, axis=0, out=upto[1:])
        low, middle, high = self.splits[:, 0], self.splits[:, 1], self.splits[:, 2]
        return upto[middle] - upto[low], upto[high] - upto[low]

    @cached_property
    def _share_down(self) -> np.ndarray:
        lower, total = self._halves(self.shares[:, None])
        share: np.ndarray = np.clip(lower / total, 1e-9, 1.0 - 1e-9)
        return share

    @cached_property
    def _path(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """At each depth: the node of each code (-1: none) and whether the code is in its upper half."""
        path = []
        for depth in range(self.depths):
            node = np.full(len(self.shares), -1)
            upper = np.zeros(len(self.shares), dtype=bool)
            for index in np.flatnonzero(self.splits[:, 3] == depth):
                low, middle, high = self.splits[index, :3]
                node[low:high] = index
                upper[middle:high] = True
            path.append((node, upper))
        return path


def prior_of(shares: np.ndarray, *, ordered: bool, has_missing: bool) -> Prior:
    """The prior of a column whose codes have these shares in the table.

    Args:
        shares: shape ``(codes,)``; positive where ``ordered``.
        ordered: the codes are bins of numbers.
        has_missing: the last code stands for missing values: it is split off first.
    """
    if not ordered or len(shares) < 2:
        return Prior(shares, np.zeros((0, 4), dtype=np.int64))
    upto = np.append(0.0, np.cumsum(shares))
    waiting, splits = [(0, len(shares), 0)], []
    if has_missing:
        splits.append((0, len(shares) - 1, len(shares), 0))
        waiting = [(0, len(shares) - 1, 1)]
    while waiting:
        low, high, depth = waiting.pop(0)
        if high - low < 2:
            continue
        half = np.searchsorted(upto, (upto[low] + upto[high]) / 2)
        # Of the two cuts beside the half, the one nearer to it.
        nearer = half - (half > low + 1 and upto[half] + upto[half - 1] > upto[low] + upto[high])
        middle = int(np.clip(nearer, low + 1, high - 1))
        splits.append((low, middle, high, depth))
        waiting += [(low, middle, depth + 1), (middle, high, depth + 1)]
    return Prior(shares, np.array(splits, dtype=np.int64))
