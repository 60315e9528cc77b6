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
    assert (model.predict_proba(features).argmax(axis=1) == goal).mean() > 0.95


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


def test_classes_keep_their_own_names() -> None:
    features = np.repeat([0.0, 1.0, 2.0], 60)[:, None]
    goal = np.repeat([7.0, 2.0, 11.0], 60)
    model = classifier(features, goal, np.array([False]), seed=0)
    assert model.classes_.tolist() == [2.0, 7.0, 11.0]
    told = model.classes_[model.predict_proba(np.array([[0.0], [1.0], [2.0]])).argmax(axis=1)]
    assert told.tolist() == [7.0, 2.0, 11.0]


def test_moments_of_one_minute_are_told_apart() -> None:
    start = 1.7e18  # nanoseconds; float32 knows one number for two minutes of them
    features = start + np.arange(400.0)[:, None] * 1e8
    goal = (np.arange(400) >= 200).astype(int)
    model = classifier(features, goal, np.array([False]), seed=0)
    assert (model.predict_proba(features).argmax(axis=1) == goal).all()


def test_numbers_beyond_every_measure_do_not_stop_it() -> None:
    features = np.array([-1.7e308, 0.0, 1.0, 1.7e308, np.inf, -np.inf, np.nan] * 40)[:, None]
    goal = (np.nan_to_num(features[:, 0]) > 0.5).astype(int)
    chance = classifier(features, goal, np.array([False]), seed=0).predict_proba(features)
    assert np.isfinite(chance).all()
    assert np.allclose(chance.sum(axis=1), 1)


def test_a_category_that_was_never_seen_is_no_error() -> None:
    codes = np.tile(np.arange(4.0), 50)[:, None]
    model = regressor(codes, codes[:, 0] % 2, np.array([True]), seed=0)
    assert np.isfinite(model.predict(np.array([[3.0], [200.0], [np.nan]]))).all()


def test_the_same_seed_gives_the_same_trees() -> None:
    draw = np.random.default_rng(1)
    features, goal = draw.random((300, 4)), draw.integers(0, 2, 300)
    first, second = (classifier(features, goal, np.zeros(4, dtype=bool), seed=3) for _ in range(2))
    assert np.array_equal(first.predict_proba(features), second.predict_proba(features))
