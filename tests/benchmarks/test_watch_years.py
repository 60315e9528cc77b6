"""Years drawn from nights: offsets stay within a year, honest ones are quiet, joint scores are those of the chart."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.watch.limits import NIGHTS
from benchmarks.watch.slides import _shifted
from benchmarks.watch.years import BEFORE, Nights, _generation_alarm, _joint_scores, delay, first_alarm

from headwater.checks.change_point import change, together
from headwater.checks.indicators import NAMES, STEADY


def nights() -> Nights:
    return Nights(np.random.default_rng(3).gamma(3, size=(100, len(NAMES))))


def test_joint_scores_are_those_of_the_chart() -> None:
    year = np.random.default_rng(2).random((1, 30, len(NAMES)))
    scores = _joint_scores(year)
    for night in (6, 19, 30):
        figures = year[0, :night].T
        found = change(together(figures, figures), np.arange(float(night)))
        assert found is not None
        assert scores[0, night - 1] == pytest.approx(found.score, abs=1e-4)


def test_a_certificate_is_off_for_a_whole_year() -> None:
    years = nights().years(50, np.random.default_rng(1))
    means = years.mean(axis=1)
    assert years.shape == (50, NIGHTS, len(NAMES))
    assert means.std(axis=0).mean() == pytest.approx(nights().spread.mean() / 2, rel=0.2)


def test_honest_years_are_quiet_and_a_slide_of_all_is_found() -> None:
    random = np.random.default_rng(4)
    assert (first_alarm(nights().years(20, random), random) == NIGHTS).sum() >= 19
    found = delay(nights(), _shifted(nights(), 1.0), 10, random)
    assert found["found_within_the_year"] == 1
    assert found["median_delay_nights"] < NIGHTS - BEFORE


def test_generations_that_get_worse_alarm_and_steady_ones_do_not() -> None:
    random = np.random.default_rng(5)
    steady = random.standard_normal((20, 12, 4, len(STEADY)))
    assert _generation_alarm(steady)[1].sum() <= 1
    worse = steady + np.arange(12)[:, None, None]
    first, is_red = _generation_alarm(worse)
    assert is_red.all()
    assert first.max() <= 6
