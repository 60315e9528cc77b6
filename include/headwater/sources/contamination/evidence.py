"""Is it more than chance? What honest rows show of the same thing, and what follows for the rows in question.

Belongs here: counts of honest rows, p-values, how many rows came back. Does not: finding rows.

Honest rows are those of the snapshot before: they were in the source when the later batches had not been made. Its
training rows may be more like the generator's rows than strangers are, so a test against them errs on the safe side;
its anchor was never trained on, but is smaller. Both are used, and counted as two tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, logsumexp

FALSE_SHARE_MAX = 0.25
"""Rows are named only where at most this part of them is expected to be honest."""
CONTROL_ROWS_MIN = 20
"""So many honest rows of the same value must be known before that value's own rate counts."""


@dataclass(frozen=True)
class Chance:
    """Honest rows that look like released ones: of the anchor, and of all rows of the snapshot before."""

    anchor_found: int
    anchor_rows: int
    found: int
    rows: int

    @classmethod
    def of(cls, found: NDArray[np.bool_], is_anchor: NDArray[np.bool_]) -> Self:
        """Count ``found`` among the control rows; both bool ``(m,)``."""
        return cls(int((found & is_anchor).sum()), int(is_anchor.sum()), int(found.sum()), len(found))

    @property
    def rate(self) -> float:
        """The rate among all rows, half a row added so that it is never 0; memory of training rows only raises it."""
        return min((self.found + 0.5) / (self.rows + 1), 1.0) if self.rows else 1.0

    def p_value(self, matched: int, asked: int) -> float:
        """Probability of so many matches among rows asked, were all of them honest.

        The exact test of two shares (Fisher 1935), against the anchor and against all rows (Bonferroni over both).
        """
        anchor = _so_many(matched, asked, self.anchor_found, self.anchor_rows)
        return min(1.0, 2 * min(anchor, _so_many(matched, asked, self.found, self.rows)))

    def leaked(self, matched: int, asked: int) -> float:
        """How many of the matched rows came back, by the number of rows that did not match: at least 0."""
        return float(self._leaked(np.array([matched]), np.array([asked]))[0])

    def can_name(self, matched: int, asked: int) -> bool:
        """Whether few enough of the matched rows are expected to be honest."""
        return bool(self.nameable(np.array([matched]), np.array([asked]))[0])

    def nameable(self, matched: NDArray[np.int64], asked: NDArray[np.int64]) -> NDArray[np.bool_]:
        """The same for many groups of rows at once: bool ``(g,)``."""
        honest = matched - self._leaked(matched, asked)
        return (matched > 0) & (honest <= FALSE_SHARE_MAX * matched)

    def _leaked(self, matched: NDArray[np.int64], asked: NDArray[np.int64]) -> NDArray[np.float64]:
        if self.rate >= 1.0:
            return np.zeros(len(matched))
        return np.maximum(0.0, matched - (asked - matched) * self.rate / (1.0 - self.rate))


def _so_many(matched: int, asked: int, honest: int, honest_rows: int) -> float:
    """P-value of so many matches among the rows asked, given how many there are among these and honest rows.

    The tail of the hypergeometric law, summed from its top end: what lies twelve deviations further adds nothing.
    scipy's own ``sf`` sums millions of terms one by one. At or below the expected number it is 1, on the safe side.
    """
    if not asked or not honest_rows:
        return 1.0
    total, good = asked + honest_rows, matched + honest
    mean = asked * good / total
    if matched <= mean:
        return 1.0
    spread = np.sqrt(mean * (1 - good / total) * (honest_rows / max(total - 1, 1)))
    last = min(asked, good, matched + int(12 * spread) + 60)
    k = np.arange(matched, last + 1)
    tail = _log_choose(good, k) + _log_choose(total - good, asked - k) - _log_choose(total, asked)
    return float(min(1.0, np.exp(logsumexp(tail))))


def _log_choose(n: int, k: int | NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(-betaln(k + 1, n - k + 1) - np.log(n + 1), dtype=np.float64)


@dataclass(frozen=True)
class Finding:
    """Rows that came back in one way.

    Attributes:
        change: what was done to them, in words.
        asked: new rows that could have come back this way.
        matched: those that equal a released row after that change.
        by_chance: how many would match if all were honest.
        named: rows that are told apart one by one.
        leaked: estimated rows that came back; ``named`` where rows could be named.
        p_value: of ``matched``, all tests of its kind together.
    """

    change: str
    asked: int
    matched: int
    by_chance: float
    named: int
    leaked: float
    p_value: float
