"""The linear part of continuous columns, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.generators.trees.draft import Draft
from headwater.generators.trees.drift import drift_of, fit_drift


def draft_of(*scores: np.ndarray) -> Draft:
    draft = Draft(len(scores[0]), len(scores))
    for slot, one in enumerate(scores):
        draft.put_scores(slot, one)
    return draft


def test_one_predictor_gets_the_ridge_weight() -> None:
    x = np.array([-2.0, -1.0, 0.0, 1.0, 2.0] * 2)
    # Sum of squares 20, ridge 1: the weight of y = 3 x is 60 / 21.
    draft = draft_of(x)
    weights = fit_drift(draft, [0], 3 * x)
    assert weights == pytest.approx([60 / 21])
    assert drift_of(draft, [0], weights) == pytest.approx(60 / 21 * x)


def test_two_predictors_solve_the_normal_equations() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    first, second = rng.normal(size=200), rng.normal(size=200)
    given = np.stack([first, second + 0.9 * first])
    target = 2 * first - second
    expected = np.linalg.solve(given @ given.T + np.eye(2), given @ target)
    assert fit_drift(draft_of(*given), [0, 1], target) == pytest.approx(expected)


def test_too_few_rows_for_a_line_give_none() -> None:
    x = np.arange(9.0)
    assert fit_drift(draft_of(x), [0], x).tolist() == [0.0]
    assert fit_drift(draft_of(x), [], x).tolist() == []


def test_a_missing_predictor_counts_as_the_median() -> None:
    draft = Draft(2, 1)
    draft.missing[0] = np.array([True, False])
    draft.put_scores(0, np.array([9.0, 2.0]))
    assert drift_of(draft, [0], np.array([0.5])).tolist() == [0.0, 1.0]
