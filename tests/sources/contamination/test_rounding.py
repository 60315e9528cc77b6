"""Grids: which numbers lie on them, and that a rounded number equals its origin rounded, ties in each way."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.sources.contamination.rounding import MOMENTS, NUMBERS, Grid, Ties

TENS = Grid(10.0, 0, "")
CENTS = Grid(0.01, 0, "")
TWO = Grid(0.0, 2, "")


def test_numbers_on_a_grid() -> None:
    assert TENS.holds(np.array([0.0, 10.0, -20.0, 15.0, np.nan, np.inf])).tolist() == [True] * 3 + [False, True, True]
    assert CENTS.holds(np.array([0.07, 1.1, 2.675, 1e9 + 0.01])).tolist() == [True, True, False, True]
    assert TWO.holds(np.array([0.012, 120.0, 121.0, 0.0, 99.0])).tolist() == [True, True, False, True, True]


@pytest.mark.parametrize(
    ("ties", "wanted"), [("even", [2, 2, 4, 1, -2]), ("up", [2, 3, 4, 1, -3]), ("down", [1, 2, 3, 1, -3])]
)
def test_ties(ties: Ties, wanted: list[float]) -> None:
    assert TENS.rounded(np.array([15.0, 25.0, 35.0, 10.0, -25.0]), ties).tolist() == wanted


def test_a_number_that_is_rounded_already_stays() -> None:
    random = np.random.default_rng(3)
    values = np.exp(random.normal(0, 6, 2_000)) * random.choice([-1, 1], 2_000)
    for grid in NUMBERS:
        if grid.digits:
            done = np.array([float(f"{value:.{grid.digits}g}") for value in values])
        else:
            done = np.round(values / grid.step) * grid.step
        assert grid.holds(done).all(), grid.words
        assert np.array_equal(grid.rounded(done, "even"), grid.rounded(values, "even")), grid.words


def test_digits_that_carry() -> None:
    assert TWO.rounded(np.array([99.6]), "even")[0] == TWO.rounded(np.array([100.0]), "even")[0]
    assert TWO.rounded(np.array([0.0996]), "even")[0] == TWO.rounded(np.array([0.1]), "even")[0]


def test_moments_are_cut_to_days() -> None:
    (days,) = (grid for grid in MOMENTS if "days" in grid.words)
    noon = np.array([86_400.0 * 3 + 43_200])
    assert days.rounded(noon, "down")[0] == 3
    assert not days.holds(noon)[0]
