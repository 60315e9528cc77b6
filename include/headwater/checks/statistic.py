"""What a statistic is: a vector of components, which side of it is bad, and how its null distribution is known.

Belongs here: the description, and the exact tests of counts. Does not: any statistic (each family's file). Without
``scipy.stats``, whose import alone takes a second of every scan of a snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincc, ndtri

Side = Literal["upper", "lower", "both"]
Vector = NDArray[np.float64]
Measured = dict[str, Vector]


@dataclass(frozen=True)
class Statistic:
    """One statistic of a family.

    Attributes:
        name: ``family.statistic``.
        demand: what a good batch does, in one plain sentence.
        side: which deviation from honest rows is bad.
        is_exact: its null is a known distribution: its single component is a standard normal deviate made of an
            exact p-value (large is bad), and no draw is needed to know its limit.
        is_centred: measured against the rest of the baseline, so drawn rows and fresh rows deviate alike. Others
            only look at the rows themselves; draws from a finite baseline then vary too little (see ``null.py``).
        is_tripwire: watches for what is wrong whatever the quality is, so it closes the gate to candidates too.
        is_whole: counted on every row of the batch, not on the judged sample; its exact test takes any number of rows.
    """

    name: str
    side: Side
    demand: str = ""
    is_exact: bool = False
    is_centred: bool = False
    is_tripwire: bool = False
    is_whole: bool = False


@dataclass(frozen=True, eq=False)
class Counted:
    """Rows of several kinds.

    Attributes:
        found: how many there are of each kind: float64 ``(kinds,)``.
        rows: of how many rows each: the same shape.
    """

    found: Vector
    rows: Vector

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.found + other.found, self.rows + other.rows)

    def chances(self, control: Counted) -> Vector:
        """P-value of each count, given those of honest rows (see :func:`too_many`)."""
        return too_many(self.found, control.found, self.rows, control.rows)


def deviate(p: float | np.floating, tests: int = 1) -> Vector:
    """A p-value as a standard normal deviate, family-wise by Bonferroni over ``tests``: shape ``(1,)``.

    Raises:
        ValueError: the p-value is none.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"{p} is no probability")
    return np.array([-ndtri(min(1.0, max(float(p), 1e-300) * max(tests, 1)))]).clip(-8.0, None)


def too_few(found: Vector, others: Vector, n: float | Vector, rest: float | Vector) -> Vector:
    """P-value of each count: so few of ``n`` rows, when ``others`` of ``rest`` rows are there and rates are equal.

    The exact conditional test of two Poisson or binomial rates (Przyborowski and Wilenski 1940): given the sum of
    both counts, the first is binomial. Its tail is an incomplete beta function (DLMF 8.17.5).
    """
    rate = np.asarray(n / (n + rest), dtype=np.float64)
    return np.where(others > 0, betaincc(found + 1, others, rate), 1.0)


def too_many(found: Vector, others: Vector, n: float | Vector, rest: float | Vector) -> Vector:
    """The same for so many."""
    rate = np.asarray(n / (n + rest), dtype=np.float64)
    return np.where(found > 0, betainc(found, others + 1, rate), 1.0)


def deficits(found: Vector, expected: Vector, share: float) -> Vector:
    """By how many standard deviations each count is below its expectation, itself ``share`` of a count.

    Twice the root is a count's scale of constant spread (Anscombe 1948).
    """
    gap: Vector = 2 * (np.sqrt(expected + 0.375) - np.sqrt(found + 0.375)) / np.sqrt(1 + share)
    return gap
