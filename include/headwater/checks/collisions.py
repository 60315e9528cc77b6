"""How often do rows equal each other? Pairs of equal rows, and whether there are more than honest rows explain.

Belongs here: counting pairs, their expectation and spread at any number of rows. Does not: what is told of it
(``duplicates.py``).

The share of pairs that are equal is a U-statistic: it has the same expectation whatever the number of rows, so rows
of a large batch can be held against a smaller baseline. Its variance follows from the shares of equal pairs and of
equal triples (Hoeffding, "A class of statistics with asymptotically normal distribution", 1948).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from headwater.checks.statistic import too_many
from headwater.checks.telling import count_interval


@dataclass(frozen=True)
class Collisions:
    """Rows, and the pairs and triples of them that are equal in every learned column."""

    rows: float
    pairs: float
    triples: float

    @classmethod
    def among(cls, identity: NDArray[np.uint64]) -> Collisions:
        """Of hashed rows ``(n,)``."""
        times = np.unique(identity, return_counts=True)[1].astype(np.float64)
        pairs, triples = times * (times - 1) / 2, times * (times - 1) * (times - 2) / 6
        return cls(float(len(identity)), float(pairs.sum()), float(triples.sum()))

    @property
    def all_pairs(self) -> float:
        """Pairs of rows, equal or not."""
        return self.rows * (self.rows - 1) / 2

    def expected(self, rows: float) -> float:
        """Equal pairs among so many rows of the same kind."""
        return self.pairs / self.all_pairs * rows * (rows - 1) / 2

    def variance(self, rows: float) -> float:
        """Of the share of equal pairs among so many rows of the same kind."""
        both = self.pairs / self.all_pairs
        three = self.triples / (self.all_pairs * (self.rows - 2) / 3)
        alone, together = max(three - both**2, 0.0), both - both**2
        return 2 / (rows * (rows - 1)) * (2 * (rows - 2) * alone + together)

    def interval(self) -> tuple[float, float]:
        """95 % interval of the pairs: of a rare count, or of a sum that crowds dominate, whichever is wider."""
        low, high = count_interval(self.pairs)
        reach = 1.96 * float(np.sqrt(self.variance(self.rows))) * self.all_pairs
        return max(min(low, self.pairs - reach), 0.0), max(high, self.pairs + reach)


def chance(found: Collisions, honest: Collisions) -> float:
    """P-value of so many equal pairs, given those of honest rows.

    The larger of two: the exact test of two rates, which is right where equal rows are rare and come in pairs, and the
    normal one, which is right where some rows are so common that equal pairs come in crowds.
    """
    counts = np.array([found.pairs]), np.array([honest.pairs])
    rare = float(too_many(*counts, found.all_pairs, honest.all_pairs)[0])
    if not found.pairs or not honest.pairs:
        return rare
    here, there = found.pairs / found.all_pairs, honest.pairs / honest.all_pairs
    # Logarithms: shares of pairs are skewed to the right.
    spread = np.sqrt(honest.variance(found.rows) + honest.variance(honest.rows)) / there
    return max(rare, float(norm.sf(np.log(here / there) / spread)))
