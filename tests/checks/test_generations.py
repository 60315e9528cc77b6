"""Generations: a hand-computed score, small steps that add up, unsteady members, honest chains."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.watch.limits import generation_scores
from scipy.stats import binom

from headwater.checks import generations
from headwater.checks.generations import ROAM, ROAM_FROM, SPREAD, are_of_one_size, limit, slide, spread
from headwater.checks.indicators import GENERATIONS_PART, STEADY

ALARM = limit(0.01 * GENERATIONS_PART / (len(STEADY) + 1))


def test_a_hand_computed_step() -> None:
    """Levels 0 and 3 of one figure each, spread 1: the difference over the root of twice the variance."""
    found = slide(np.array([0.0, 3.0]), np.ones(2), 1.0)
    assert found is not None
    assert (found.at, found.before, found.after) == (1, 1, 1)
    assert found.shift == pytest.approx(3.0)
    assert found.score == pytest.approx(3 / np.sqrt(2 * (ROAM**2 + 1)))


@pytest.mark.parametrize(
    ("rows", "others", "expected"),
    [(2_000, 2_190, True), (2_000, 2_400, False), (110, 130, True), (110, 160, False), (300, 0, False)],
)
def test_judgements_of_about_one_size_are_compared(rows: int, others: int, *, expected: bool) -> None:
    assert are_of_one_size(rows, others) is expected


def test_a_single_generation_says_nothing() -> None:
    assert slide(np.array([9.0]), np.ones(1), 1.0) is None


def test_the_scale_of_the_figures_does_not_matter() -> None:
    levels, nights = np.array([0.0, 1.0, 1.5, 4.0]), np.array([8.0, 8, 8, 1])
    plain, other = slide(levels, nights, 1.0), slide(10 * levels, nights, 10.0)
    assert plain is not None
    assert other is not None
    assert other.score == pytest.approx(plain.score)
    assert other.shift == pytest.approx(10 * plain.shift)  # type: ignore[operator]


def test_small_steps_add_up_and_the_best_run_is_what_they_are_held_against() -> None:
    """Each step is below what one promotion would notice; the chain began worse than its best."""
    levels = np.concatenate([[1.0, 1.0], np.zeros(6), np.linspace(0.2, 2.4, 12)])
    found = slide(levels, np.full(len(levels), 8.0), 1.0)
    assert found is not None
    assert found.score > ALARM
    assert found.before <= 12
    assert max(np.diff(levels)[3:]) < 0.3


def test_getting_better_is_no_alarm() -> None:
    found = slide(np.linspace(5, 0, 20), np.full(20, 8.0), 1.0)
    assert found is not None
    assert found.score < 0


def test_a_member_that_trains_unsteadily_widens_its_own_limit() -> None:
    random = np.random.default_rng(4)
    levels = 3 * random.standard_normal(20)
    nights = np.full(20, 8.0)
    steady = np.max([slide(levels[:n], nights[:n], 1.0).score for n in range(2, ROAM_FROM)])  # type: ignore[union-attr]
    found = slide(levels, nights, 1.0)
    assert found is not None
    assert found.score < 3 < steady


def test_the_simulated_years_are_of_this_very_statistic() -> None:
    random = np.random.default_rng(6)
    for count in (2, 5, 9, 60):
        levels, nights = random.standard_normal((3, count)), random.integers(1, 9, count).astype(float)
        scores = generation_scores(levels, nights)
        for path in range(3):
            found = slide(levels[path], nights, 1.0)
            assert found is not None
            assert scores[path] == pytest.approx(found.score, abs=1e-4)


def test_honest_years_stay_quiet() -> None:
    random = np.random.default_rng(8)
    chains, alarms = 400, 0
    levels = ROAM * random.standard_normal((chains, 52)) + random.standard_normal((chains, 52)) / np.sqrt(8)
    is_red = np.zeros(chains, dtype=bool)
    for count in range(2, 53):
        is_red |= generation_scores(levels[:, :count], np.full(count, 8.0)) > limit(0.004)
    alarms = int(is_red.sum())
    assert alarms <= binom.ppf(0.999, chains, 0.004)


def test_the_spread_within_generations() -> None:
    assert spread([[0.0, 5.0], [1.0]]) == SPREAD
    groups = [[0.0, 2.0] * 4, [10.0, 12.0] * 4]
    assert spread(groups) == pytest.approx(np.sqrt(16 / 14))
    assert spread([[1.0] * 20]) == generations.SPREAD_MIN


def test_what_is_no_figure_is_refused() -> None:
    for levels, nights, within in (([0, np.nan], [1, 1], 1), ([0, 1], [1, 0], 1), ([0, 1], [1, 1], 0)):
        with pytest.raises(ValueError, match="every generation needs"):
            slide(np.array(levels, dtype=float), np.array(nights, dtype=float), within)
