"""Cells worked out by hand, and what they see."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from headwater.checks.cell_coverage import Cells, check, measure
from headwater.checks.reference import Reference
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema

NUMBER = ColumnSchema(name="x", sdtype="numerical", storage="real", nullable=False)


def test_the_mass_of_covered_cells() -> None:
    # real shares .5, .3, .2; a third of them is .167, .1, .067; batch shares .84, .1, .06
    cells = Cells(np.array([50, 30, 20]), np.array([84, 10, 6]))
    assert cells.covered(1 / 3).tolist() == [True, True, False]
    assert cells.mass(1 / 3) == pytest.approx(0.8)
    assert cells.mass(1.0) == pytest.approx(0.5)


def test_an_empty_cell_is_never_covered() -> None:
    assert Cells(np.array([99, 1]), np.array([100, 0])).mass(0.001) == pytest.approx(0.99)


def test_five_separate_groups_become_five_cells(make_reference: Callable[..., Reference]) -> None:
    groups = np.repeat([0.0, 10.0, 20.0, 30.0, 40.0], 20)
    reference = make_reference((NUMBER,), {"x": groups}, {"x": groups})
    batch = conform(pd.DataFrame({"x": np.repeat([0.0, 10.0, 20.0, 30.0], 25)}), reference.schema)
    cells = measure(batch, reference)
    assert sorted(cells.real) == [20] * 5
    assert sorted(cells.batch) == [0, 25, 25, 25, 25]
    result = check(batch, reference)
    assert (result.value, result.passed) == (pytest.approx(0.8), False)
    assert "1 of 5 cells" in result.sentence
    assert result.interval == (pytest.approx(0.8), pytest.approx(0.8))


def test_fewer_different_rows_than_cells(make_reference: Callable[..., Reference]) -> None:
    rows = {"x": [1.0] * 30 + [2.0] * 30}
    reference = make_reference((NUMBER,), rows, rows)
    assert measure(reference.train, reference).real.tolist() == [30, 30]


def test_a_constant_column_is_one_cell(make_reference: Callable[..., Reference]) -> None:
    rows = {"x": [1.0] * 40}
    reference = make_reference((NUMBER,), rows, rows)
    assert check(reference.train, reference).value == pytest.approx(1.0)


def test_honest_rows_pass_and_a_dropped_cluster_does_not(
    reference: Reference, honest: pd.DataFrame, without_members: pd.DataFrame
) -> None:
    good, bad = check(honest, reference), check(without_members, reference)
    assert good.passed
    assert not bad.passed
    assert len(good.detail["real"]) == 20  # 400 anchor rows, twenty a cell
    assert sum(good.detail["synthetic"]) == pytest.approx(1)


def test_rows_in_several_chunks_are_all_counted(reference: Reference, honest: pd.DataFrame) -> None:
    many = pd.concat([honest] * 11, ignore_index=True)
    assert measure(many, reference).batch.sum() == 22_000
