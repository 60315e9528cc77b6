"""The parts of the mixture, each with a case counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from headwater.generators.columns import Codec
from headwater.generators.conditions import Wanted
from headwater.generators.mixture.alias import alias_tables
from headwater.generators.mixture.bins import Bins, learn_cells
from headwater.generators.mixture.em import Coded, Plan, log_likelihood, logs_of, maximise, start_from_rows
from headwater.generators.mixture.joints import learn_joints
from headwater.generators.mixture.pieces import Pieces, cut_pieces, grouped
from headwater.generators.mixture.smoothing import prior_of


def generator(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def test_neighbours_are_grouped_around_loners() -> None:
    weights = np.array([1.0, 1.0, 1.0, 9.0, 1.0, 1.0])
    alone = np.array([False, False, False, True, False, False])
    assert grouped(weights, alone, 1.5).tolist() == [0, 0, 1, 2, 3, 3]
    assert grouped(weights, alone, 1.0).tolist() == [0, 1, 2, 3, 4, 5]


def test_frequent_numbers_are_atoms_and_gaps_stay_empty() -> None:
    numbers = np.array([0] * 20 + [10, 12, 14, 16, 18] + [500, 502, 504, 506, 508])
    pieces = cut_pieces(numbers, 16)
    assert pieces.low.tolist() == [0, 8, 498]
    # Each interval leads on by its own spacing of two at most.
    assert pieces.high.tolist() == [0, 20, 508]
    assert pieces.mass == pytest.approx([20 / 30, 5 / 30, 5 / 30])


def test_intervals_of_reals_never_meet() -> None:
    numbers = generator().normal(size=400)
    pieces = cut_pieces(numbers, 1_024)
    assert (pieces.low[1:] > pieces.high[:-1]).all()
    assert (pieces.low[0], pieces.high[-1]) == (numbers.min(), numbers.max())
    inside = pieces.place(numbers)
    assert ((numbers >= pieces.low[inside]) & (numbers <= pieces.high[inside])).all()
    assert np.bincount(inside).min() >= 5


def test_an_interval_as_wide_as_int64_is_drawn_from_end_to_end() -> None:
    pieces = Pieces(np.array([-(2**63)]), np.array([2**63 - 1]), np.ones(1))
    drawn = pieces.draw(np.zeros(3, dtype=np.int64), np.array([0.0, 0.5, np.nextafter(1.0, 0.0)]))
    assert drawn[0] == -(2**63)
    assert drawn[1] == 0
    assert drawn[2] > 2**62
    assert pieces.sizes()[0] == pytest.approx(64 * math.log(2))


def test_a_range_takes_its_part_of_an_interval() -> None:
    whole = Pieces(np.array([0, 10]), np.array([9, 10]), np.array([0.5, 0.5]))
    assert whole.within(Wanted(low=5, high=10)).mass == pytest.approx([0.25, 0.5])
    assert whole.within(Wanted(low=11, high=12)).mass == pytest.approx([0.0, 0.0])
    real = Pieces(np.array([0.0, 2.0]), np.array([1.0, 2.0]), np.array([0.5, 0.5]))
    assert real.within(Wanted(low=0.25, high=2.0)).mass == pytest.approx([0.375, 0.5])
    assert real.within(Wanted(low=0.5, high=0.5)).mass == pytest.approx([0.0, 0.0])


def test_missing_values_have_the_last_code() -> None:
    numbers, missing = np.arange(40), np.arange(40) % 4 == 0
    cells = learn_cells(numbers, missing, Codec(0, "lattice", low=0, high=39), bins=2)
    assert isinstance(cells, Bins)
    assert cells.size == cells.levels + 1
    codes = cells.encode(numbers, missing)
    assert (codes[missing] == cells.levels).all()
    _, absent = cells.draw(codes, generator())
    assert np.array_equal(absent, missing)
    _, chance = cells.given(Wanted(missing=True))
    assert chance.tolist() == [0.0] * cells.levels + [1.0]


@pytest.mark.parametrize("size", [1, 2, 7, 300])
def test_alias_tables_hold_exactly_the_weights(size: int) -> None:
    weights = generator(size).gamma(0.2, size=(size, 5))
    weights[0, 1] = 0.0 if size > 1 else 1.0
    tables = alias_tables(weights)
    keep, other = tables.keep.reshape(5, size), tables.other.reshape(5, size)
    for place in range(5):
        found = keep[place] + np.bincount(other[place], weights=1.0 - keep[place], minlength=size)
        assert found / size == pytest.approx(weights[:, place] / weights[:, place].sum(), abs=1e-12)


def test_columns_that_know_most_of_each_other_are_tied_first() -> None:
    rng = generator()
    one = rng.integers(0, 4, 2_000)
    codes = np.stack([one, rng.integers(0, 3, 2_000), 3 - one], axis=1)
    joints = learn_joints(codes, [4, 3, 4], cells=16)
    assert [joint.places for joint in joints] == [(0, 2), (1,)]
    assert joints[0].table.tolist() == [[0, 3], [1, 2], [2, 1], [3, 0]]
    assert joints[0].encode(np.array([[1, 0, 2], [1, 0, 1], [-1, 0, 0], [9, 0, 0]])).tolist() == [1, -1, -1, -1]
    assert [joint.places for joint in learn_joints(codes, [4, 3, 4], cells=1)] == [(0,), (1,), (2,)]
    # Sixty rows are too few for four combinations of twenty rows each.
    assert len(learn_joints(codes[:60], [4, 3, 4], cells=16)) == 3


def test_only_columns_that_follow_from_another_are_tied_without_a_number_of_cells() -> None:
    rng = generator()
    level = rng.integers(0, 12, 2_000)
    noisy = np.where(rng.random(2_000) < 0.05, 0, level % 4)
    codes = np.column_stack([level, level // 3, noisy])
    assert [joint.places for joint in learn_joints(codes, [12, 4, 4], cells=None)] == [(0, 1), (2,)]


def test_a_class_is_drawn_towards_the_table() -> None:
    shares = np.array([0.5, 0.25, 0.25])
    counts = np.array([[0.0], [4.0], [0.0]])
    flat = prior_of(shares, ordered=False, has_missing=False)
    assert flat.probabilities(counts, np.array([4.0]))[:, 0] == pytest.approx([0.25, 0.625, 0.125])
    tree = prior_of(shares, ordered=True, has_missing=False)
    assert tree.splits.tolist() == [[0, 1, 3, 0], [1, 2, 3, 1]]
    # First 0 against the rest: (0 + 4/2) / (4 + 4); then 1 against 2: (4 + 4/2) / (4 + 4).
    found = tree.probabilities(counts, np.array([4.0, 4.0]))[:, 0]
    assert found == pytest.approx([0.25, 0.75 * 0.75, 0.75 * 0.25])


def test_strengths_tell_classes_that_differ_from_classes_that_do_not() -> None:
    prior = prior_of(np.array([0.5, 0.5]), ordered=False, has_missing=False)
    apart, alike = np.array([[50.0, 0.0], [0.0, 50.0]]), np.array([[25.0, 25.0], [25.0, 25.0]])
    strengths = []
    for counts in (apart, alike):
        strength = np.ones(1)
        for _ in range(400):
            strength = prior.strengthen(counts, strength)
        strengths.append(float(strength[0]))
    assert strengths[0] < 0.5
    assert strengths[1] > 50.0


def test_em_finds_two_classes_that_do_not_overlap() -> None:
    rng = generator()
    hidden = rng.integers(0, 2, 1_000)
    codes = np.stack([hidden, hidden, hidden], axis=1)
    coded = Coded(codes, [prior_of(np.bincount(hidden) / 1_000, ordered=False, has_missing=False)] * 3)
    classes, passes = maximise(coded, start_from_rows(coded, 2, generator(3)), Plan(), rng)
    assert sorted(classes.shares()) == pytest.approx(sorted(np.bincount(hidden) / 1_000), abs=0.02)
    found = logs_of(classes.shares(), classes.probabilities(coded, 0.01))
    assert log_likelihood(coded, found) == pytest.approx(-math.log(2), abs=0.02)
    assert passes <= 30
