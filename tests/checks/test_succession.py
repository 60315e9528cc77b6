"""The look at a succession: beyond the margin, in standard deviations of the loss, by a limit of the whole year."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from headwater.checks.paired import Figure, Loss, compare
from headwater.checks.succession import HONEST, LOOKS, limit, worst

ROWS = 4_000
MARGIN = 0.01


def loss(name: str, value: float, sd: float | None) -> Loss:
    half = None if sd is None else float(norm.ppf(0.95)) * sd
    return Loss(
        name=name,
        challenger=0.5,
        rival=0.5 + value,
        loss=value,
        interval=None if half is None else (value - half, value + half),
        margin=MARGIN,
        margin_origin="exact" if sd is None else "spec",
        rows=ROWS,
        is_kept=value <= MARGIN,
        words=name,
    )


def test_the_figure_furthest_beyond_the_margin_decides() -> None:
    found = worst([loss("small", 0.02, 0.01), loss("sure", 0.015, 0.001), loss("within", 0.009, 0.0001)], MARGIN)
    assert found is not None
    assert found[0].name == "sure"
    assert found[1] == pytest.approx(5.0)


def test_three_deviations_are_free_where_they_are_more_than_the_margin() -> None:
    found = worst([loss("unsure", 0.04, 0.01)], MARGIN)
    assert found is not None
    assert found[1] == pytest.approx(4 - HONEST)


def test_figures_of_exact_tests_are_left_out() -> None:
    assert worst([loss("exact", 3.0, None)], MARGIN) is None
    found = worst([loss("exact", 3.0, None), loss("within", 0.0, 0.002)], MARGIN)
    assert found is not None
    assert (found[0].name, found[1]) == ("within", pytest.approx(-5.0))


def test_figures_that_do_not_vary_are_no_fault() -> None:
    both = [worst([loss("fixed", value, 0.0)], MARGIN) for value in (0.02, 0.0)]
    scores = [each[1] for each in both if each is not None]
    assert len(scores) == 2
    assert all(math.isfinite(score) for score in scores)
    assert scores[0] > limit(0.001, 8)
    assert scores[1] < 0


def test_the_limit_is_for_the_whole_year_and_all_figures() -> None:
    assert norm.sf(limit(0.001, 8)) * LOOKS * 8 == pytest.approx(0.001)
    assert limit(0.001, 8) > limit(0.01, 8) > limit(0.01, 1)
    for figures, rate in ((0, 0.1), (1, 0.0), (1, 1.0)):
        with pytest.raises(ValueError, match="limit"):
            limit(rate, figures)


def sides(gap: float, seed: int) -> tuple[Figure, Figure]:
    random = np.random.default_rng(seed)
    base = random.random((1, ROWS)) < 0.9
    rows = np.arange(ROWS)

    def side(share: float) -> Figure:
        kept = random.random((20, ROWS)) < share
        return Figure("neighbours.coverage", "coverage", rows, (base & kept).astype(np.float32))

    return side(0.95 - gap), side(0.95)


def test_a_worse_generation_is_seen_and_one_within_the_margin_is_not() -> None:
    bound = limit(0.001, 8)
    scores = {}
    for gap in (0.0, 0.008, 0.06):
        one, other = sides(gap, 1)
        found = worst(compare([one], [other], margin=MARGIN, seed=0), MARGIN)
        assert found is not None
        scores[gap] = found[1]
    assert scores[0.06] > bound
    assert scores[0.008] < 0 < bound
    assert scores[0.0] < scores[0.008]
