"""The order of categories, and trees over a draft."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.generators.errors import ModelFileError
from headwater.generators.trees.bagging import Growth, grow_forest
from headwater.generators.trees.draft import Draft
from headwater.generators.trees.growth import category_order
from headwater.generators.trees.partition import Partition


def test_categories_are_ordered_by_the_mean_of_the_target() -> None:
    codes = np.array([0, 0, 1, 1, 2, 2, -1, -1])
    target = np.array([5.0, 5.0, 1.0, 1.0, 9.0, 9.0, 3.0, 3.0])[:, None]
    # Means 5, 1, 9 and 3 for missing: ranks 2, 0, 3 and 1.
    assert category_order(codes, 3, target, weight=1).tolist() == [2, 0, 3, 1]


def test_a_category_of_one_row_is_drawn_towards_the_mean() -> None:
    codes = np.array([0] * 20 + [1] * 20 + [2])
    target = np.array([2.0] * 20 + [0.0] * 20 + [3.0])[:, None]
    # Alone the last category would rank highest; mixed with 20 rows of the mean it ranks between.
    assert category_order(codes, 3, target, weight=20)[:3].tolist() == [3, 0, 2]
    assert category_order(codes, 3, target, weight=0.01)[2] == 3


def test_many_classes_are_ordered_along_their_first_component() -> None:
    codes = np.repeat(np.arange(4), 30)
    shares = np.repeat([0.0, 1.0, 0.9, 0.1], 30)
    target = np.stack([shares, 1 - shares, np.zeros(120)], axis=1)
    order = category_order(codes, 4, target, weight=1)[:4]
    assert order.tolist() in ([0, 4, 3, 1], [4, 0, 1, 3])


def draft_of(numbers: np.ndarray, codes: np.ndarray) -> Draft:
    draft = Draft(len(numbers), 2)
    draft.put_numbers(0, numbers, numbers, None)
    draft.put_codes(1, codes)
    draft.levels[1] = int(codes.max()) + 1
    return draft


def grown(draft: Draft, target: np.ndarray, leaf: int) -> Partition:
    """The one tree of a forest that is neither pruned nor shrunk."""
    return grow_forest(draft, target, Growth(leaf, 1, 0.0, 0.0, 100_000), seed=1).forest.tree


def test_a_tree_finds_the_step_and_keeps_leaves_large() -> None:
    numbers = np.arange(100.0)
    draft = draft_of(numbers, np.zeros(100, dtype=np.int32))
    tree = grown(draft, (numbers >= 37)[:, None].astype(float), leaf=20)
    nodes = tree.nodes_of(draft)
    assert tree.size == 3
    assert set(nodes[:37]) != set(nodes[37:])
    assert np.bincount(nodes)[np.unique(nodes)].tolist() == [37, 63]
    assert grown(draft, (numbers >= 3)[:, None].astype(float), leaf=20).nodes_of(draft).max() <= 200
    assert grown(draft, (numbers >= 37)[:, None].astype(float), leaf=51).size == 1


def test_a_tree_splits_categories_whatever_their_codes() -> None:
    codes = np.tile(np.arange(6, dtype=np.int32), 50)
    draft = draft_of(np.zeros(300), codes)
    odd = (codes % 2)[:, None].astype(float)
    tree = grown(draft, odd, leaf=20)
    # One split is enough once the categories are in order.
    assert tree.size == 3
    nodes = tree.nodes_of(draft)
    assert all(len(set(nodes[codes % 2 == side])) == 1 for side in (0, 1))


def test_missing_numbers_go_to_a_side_of_their_own_accord() -> None:
    numbers = np.where(np.arange(200) < 80, np.nan, np.arange(200.0))
    draft = Draft(200, 1)
    draft.put_numbers(0, np.nan_to_num(numbers), np.nan_to_num(numbers), np.isnan(numbers))
    tree = grown(draft, np.isnan(numbers)[:, None].astype(float), leaf=20)
    nodes = tree.nodes_of(draft)
    assert len(set(nodes[:80]) & set(nodes[80:])) == 0


def test_a_stored_tree_leads_to_the_same_leaves() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    codes = rng.integers(0, 9, 500).astype(np.int32)
    draft = draft_of(rng.random(500), codes)
    tree = grown(draft, rng.random(500)[:, None], leaf=5)
    again = Partition.from_arrays(tree.to_arrays("t."), "t.", np.array([0, 1]))
    assert tree.size > 50
    assert np.array_equal(tree.nodes_of(draft), again.nodes_of(draft))


@pytest.mark.parametrize(
    "broken",
    [
        {"t.left": np.array([9, -1, -1])},
        {"t.left": np.array([0, -1, -1])},
        {"t.right": np.array([3, -1, -1])},
        {"t.feature": np.array([1, -2, -2])},
        {"t.feature": np.array([-2, -2, -2])},
        {"t.left": np.array([1, -5, -1])},
    ],
)
def test_a_tree_that_points_outside_of_itself_is_refused(broken: dict[str, np.ndarray]) -> None:
    good = {
        "t.left": np.array([1, -1, -1]),
        "t.right": np.array([2, -1, -1]),
        "t.feature": np.array([0, -2, -2]),
        "t.threshold": np.array([0.5, -2.0, -2.0]),
        "t.missing_left": np.array([False] * 3),
    }
    assert Partition.from_arrays(good, "t.", np.array([0])).size == 3
    with pytest.raises(ModelFileError, match="points outside of itself"):
        Partition.from_arrays(good | broken, "t.", np.array([0]))
