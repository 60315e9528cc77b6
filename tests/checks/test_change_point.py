"""Change points by ranks: hand-computed scores, offsets and skew that change nothing, honest years, planted slides."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.watch.limits import night_scores
from scipy.stats import binom

from headwater.checks.change_point import HISTORY, LIMITS, change, limit, together
from headwater.checks.indicators import NAMES, NIGHTS_PART


def ties(count: int) -> np.ndarray:
    return np.random.default_rng(0).random(count)


def test_a_hand_computed_split() -> None:
    """Ranks 1 2 3 | 4 5 6: the later sum is 15, expected 3 * 7 / 2, variance 3 * 3 * 7 / 12."""
    found = change(np.array([1.0, 2, 3, 10, 11, 12]), ties(6))
    assert found is not None
    assert (found.at, found.before, found.after) == (3, 3, 3)
    assert found.score == pytest.approx((15 - 10.5) / np.sqrt(5.25))
    assert found.shift == pytest.approx(9.0)


def test_better_nights_are_no_alarm() -> None:
    found = change(np.arange(40.0)[::-1], ties(40))
    assert found is not None
    assert found.score < 0


def test_too_few_nights_say_nothing() -> None:
    assert change(np.arange(5.0), ties(5)) is None


@pytest.mark.parametrize("bent", [lambda x: x + 7.5, np.exp, lambda x: -1 / (1 + np.exp(x))])
def test_neither_an_offset_nor_skew_changes_the_score(bent: object) -> None:
    values = np.random.default_rng(3).standard_normal(60)
    plain, other = change(values, ties(60)), change(bent(values), ties(60))  # type: ignore[operator]
    assert plain is not None
    assert other is not None
    assert (plain.at, plain.score) == (other.at, other.score)


def test_equal_figures_are_told_apart_by_their_ties_only() -> None:
    found = change(np.zeros(30), ties(30))
    again = change(np.zeros(30), ties(30))
    assert found == again
    assert found is not None
    assert found.shift is None
    assert found.score == pytest.approx(change(ties(30), ties(30)).score)  # type: ignore[union-attr]


def test_infinite_is_a_figure_and_nan_is_none() -> None:
    found = change(np.array([0.0, 1, 2, 3, np.inf, np.inf, np.inf]), ties(7))
    assert found is not None
    assert (found.at, found.shift) == (4, None)
    with pytest.raises(ValueError, match="every night needs one figure"):
        change(np.array([0.0, np.nan, 1, 2, 3, 4]), ties(6))


def test_only_a_year_is_looked_back_at() -> None:
    values = np.concatenate([np.full(50, -9.0), np.random.default_rng(1).standard_normal(HISTORY)])
    found = change(values, ties(len(values)))
    assert found is not None
    assert found.before + found.after == HISTORY
    assert found.at >= 50


def test_the_simulated_years_are_of_this_very_statistic() -> None:
    years = np.random.default_rng(5).random((2, 40))
    scores = night_scores(years)
    for path in range(2):
        for night in (6, 17, 40):
            found = change(years[path, :night], ties(night))
            assert found is not None
            assert scores[path, night - 1] == pytest.approx(found.score, abs=1e-4)


def test_honest_years_stay_quiet_though_their_certificate_is_off() -> None:
    """400 years of skewed, rounded nights with a shared offset: at the limit of 1 in 200 no more than chance allows."""
    random = np.random.default_rng(17)
    years = np.round(random.gamma(2, size=(400, 365)), 1) + random.standard_normal((400, 1))
    broken = years + 1e-6 * random.random(years.shape)
    alarms = int((night_scores(broken) > limit(0.005)).any(axis=1).sum())
    assert alarms <= binom.ppf(0.999, 400, 0.005)


def test_a_slide_is_found_and_dated() -> None:
    random = np.random.default_rng(2)
    values = np.concatenate([random.standard_normal(60), random.standard_normal(40) + 1.5])
    found = change(values, ties(100))
    assert found is not None
    assert found.score > limit(0.01 * NIGHTS_PART / (len(NAMES) + 1))
    assert abs(found.at - 60) <= 4
    assert found.shift == pytest.approx(1.5, abs=0.5)


def test_a_slide_of_all_figures_shows_together_before_it_shows_in_one() -> None:
    random = np.random.default_rng(9)
    figures = random.standard_normal((9, 80))
    figures[:, 50:] += 0.6
    broken = random.random((9, 80))
    alone = [change(*pair) for pair in zip(figures, broken, strict=True)]
    joint = change(together(figures, broken), broken[0])
    assert joint is not None
    assert joint.score > max(each.score for each in alone if each is not None)


def test_limits_between_simulated_rates_and_outside_them() -> None:
    assert limit(0.005) == LIMITS[0.005]
    assert LIMITS[0.001] < limit(0.0007) < LIMITS[0.0005]
    for rate in (0.5, 1e-6):
        with pytest.raises(ValueError, match="limits were simulated"):
            limit(rate)
