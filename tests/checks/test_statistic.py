"""P-values of counts and their deviates, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from headwater.checks.statistic import deviate, too_few, too_many


def test_so_few_by_hand() -> None:
    """2 rows in all, equal sizes: each is on either side with probability 1/2."""
    found, others = np.array([0.0, 1.0, 2.0]), np.array([2.0, 1.0, 0.0])
    assert too_few(found, others, 10, 10) == pytest.approx([1 / 4, 3 / 4, 1])
    assert too_many(found, others, 10, 10) == pytest.approx([1, 3 / 4, 1 / 4])


def test_sizes_count() -> None:
    """Of 100 rows none, of 300 three: (3/4)^3; and three of three on the small side: (1/4)^3."""
    assert too_few(np.zeros(1), np.array([3.0]), 100, 300) == pytest.approx([27 / 64])
    assert too_many(np.array([3.0]), np.zeros(1), 100, 300) == pytest.approx([1 / 64])


def test_nothing_on_both_sides_says_nothing() -> None:
    assert too_few(np.zeros(1), np.zeros(1), 10, 10)[0] == 1
    assert too_many(np.zeros(1), np.zeros(1), 10, 10)[0] == 1


def test_tails_are_those_of_the_binomial_law() -> None:
    """Against another implementation, with nothing found on either side and no rows on either side among them."""
    random = np.random.default_rng(5)
    found, others = random.integers(0, 60, (2, 2_000)) * (random.random((2, 2_000)) < 0.8)
    n, rest = random.integers(1, 5_000, (2, 2_000)).astype(np.float64)
    n[:20], rest[20:40] = 0, 0
    sums, rate = found + others, n / (n + rest)
    assert too_few(found, others, n, rest) == pytest.approx(binom.cdf(found, sums, rate), rel=1e-9)
    assert too_many(found, others, n, rest) == pytest.approx(binom.sf(found - 1, sums, rate), rel=1e-9)


@pytest.mark.parametrize(
    ("p", "tests", "wanted"),
    [
        (0.5, 1, 0.0),
        (0.025, 1, 1.959964),
        (0.0025, 10, 1.959964),
        (0.3, 10, -8.0),  # Bonferroni stops at 1, and 1 is as far as it goes
        (1.0, 1, -8.0),
        (0.025, 0, 1.959964),  # no test counts as one
    ],
)
def test_a_deviate_by_hand(p: float, tests: int, wanted: float) -> None:
    found = deviate(p, tests)
    assert found.shape == (1,)
    assert found[0] == pytest.approx(wanted, abs=1e-5)


def test_impossible_counts_stay_finite() -> None:
    assert 36 < deviate(0.0)[0] < 38
    assert np.isfinite(deviate(0.0, 10_000)[0])


@pytest.mark.parametrize("p", [float("nan"), -0.1, 1.1, float("inf")])
def test_what_is_no_probability_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="no probability"):
        deviate(p)
