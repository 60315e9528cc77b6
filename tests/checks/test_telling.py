"""Numbers as words, and the intervals and limits of counts, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.checks.telling import chance_of, count_interval, fewest, rows, shown


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39), (100, 81.36, 121.6)],  # Garwood's table
)
def test_the_interval_of_a_count(count: int, low: float, high: float) -> None:
    assert count_interval(count) == pytest.approx((low, high), rel=1e-3)


@pytest.mark.parametrize("least", [0, 1, 6, 7, 10])
def test_the_fewest_that_pass(least: int) -> None:
    assert fewest(lambda count: count >= least, 10) == least


def test_where_none_passes_it_is_the_most() -> None:
    assert fewest(lambda count: count > 10, 10) == 10
    assert fewest(lambda count: np.array([True]), -3) == 0


def test_chances_after_bonferroni() -> None:
    assert chance_of(1.959964, 1) == pytest.approx(0.025, rel=1e-5)
    assert chance_of(1.959964, 5) == pytest.approx(0.005, rel=1e-5)
    assert chance_of(1.959964, 0) == pytest.approx(0.025, rel=1e-5)


def test_rows_in_words() -> None:
    assert [rows(count) for count in (0, 0.6, 1, 1.4, 2, 1204.3)] == [
        "0 rows",
        "1 row",
        "1 row",
        "1 row",
        "2 rows",
        "1,204 rows",
    ]


def test_values_are_shown_only_where_allowed() -> None:
    assert shown("Rome", "city", frozenset({"city"})) == "city = Rome"
    assert shown("Rome", "city", frozenset({"weight"})) == "one value of city (not shown)"
