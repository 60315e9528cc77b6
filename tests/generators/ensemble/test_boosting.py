"""Boosted trees as density ratios, on cases whose ratio is known."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.generators.ensemble.boosting import Boosted, boost, cross_fit
from headwater.generators.errors import ModelFileError


def coins(heads: int, tails: int) -> np.ndarray:
    """One feature, 0 or 1, in an order without pattern."""
    column = np.repeat(np.array([1.0, 0.0], dtype=np.float32), [heads, tails])
    return np.random.Generator(np.random.PCG64(heads)).permutation(column)[:, None]


def test_the_odds_approach_the_density_ratio() -> None:
    odds = boost(coins(800, 200), coins(200, 800), 60, seed=1).log_odds(np.array([[1.0], [0.0]], dtype=np.float32))
    assert odds == pytest.approx([np.log(4), -np.log(4)], abs=0.05)


def test_unequal_numbers_of_rows_do_not_move_the_odds() -> None:
    odds = boost(coins(80, 20), coins(800, 3_200), 60, seed=1).log_odds(np.array([[1.0], [0.0]], dtype=np.float32))
    assert odds == pytest.approx([np.log(4), -np.log(4)], abs=0.1)


def test_what_cannot_be_told_apart_gets_no_trees() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    real, made = (rng.integers(0, 9, (2_000, 3)).astype(np.float32) for _ in range(2))
    found = cross_fit(real, made, seed=1)
    assert found.rounds <= 3
    assert abs(found.real).max() < 0.2
    assert boost(real, made, 0, seed=1).log_odds(real).tolist() == [0.0] * len(real)


def test_each_row_is_scored_by_a_model_that_has_not_seen_it() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    real, made = (rng.random((400, 8)).astype(np.float32) for _ in range(2))
    found = cross_fit(real, made, seed=1)
    seen = boost(real, made, 60, seed=1)
    assert seen.log_odds(real).mean() > seen.log_odds(made).mean() + 0.3
    assert abs(found.last_real.mean() - found.last_made.mean()) < 0.1


def test_a_deep_and_a_shallow_tree_are_evaluated_as_scikit_learn_does() -> None:
    from sklearn.tree import DecisionTreeRegressor

    from headwater.generators.ensemble.boosting import _complete, _joined

    rng = np.random.Generator(np.random.PCG64(5))
    features = rng.integers(0, 7, (500, 4)).astype(np.float32)
    for target in (features[:, 0] > 3, features @ rng.random(4) + rng.random(500)):
        tree = DecisionTreeRegressor(max_depth=3, random_state=0).fit(features, target)
        ours = _joined([_complete(tree.tree_, tree.tree_.value[:, 0, 0])])
        np.testing.assert_allclose(ours.log_odds(features), tree.predict(features))


def test_two_fits_are_equal() -> None:
    first, again = (boost(coins(80, 20), coins(30, 70), 9, seed=2) for _ in range(2))
    assert all(np.array_equal(first.to_arrays()[name], again.to_arrays()[name]) for name in first.to_arrays())


@pytest.mark.parametrize(
    "changes",
    [
        {"ratio.feature": np.full((2, 7), 4, np.int32)},
        {"ratio.feature": np.full((2, 7), -1, np.int32)},
        {"ratio.value": np.full((2, 8), np.nan)},
        {"ratio.value": np.zeros((3, 8))},
        {"ratio.threshold": np.zeros((2, 5), np.float32)},
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes: dict[str, np.ndarray]) -> None:
    good = {
        "ratio.feature": np.zeros((2, 7), np.int32),
        "ratio.threshold": np.zeros((2, 7), np.float32),
        "ratio.value": np.zeros((2, 8)),
    }
    assert Boosted.from_arrays(good, columns=4).log_odds(np.zeros((3, 4), np.float32)).tolist() == [0, 0, 0]
    with pytest.raises(ModelFileError, match="does not fit its columns"):
        Boosted.from_arrays(good | changes, columns=4)
    with pytest.raises(ModelFileError, match="lacks its density ratio"):
        Boosted.from_arrays({}, columns=4)
