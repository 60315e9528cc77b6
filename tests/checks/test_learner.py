"""The tree model on the columns that break others."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.checks.learner import classifier, regressor


@pytest.mark.parametrize("rows", [20, 400])
def test_it_learns_a_step_from_few_and_many_rows(rows: int) -> None:
    features = np.linspace(0, 1, rows)[:, None]
    goal = (features[:, 0] > 0.5).astype(int)
    model = classifier(features, goal, np.array([False]), seed=0)
    assert (model.predict(features) == goal).mean() > 0.95


def test_categories_are_not_taken_as_an_order() -> None:
    codes = np.tile(np.arange(20.0), 50)[:, None]
    goal = codes[:, 0] % 2  # every second code: an ordered split would need nineteen cuts
    model = regressor(codes, goal, np.array([True]), seed=0)
    assert np.abs(model.predict(codes) - goal).max() < 0.1


@pytest.mark.parametrize("is_category", [False, True])
def test_a_column_without_any_value_changes_nothing(is_category: bool) -> None:
    draw = np.random.default_rng(0)
    column = draw.random((200, 1))
    goal = (column[:, 0] > 0.3).astype(int)
    wide = np.hstack([column, np.full((200, 1), np.nan)])
    alone = classifier(column, goal, np.array([False]), seed=0).predict_proba(column)
    beside = classifier(wide, goal, np.array([False, is_category]), seed=0)
    assert np.allclose(beside.predict_proba(wide), alone)
    assert np.allclose(beside.predict_proba(np.nan_to_num(wide, nan=3.0)), alone), "a value it never saw is no signal"
