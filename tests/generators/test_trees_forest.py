"""Several trees a column: which rows they see, what pruning takes back, how they are joined and climbed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from generator_tables import mixed, numerical, table
from scipy.stats import kstest

from headwater.generators.errors import ModelFileError, SettingsError
from headwater.generators.trees.bagging import Growth, deal, grow_forest
from headwater.generators.trees.draft import Draft
from headwater.generators.trees.forest import Forest, join
from headwater.generators.trees.generator import Trees
from headwater.generators.trees.growth import grow, root
from headwater.generators.trees.partition import Partition
from headwater.generators.trees.pruning import prune

PLAIN = Growth(leaf=5, trees=4, pruning=0.0, shrinkage=0.0, shard_rows=100_000)


def stump(threshold: float) -> Partition:
    """Slot 0 at most ``threshold``: node 1, else node 2."""
    leaf = np.array([1, -1, -1], dtype=np.int32), np.array([2, -1, -1], dtype=np.int32)
    feature = np.array([0, -2, -2], dtype=np.int32)
    return Partition(*leaf, feature, np.array([threshold, -2.0, -2.0]), np.zeros(3, dtype=bool))


def draft_of(values: np.ndarray) -> Draft:
    draft = Draft(len(values), 1)
    draft.put_numbers(0, values, values, None)
    return draft


def test_small_tables_share_rows_between_trees_and_large_ones_do_not() -> None:
    small = deal(1_000, PLAIN, 1)
    assert [len(rows) for rows in small] == [700] * 4
    assert len(np.unique(np.concatenate(small))) > 950
    large = deal(1_000, Growth(5, 4, 0.0, 0.0, 150), 1)
    assert sorted(np.concatenate(large)) == list(range(1_000))
    assert len(large) == 7
    assert max(len(rows) for rows in large) <= 150


def test_one_tree_or_few_rows_take_all() -> None:
    for rows, growth in ((1_000, Growth(5, 1, 0.0, 0.0, 100_000)), (49, PLAIN)):
        (only,) = deal(rows, growth, 1)
        assert np.array_equal(only, np.arange(rows))


def test_the_last_node_below_each_node() -> None:
    joined = join([stump(0.0), root(), stump(1.0)], chance=1).tree
    # 0 chooses: 1 (leaves 2, 3) or 4, which chooses: 5, or 6 (leaves 7, 8).
    assert joined.left.tolist() == [1, 2, -1, -1, 5, -1, 7, -1, -1]
    assert joined.right.tolist() == [4, 3, -1, -1, 6, -1, 8, -1, -1]
    assert joined.last.tolist() == [8, 3, 2, 3, 8, 5, 8, 7, 8]
    assert joined.totals(np.array([2, 2, 3, 5, 8]), np.array([1.0, 1.0, 2.0, 4.0, 8.0])).tolist() == [
        16.0,
        4.0,
        2.0,
        2.0,
        12.0,
        4.0,
        8.0,
        0.0,
        8.0,
    ]


def test_every_tree_is_followed_equally_often() -> None:
    forest = join([stump(0.5), stump(0.5), root()], chance=1)
    draft = draft_of(np.zeros(30_000))
    nodes = forest.nodes_of(draft, np.random.Generator(np.random.PCG64(1)))
    found, counts = np.unique(nodes, return_counts=True)
    assert found.tolist() == [2, 6, 8]
    assert np.abs(counts - 10_000).max() < 350


def test_a_draw_climbs_with_the_chance_that_was_set() -> None:
    forest = Forest(stump(0.5), np.zeros(1, dtype=np.int64), np.array([1.0, 0.25, 0.75]))
    rng = np.random.Generator(np.random.PCG64(1))
    stayed = (forest.nodes_of(draft_of(np.zeros(20_000)), rng) == 1).mean()
    assert stayed == pytest.approx(0.25, abs=0.015)
    assert (forest.nodes_of(draft_of(np.ones(20_000)), rng) == 2).mean() == pytest.approx(0.75, abs=0.015)


def test_shrinkage_is_the_rows_of_a_node_against_it() -> None:
    values = np.repeat([0.0, 1.0], [60, 40])
    growth = Growth(leaf=5, trees=1, pruning=0.0, shrinkage=20.0, shard_rows=100_000)
    grown = grow_forest(draft_of(values), values[:, None], growth, 1)
    assert grown.forest.stop is not None
    assert sorted(grown.forest.stop.tolist()) == pytest.approx([40 / 60, 60 / 80, 1.0])


def test_a_split_that_chance_explains_is_taken_back_and_a_true_one_kept() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    features = rng.random((2_000, 2)).astype(np.float32)
    noise = rng.normal(size=2_000)
    target = (3.0 * (features[:, 0] > 0.5) + noise)[:, None]
    tree = grow(features, target, 20, 1)
    pruned = prune(tree, tree.apply(features), target, 20.0)
    assert tree.size > 50
    assert pruned.size == 3
    assert pruned.threshold[0] == pytest.approx(0.5, abs=0.01)
    of_noise = grow(features, noise[:, None], 20, 1)
    assert prune(of_noise, of_noise.apply(features), noise[:, None], 20.0).size == 1
    assert prune(tree, tree.apply(features), target, 0.0) is tree


def test_pruning_keeps_a_branch_whose_later_splits_earn_what_its_first_does_not() -> None:
    # Exclusive or: the first split tells nothing, the two below it tell all.
    a, b = (part.ravel() for part in np.meshgrid([0.0, 1.0], [0.0, 1.0]))
    features = np.repeat(np.stack([a, b], axis=1), 25, axis=0).astype(np.float32)
    target = np.repeat((a != b).astype(np.float64), 25)[:, None]
    both = np.array([1, 2, -1, -1, 5, -1, -1], dtype=np.int32), np.array([4, 3, -1, -1, 6, -1, -1], dtype=np.int32)
    split = np.array([0, 1, -2, -2, 1, -2, -2], dtype=np.int32)
    tree = Partition(*both, split, np.where(split >= 0, 0.5, -2.0), np.zeros(7, dtype=bool))
    assert prune(tree, tree.apply(features), target, 20.0).size == 7


@pytest.mark.parametrize("settings", [{"trees": 1, "pruning": 0.0}, {}, {"trees": 3, "shrinkage": 30.0}])
def test_forced_draws_follow_the_same_distribution_as_rejected_ones(settings: dict[str, Any]) -> None:
    member = Trees(**settings).fit(*mixed(2_000), seed=1)
    plain = member.sample(200_000, 5)
    for name, low, high in (("weight", 85.0, 120.0), ("price", 45.0, 50.0), ("gain", 50_000, 60_000)):
        rejected = plain[plain[name].between(low, high)]
        found = member.sample_where({name: (low, high)}, 4_000, 6)
        assert found.missing == 0
        assert kstest(found.rows[name].astype(float), rejected[name].astype(float)).pvalue > 0.001
        for other in ("group", "open"):
            gap = found.rows[other].value_counts(normalize=True) - rejected[other].value_counts(normalize=True)
            assert gap.abs().max() < 4 * (0.25 / len(rejected) + 0.25 / 4_000) ** 0.5


def test_many_trees_learn_less_by_heart_than_one() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    frame, schema = table([numerical(name) for name in "ab"], {"a": rng.random(400), "b": rng.random(400)})

    def heart(member: Trees) -> float:
        """The mean distance of drawn rows to the nearest row trained on; larger is less by heart."""
        made, real = member.sample(2_000, 1).to_numpy(), frame.to_numpy()
        return float(np.sqrt(((made[:, None] - real[None]) ** 2).sum(axis=2)).min(axis=1).mean())

    assert heart(Trees().fit(frame, schema, 1)) > 1.05 * heart(Trees(trees=1, pruning=0, leaf=5).fit(frame, schema, 1))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"leaf": 0}, "leaf is the fewest real rows"),
        ({"leaf": 2.5}, "leaf is the fewest real rows"),
        ({"trees": 0}, "trees is how many trees"),
        ({"trees": True}, "trees is how many trees"),
        ({"pruning": -1}, "pruning is a number from 0"),
        ({"pruning": float("nan")}, "pruning is a number from 0"),
        ({"shrinkage": "much"}, "shrinkage is a number from 0"),
        ({"shard_rows": 10}, "shard_rows is the most rows"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Trees(**settings)


def test_a_leaf_larger_than_the_table_is_refused_with_its_cure() -> None:
    with pytest.raises(SettingsError, match="leaf is 500, but the table has 200 rows to learn from"):
        Trees(leaf=500).fit(*mixed(200), seed=1)
    assert len(Trees().fit(*mixed(3), seed=1).sample(5, 1)) == 5


def test_a_stored_forest_that_does_not_fit_together_is_refused() -> None:
    forest = Forest(stump(0.5), np.zeros(1, dtype=np.int64), np.array([1.0, 0.5, 0.5]))
    stored = forest.to_arrays("x.")
    again = Forest.from_arrays(stored, "x.", np.array([0]))
    assert again.parents.tolist() == [0, 0, 0]
    broken = (
        {"x.stop": np.array([0.9, 0.5, 0.5])},
        {"x.stop": np.ones(2)},
        {"x.roots": np.array([3])},
        {"x.roots": np.array([], dtype=np.int64)},
    )
    for change in broken:
        with pytest.raises(ModelFileError, match="retrain"):
            Forest.from_arrays(stored | change, "x.", np.array([0]))
    with pytest.raises(ModelFileError, match="outside of itself"):
        Forest.from_arrays(stored, "x.", np.array([1]))
