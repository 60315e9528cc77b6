"""How a finding is told: its number, its limit, and one sentence in plain words.

Belongs here: the form, and numbers as words. Does not: what is told (each family's file).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from headwater.checks.statistic import too_few, too_many

Interval = tuple[float, float]


@dataclass(frozen=True)
class Bound:
    """A component's honest range, in its own unit.

    Attributes:
        value: what was measured.
        mean, sd: of honest rows.
        limit: what the value is held against.
        is_upper: whether values above the limit are bad.
        deviate: the limit as a standard normal deviate; what exact tests are held against.
        whose: whose rows the mean is of, in words.
    """

    value: float
    mean: float
    sd: float
    limit: float
    is_upper: bool
    deviate: float
    whose: str = "honest rows"


@dataclass(frozen=True)
class Told:
    """A finding in words and figures.

    Attributes:
        words: one sentence, without values of hidden columns.
        value, limit: where the family tells others than the component's own (counts of rows, for exact tests).
        interval: 95 % interval of the value.
        noise: what honest rows show, in the value's unit.
        detail: JSON-safe figures for pictures.
    """

    words: str
    value: float | None = None
    limit: float | None = None
    interval: Interval | None = None
    noise: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def count_interval(count: float) -> Interval:
    """95 % interval of a Poisson count (Garwood 1936)."""
    low = float(chi2.ppf(0.025, 2 * count) / 2) if count else 0.0
    return low, float(chi2.ppf(0.975, 2 * count + 2) / 2)


def fewest(passes: Callable[[NDArray[np.float64]], NDArray[np.bool_]], most: int) -> int:
    """The smallest count from 0 to ``most`` that passes, given that larger ones pass too."""
    low, high = 0, max(most, 0)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if passes(np.array([middle], dtype=np.float64))[0] else (middle + 1, high)
    return low


def fewest_of(others: float, sizes: tuple[float, float], limit: float) -> float:
    """The smallest count that is not too few.

    Args:
        others: how many there are on the other side.
        sizes: rows on this side and on the other.
        limit: p-value below which a count is too far off.
    """
    n, rest = sizes
    return float(fewest(lambda x: too_few(x, np.array([others]), n, rest) >= limit, int(others * n / rest) + 1))


def most_of(others: float, sizes: tuple[float, float], limit: float) -> float:
    """The largest count that is not too many; arguments as of :func:`fewest_of`."""
    n, rest = sizes
    return float(fewest(lambda x: too_many(x, np.array([others]), n, rest) < limit, int(n) + 1) - 1)


def chance_of(deviate: float, tests: int) -> float:
    """The p-value of a single test that stands at this deviate after Bonferroni over ``tests``."""
    return float(norm.sf(deviate)) / max(tests, 1)


def rows(count: float) -> str:
    """``1 row``, ``1,204 rows``."""
    return "1 row" if round(count) == 1 else f"{count:,.0f} rows"


def shown(name: str, column: str, allowed: frozenset[str]) -> str:
    """``column = name``, or that the value is not shown."""
    return f"{column} = {name}" if column in allowed else f"one value of {column} (not shown)"
