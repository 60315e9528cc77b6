"""Two columns at a time, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from townspeople import people, sampled

from headwater.checks import pair
from headwater.checks.prepared import Prepared

STARTS = np.array([0, 2, 4])


def tables(counts: list[list[float]]) -> np.ndarray:
    """All tables of two columns of two bins each, given the one between them."""
    between = np.array(counts)
    return np.block([[np.diag(between.sum(axis=1)), between], [between.T, np.diag(between.sum(axis=0))]])


def test_independent_columns_tell_nothing_of_each_other() -> None:
    found = pair.learn(tables([[30, 70], [60, 140]]), 300, STARTS)
    assert found[:2, 2:] == pytest.approx(0, abs=1e-12)


def test_information_by_hand() -> None:
    """100 rows on the diagonal, two further rows (2 x 2 / 2) independent: log((50 + 2 / 4) / 102 / (1 / 4))."""
    found = pair.learn(tables([[50, 0], [0, 50]]), 100, STARTS)
    assert found[0, 2] == found[3, 1] == pytest.approx(np.log(50.5 / 102 * 4))
    assert found[0, 3] == pytest.approx(max(np.log(0.5 / 102 * 4), -2.0)) == -2.0


def test_information_is_cut_at_two() -> None:
    found = pair.learn(tables([[10, 0], [0, 100_000]]), 100_010, STARTS)
    assert found[0, 2] == 2.0
    assert found[0, 3] == -2.0


def test_empty_bins_tell_nothing() -> None:
    found = pair.learn(tables([[5, 0], [5, 0]]), 10, STARTS)
    assert np.isfinite(found).all()
    assert found[:2, 3].tolist() == [0, 0]


def test_a_batch_equal_to_the_training_rows_has_no_gap(prepared: Prepared) -> None:
    found = pair.measure(sampled(prepared, prepared.reference.train))
    assert [len(value) for value in found.values()] == [10, 10, 1]
    assert all(np.abs(value).max() < 1e-9 for value in found.values())


def test_a_lost_relation_is_less_information(prepared: Prepared) -> None:
    batch = people(300, 5)
    draw = np.random.default_rng(0)
    alone = batch.assign(weight=batch["weight"].to_numpy()[draw.permutation(300)])
    found = pair.measure(sampled(prepared, alone))
    names = prepared.yardstick.coder.names
    told = dict(zip(zip(*np.triu_indices(5, 1), strict=True), found["pair.information"], strict=True))
    assert told[names.index("height"), names.index("weight")] == min(told.values()) < -0.3
    assert found["pair.total"] == pytest.approx(sum(told.values()))


def test_chi_square_by_hand(prepared: Prepared) -> None:
    sample = sampled(prepared, people(300, 5))
    starts = prepared.yardstick.coder.coarse_starts
    found, real = sample.tally.pairs / 300, sample.rest.pairs / sample.rest.n
    block = slice(starts[0], starts[1]), slice(starts[1], starts[2])
    wanted = 300 * ((found - real)[block] ** 2 / (real[block] + 1 / 300)).sum()
    assert pair.measure(sample)["pair.tables"][0] == pytest.approx(wanted)
