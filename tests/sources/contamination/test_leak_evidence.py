"""Chance: exact p-values by hand, estimates, naming, and rates that hold."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from scipy.stats import binom, hypergeom

from headwater.sources.contamination.evidence import Chance


def test_the_p_value_is_the_exact_test_of_two_shares_doubled() -> None:
    chance = Chance(anchor_found=0, anchor_rows=100, found=2, rows=500)
    # 4 matches of 100 asked, none of 100 in the anchor: all four fell on one side of 200.
    against_anchor = comb(100, 4) / comb(200, 4)
    # 6 matches of 600 rows in all; 4 or more of them among the 100 asked.
    against_all = sum(comb(6, k) * comb(594, 100 - k) for k in (4, 5, 6)) / comb(600, 100)
    assert chance.p_value(4, 100) == pytest.approx(2 * min(against_anchor, against_all))


@pytest.mark.parametrize(("matched", "asked", "found", "rows"), [(30, 1_000, 12, 900), (900, 20_000, 40_000, 10**6)])
def test_the_tail_is_that_of_the_hypergeometric_law(matched: int, asked: int, found: int, rows: int) -> None:
    wanted = hypergeom.sf(matched - 1, asked + rows, matched + found, asked)
    assert 0 < wanted < 0.5
    assert Chance(0, 0, found, rows).p_value(matched, asked) == pytest.approx(2 * wanted, rel=1e-6)


def test_without_honest_rows_nothing_is_proved() -> None:
    assert Chance(0, 0, 0, 0).p_value(50, 50) == 1.0
    assert not Chance(0, 0, 0, 0).can_name(50, 50)


def test_how_many_came_back_follows_from_those_that_do_not_match() -> None:
    chance = Chance(0, 0, 4_199, 9_999)  # a rate of .42
    assert chance.rate == pytest.approx(0.42, abs=1e-3)
    assert chance.leaked(100, 100) == pytest.approx(100)
    assert chance.leaked(42, 100) == pytest.approx(0, abs=0.1)
    assert chance.can_name(100, 100)
    assert not chance.can_name(60, 100)
    assert not chance.can_name(0, 100)


def test_honest_rows_rarely_give_small_p_values() -> None:
    """Of 2,000 honest comparisons at a rate of 2 %, the share below .01 is at most .01 (plus its own noise)."""
    random = np.random.default_rng(4)
    small = 0
    for _ in range(2_000):
        anchor, train, asked = (random.binomial(size, 0.02) for size in (400, 1_600, 1_000))
        small += Chance(anchor, 400, anchor + train, 2_000).p_value(asked, 1_000) <= 0.01
    assert small <= binom.ppf(0.999, 2_000, 0.01)
