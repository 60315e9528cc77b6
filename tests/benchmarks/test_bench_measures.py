"""Each measure of the generators' bench on cases small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from bench_rows import category, number, people, table
from benchmarks.fidelity import nearness, neighbourhood, two_samples, usefulness
from benchmarks.fidelity.copies import copied_share, row_numbers
from benchmarks.fidelity.shapes import shapes
from benchmarks.fidelity.space import StandardSpace, nearest
from benchmarks.fidelity.usefulness import Task


def points(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)[:, None]


def test_standard_space_scales_numbers_and_sets_categories_one_apart() -> None:
    rows, schema = table(
        [number("n", nullable=True), category("c", "x", "y")],
        {"n": [0.0, 2.0, 4.0, None], "c": ["x", "x", "y", None]},
    )
    found = StandardSpace.fit(rows, schema).points(rows).astype(float)
    deviation = np.std([0.0, 2.0, 4.0])
    assert found[:3, 0] == pytest.approx([-2 / deviation, 0.0, 2 / deviation])
    assert found[3, 0] == 0.0  # missing: the mean, and a mark that is as far as another category
    assert found[3, 1] == pytest.approx(np.sqrt(0.5))
    assert np.linalg.norm(found[1, 2:] - found[2, 2:]) == pytest.approx(1.0)
    assert np.linalg.norm(found[1, 2:] - found[3, 2:]) == pytest.approx(1.0)


def test_rare_categories_share_one_place() -> None:
    names = [f"c{place:02}" for place in range(60)]
    rows, schema = table([category("c", *names)], {"c": names + names[:50]})
    found = StandardSpace.fit(rows, schema).points(rows)
    assert np.array_equal(found[55], found[59])
    assert not np.array_equal(found[0], found[1])


def test_a_constant_column_has_no_weight() -> None:
    rows, schema = table([number("n")], {"n": [7.0, 7.0]})
    assert not StandardSpace.fit(rows, schema).points(rows).any()


def test_nearest_is_exact_and_zero_for_equal_rows() -> None:
    draw = np.random.default_rng(1)
    pool = draw.normal(50, 1, (300, 8)).astype(np.float32)
    asked = np.concatenate([pool[:5], draw.normal(50, 1, (20, 8)).astype(np.float32)])
    by_hand = np.sqrt(((asked[:, None].astype(float) - pool[None]) ** 2).sum(axis=2)).min(axis=1)
    found = nearest(asked, pool)
    assert (found[:5] == 0).all()
    assert found == pytest.approx(by_hand)


def test_nearness_counts_ties_as_one_half_and_averages_the_parts() -> None:
    to_holdout = np.array([1.0, 1.0, 1.0, 1.0])
    one, two = np.array([0.5, 2.0, 1.0, 1.0]), np.array([0.5, 0.5, 0.5, 2.0])
    assert nearness.nearness_share([one], to_holdout) == (1 + 0 + 0.5 + 0.5) / 4
    assert nearness.nearness_share([one, two], to_holdout) == (0.5 + 0.75) / 2


def test_near_copies_are_within_the_nearest_held_out_rows() -> None:
    held_out = np.concatenate([np.zeros(50), np.arange(1.0, 102.0)])
    limit = nearness.near_limit(held_out)
    assert limit == 2.0  # 1 % of the 101 that are no copies: one of them is nearer
    assert nearness.near_copies(np.array([0.0, 2.0, 2.1, 9.0]), limit) == 0.5
    assert nearness.near_limit(np.zeros(3)) == 0.0


def test_membership_auc_is_the_share_of_pairs_where_the_member_is_nearer() -> None:
    members, others = np.array([1.0, 3.0]), np.array([2.0, 3.0])
    assert nearness.membership_auc(members, others) == (1 + 1 + 0 + 0.5) / 4
    assert nearness.membership_auc(members, members) == 0.5


def test_copies_need_every_column_equal_and_missing_equals_missing() -> None:
    columns = [number("n", nullable=True), category("c", "x", "y")]
    train, schema = table(columns, {"n": [1.0, None, 3.0], "c": ["x", "y", None]})
    made, _ = table(columns, {"n": [1.0, 1.0, None, 3.0, None], "c": ["x", "y", "y", None, None]})
    rows, known = row_numbers([made, train], schema)
    assert copied_share(rows, known) == 3 / 5
    assert list(np.isin(rows, known)) == [True, False, True, True, False]
    assert len(set(known)) == 3


def test_many_wide_columns_do_not_overflow_the_row_numbers() -> None:
    draw = np.random.default_rng(2)
    columns = [number(f"n{place}") for place in range(30)]
    rows, schema = table(columns, {column.name: draw.normal(size=200) for column in columns})
    first, second = row_numbers([rows, rows.iloc[:100]], schema)
    assert len(np.unique(first)) == 200
    assert np.array_equal(first[:100], second)


def test_density_counts_the_balls_a_point_lies_in() -> None:
    real = points(0.0, 1.0, 3.0)  # radii to the nearest other: 1, 1, 2
    assert neighbourhood.density(real, points(0.5), k=1) == 2.0
    assert neighbourhood.density(real, points(0.5, 10.0), k=1) == 1.0
    assert neighbourhood.density(real, points(1.0), k=1) == 3.0  # on the borders of two, and in its own


def test_alpha_precision_is_best_where_spheres_hold_equal_shares() -> None:
    real = np.random.default_rng(3).normal(size=(2_000, 3)).astype(np.float32)
    assert neighbourhood.alpha_precision_naive(real, real) == pytest.approx(1.0, abs=0.01)
    assert neighbourhood.alpha_precision_naive(real, real + 100) == pytest.approx(0.0, abs=0.01)
    middle = np.zeros_like(real)  # nothing but the mean: every sphere holds all of it
    assert neighbourhood.alpha_precision_naive(real, middle) == pytest.approx(0.0, abs=0.1)


def test_beta_recall_needs_a_synthetic_row_nearer_than_the_nearest_real_one() -> None:
    draw = np.random.default_rng(4)
    real, other = (draw.normal(size=(1_500, 4)).astype(np.float32) for _ in range(2))
    assert neighbourhood.beta_recall_naive(real, real) == pytest.approx(1.0, abs=0.01)
    assert neighbourhood.beta_recall_naive(real, other) == pytest.approx(0.5, abs=0.05)
    assert neighbourhood.beta_recall_naive(real, other + 100) == 0.0


def test_the_score_of_an_auc() -> None:
    assert [two_samples.score(auc) for auc in (0.47, 0.5, 0.75, 1.0)] == [1.0, 1.0, 0.5, 0.0]


def test_both_classifiers_find_a_shift_and_only_boosting_finds_dependence() -> None:
    draw = np.random.default_rng(5)
    real = draw.normal(size=(400, 2))
    real[:, 1] = real[:, 0]
    shuffled = np.column_stack([draw.permutation(real[:, 0]), draw.permutation(real[:, 1])])
    plain = np.zeros(2, dtype=bool)
    assert two_samples.boosted_auc(real, real + 20, plain, 0) == pytest.approx(1.0)
    assert two_samples.linear_auc(real.astype("f4"), (real + 20).astype("f4"), 0) == pytest.approx(1.0)
    assert two_samples.boosted_auc(real, shuffled, plain, 0) > 0.9
    assert two_samples.linear_auc(real.astype("f4"), shuffled.astype("f4"), 0) < 0.6


def test_usefulness_knows_a_rule_and_a_coin() -> None:
    draw = np.random.default_rng(6)
    features = draw.normal(size=(400, 2))
    rule, coin = features[:, 0] > 0, draw.random(400) > 0.5
    plain = np.zeros(2, dtype=bool)
    learned = Task(features.astype("f4"), features, rule)
    found = usefulness.family_aucs(learned.head(200), learned, plain, 0)
    assert found is not None
    assert set(found) == set(usefulness.FAMILIES)
    assert min(found.values()) > 0.97
    guessed = usefulness.family_aucs(Task(learned.points, features, coin), learned, plain, 0)
    assert usefulness.mean_auc(guessed) == pytest.approx(0.5, abs=0.2)


def test_usefulness_with_one_class_is_guessing_or_nothing() -> None:
    features = np.zeros((10, 1))
    mixed = Task(features.astype("f4"), features, np.arange(10) > 4)
    single = Task(mixed.points, features, np.ones(10, dtype=bool))
    plain = np.zeros(1, dtype=bool)
    assert usefulness.mean_auc(usefulness.family_aucs(single, mixed, plain, 0)) == 0.5
    assert usefulness.mean_auc(usefulness.family_aucs(mixed, single, plain, 0)) is None


def test_shapes_of_equal_rows_are_perfect_and_a_missing_half_is_seen() -> None:
    rows, schema = people()
    assert shapes(rows, rows, schema) == {"shape": 1.0, "trend": 1.0, "trend_all_pairs": 1.0}
    without = rows[rows["town"] == "a"].reset_index(drop=True)
    town = pd.Series(rows["town"]).eq("a").mean()
    found = shapes(rows[["town"]], without[["town"]], type(schema)(columns=(schema["town"],)))
    assert found["shape"] == pytest.approx(town)  # TVComplement: what the two have in common
    assert found["trend"] is None


def test_shapes_leave_the_global_random_state_alone() -> None:
    rows, schema = people(50)
    np.random.seed(3)
    expected = np.random.random()
    np.random.seed(3)
    assert shapes(rows, rows, schema)["shape"] == 1.0
    assert np.random.random() == expected
