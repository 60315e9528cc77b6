"""Donors and their intervals, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.generators.errors import ModelFileError
from headwater.generators.trees.donors import Donors, exact_donors, shrink, smoothed_donors


def test_a_leaf_draws_its_own_values_each_as_often_as_it_stands_there() -> None:
    donors = exact_donors(np.array([2, 1, 2, 2, 1]), np.arange(3), np.array([5, 9, 5, 7, 8]))
    assert donors.count.tolist() == [0, 2, 3]
    uniform = np.array([0.0, 0.34, 0.67, 0.99])
    assert donors.draw(np.full(4, 2), uniform).tolist() == [5, 5, 7, 7]
    assert donors.draw(np.full(2, 1), np.array([0.49, 0.5])).tolist() == [8, 9]


def test_an_inner_node_draws_from_all_its_leaves() -> None:
    # Node 0 has the leaves 1 and 2.
    donors = exact_donors(np.array([1, 1, 2]), np.array([2, 1, 2]), np.array([4, 6, 8]))
    assert donors.count.tolist() == [3, 2, 1]
    assert donors.draw(np.zeros(3, dtype=int), np.array([0.1, 0.5, 0.9])).tolist() == [4, 6, 8]


def test_whole_numbers_are_shared_out_between_neighbours() -> None:
    donors = smoothed_donors(
        np.zeros(3, dtype=int), np.zeros(1, dtype=int), np.array([10, 16, 17]), np.zeros(3, dtype=bool)
    )
    # 10 stands for 10..13, 16 for 14..16, 17 for itself.
    assert donors.low.tolist() == [10, 14, 17]
    assert donors.span is not None
    assert donors.span.tolist() == [3, 2, 0]
    grid = (np.arange(1200) + 0.5) / 1200
    values, counts = np.unique(donors.draw(np.zeros(1200, dtype=int), grid), return_counts=True)
    assert dict(zip(values.tolist(), counts.tolist(), strict=True)) == {
        **dict.fromkeys((10, 11, 12, 13), 100),
        14: 133,
        15: 134,
        16: 133,
        17: 400,
    }


def test_an_atom_keeps_its_mass_and_nothing_reaches_across_it() -> None:
    values = np.array([0.0, 0.0, 0.0, 4.0, 6.0, 10.0])
    donors = smoothed_donors(np.zeros(6, dtype=int), np.zeros(1, dtype=int), values, values == 0)
    drawn = donors.draw(np.zeros(6_000, dtype=int), (np.arange(6_000) + 0.5) / 6_000)
    assert (drawn == 0).sum() == 3_000
    assert drawn[drawn > 0].min() == pytest.approx(4.0, abs=0.01)
    assert drawn.max() == pytest.approx(10.0, abs=0.01)
    # 4 stands for [4, 5], 6 for [5, 8], 10 for [8, 10]: a thousand draws each.
    assert ((drawn > 5) & (drawn < 8)).sum() == 1_000


def test_leaves_do_not_mix() -> None:
    donors = smoothed_donors(
        np.array([1, 1, 2, 2]), np.arange(3), np.array([0.0, 1.0, 100.0, 101.0]), np.zeros(4, dtype=bool)
    )
    uniform = np.random.Generator(np.random.PCG64(0)).random(500)
    assert donors.draw(np.full(500, 1), uniform).max() <= 1.0
    assert donors.draw(np.full(500, 2), uniform).min() >= 100.0


def test_whole_numbers_take_the_smallest_type() -> None:
    assert shrink(np.array([-1, 100])).dtype == np.int8
    assert shrink(np.array([0, 200])).dtype == np.int16
    assert shrink(np.array([0, 2**31])).dtype == np.int64
    assert shrink(np.array([0.5])).dtype == np.float64


def test_stored_donors_are_the_same_and_wrong_runs_are_refused() -> None:
    donors = exact_donors(np.array([0, 0]), np.zeros(1, dtype=int), np.array([1, 2]))
    arrays = donors.to_arrays("d.")
    again = Donors.from_arrays(arrays, "d.")
    assert again.span is None
    assert again.low.tolist() == [1, 2]
    for broken in ({"d.count": np.array([3])}, {"d.start": np.array([-1])}):
        with pytest.raises(ModelFileError, match="do not fit its trees"):
            Donors.from_arrays(arrays | broken, "d.")
