"""The union of nights: repeats, values and regions by hand; honest nights pass, planted ones do not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, norm

from headwater.checks.union import DISTINCT, REPEATS, Night, coverage, distinct, halves, limit, repeats


def night(rows: np.ndarray, values: np.ndarray | None = None, balls: np.ndarray | None = None) -> Night:
    held = {"dose": np.unique(rows if values is None else values).astype(float)}
    return Night(rows.astype(np.uint64), held, np.zeros(3) if balls is None else balls, len(rows))


def test_repeats_by_hand() -> None:
    """Three nights of four rows: one pair across, none within; 48 pairs of nights, 18 within."""
    nights = [night(np.array([1, 2, 3, 4])), night(np.array([5, 6, 7, 8])), night(np.array([1, 9, 10, 11]))]
    found = repeats(nights)
    assert found is not None
    assert (found.name, found.value) == (REPEATS, 1)
    assert found.expected == pytest.approx(48 / 66)
    assert found.deviate == pytest.approx(norm.isf(48 / 66))


def test_rows_that_come_again_are_found_and_natural_twins_are_not() -> None:
    """Rows of a table with few distinct ones repeat within a night as across; a remembered half per cent does not."""
    random = np.random.default_rng(1)
    honest = [random.zipf(1.3, 2_000) for _ in range(10)]
    found = repeats([night(rows) for rows in honest])
    assert found is not None
    assert found.deviate < limit(0.002)
    again = np.arange(10) + 10**9
    planted = repeats([night(np.concatenate([rows[10:], again])) for rows in honest])
    assert planted is not None
    rare = [random.integers(0, 10**7, 2_000) for _ in range(10)]
    remembered = repeats([night(np.concatenate([rows[10:], again])) for rows in rare])
    assert remembered is not None
    assert remembered.deviate > limit(1e-4)
    assert "rows of different nights are equal" in remembered.words


def test_honest_unions_are_quiet() -> None:
    """Each statistic at 1 in 20, 300 unions: no more than chance allows."""
    random, counts = np.random.default_rng(7), np.zeros(3)
    for _ in range(300):
        rows = [random.zipf(1.6, 300) for _ in range(6)]
        balls = [random.binomial(300, [0.1, 0.02, 0.3]).astype(float) for _ in range(6)]
        nights = [night(each, balls=ball) for each, ball in zip(rows, balls, strict=True)]
        parts = halves(nights)
        assert parts is not None
        made = random.binomial(1_200, [0.1, 0.02, 0.3]).astype(float)
        found = [repeats(nights), distinct(*parts), coverage(*parts, (made, 1_200.0))]
        counts += [each is not None and each.deviate > norm.isf(0.05) for each in found]
    assert (counts <= binom.ppf(0.999, 300, 0.05)).all()


def test_values_that_go_are_found_by_hand() -> None:
    """Of 40 values the newer half lacks 20 and has none that is new: chance 2**-20 twice, for column and rows."""
    older, newer = [night(np.arange(40))] * 2, [night(np.arange(20), np.arange(20))] * 2
    found = distinct(older, newer)
    assert (found.name, found.value, found.expected) == (DISTINCT, 20, 10)
    assert found.deviate == pytest.approx(norm.isf(2 * 2.0**-20))
    assert distinct(newer, older).deviate < 0


def test_a_region_that_empties_is_found() -> None:
    def at(*counts: int) -> Night:
        return night(np.arange(1_000), balls=np.array(counts, dtype=float))

    steady = [at(50, 20, 5)] * 2
    made = (np.array([200.0, 80.0, 20.0]), 4_000.0)
    assert coverage(steady, steady, made).deviate < limit(0.01)
    emptied = coverage(steady, [at(50, 0, 5)] * 2, made)
    assert emptied.deviate > limit(1e-3)
    assert "the older half" in emptied.words
    never = coverage([at(50, 0, 5)] * 2, [at(50, 0, 5)] * 2, made)
    assert never.deviate > limit(1e-3)
    assert "its certificate" in never.words


def test_halves_are_equal_or_there_are_none() -> None:
    nights = [night(np.arange(index, index + 10)) for index in range(7)]
    parts = halves(nights)
    assert parts is not None
    assert ([*parts[0]], [*parts[1]]) == (nights[1:4], nights[4:])
    assert halves(nights[:3]) is None
    assert halves([*nights[:3], night(np.arange(5))]) is None
    assert repeats(nights[:1]) is None
