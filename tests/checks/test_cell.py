"""Cells, by hand: deficits, chi-squares, the mass that is kept."""

from __future__ import annotations

import numpy as np
import pytest
from townspeople import people, sampled

from headwater.checks import cell
from headwater.checks.prepared import Prepared


def test_deficits_by_hand() -> None:
    """2 (sqrt(9 + 3/8) - sqrt(3/8)) = 4.90; against an expectation as uncertain as the count: / sqrt 2."""
    expected, found = np.array([9.0, 9.0, 9.0]), np.array([0.0, 9.0, 16.0])
    alone = cell.deficits(found, expected, 0.0)
    assert alone == pytest.approx([4.8990, 0, -1.9695], abs=1e-4)
    assert cell.deficits(found, expected, 1.0) == pytest.approx(alone / np.sqrt(2))


def test_the_training_rows_fill_their_own_cells(prepared: Prepared) -> None:
    found = cell.measure(sampled(prepared, prepared.reference.train))
    assert [len(value) for value in found.values()] == [3, 5, 1, len(prepared.scan.reach), 1]
    assert found["cell.mass"].tolist() == [1.0]
    assert all(np.abs(found[name]).max() < 1e-9 for name in ("cell.kmeans", "cell.leaves", "cell.deficit", "cell.scan"))


def test_an_emptied_cell_is_counted(prepared: Prepared) -> None:
    """Every row of one small cell is left out: its mass is lost, and its deficit is that of none instead of some."""
    train = prepared.reference.train
    rows = prepared.yardstick.code(train)
    sizes = np.bincount(rows.cells[:, 0])
    largest = int(sizes.argmax())
    kept = train[rows.cells[:, 0] != largest]
    sample = sampled(prepared, kept)
    found = cell.measure(sample)
    assert found["cell.mass"][0] == pytest.approx(1 - sizes[largest] / len(train))
    assert not cell.is_kept(sample)[largest]
    assert (~cell.is_kept(sample)).sum() == 1
    share = len(kept) / len(train)
    wanted = cell.deficits(np.zeros(1), np.array([sizes[largest] * share]), share)
    assert found["cell.deficit"] == pytest.approx(wanted)


def test_chi_square_by_hand(prepared: Prepared) -> None:
    sample = sampled(prepared, people(300, 5))
    start, end = prepared.counter.cell_starts[-2:]
    expected = sample.rest.cells[start:end] * 300 / sample.rest.n
    wanted = ((sample.tally.cells[start:end] - expected) ** 2 / (expected + 1)).sum()
    assert cell.measure(sample)["cell.kmeans"][-1] == pytest.approx(wanted)
