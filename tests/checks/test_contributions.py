"""What anchor rows contribute: their means are what the checks measure, and each is a number whatever the rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from townspeople import crooked, people, sampled

from headwater.checks import cell, joint, neighbours, pair, utility
from headwater.checks.contributions import _above, _both_ways, contributions
from headwater.checks.paired import Figure, compare
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.tables.schema import ColumnSchema

ROWS = 300


def figures(prepared: Prepared, *frames: pd.DataFrame) -> dict[str, Figure]:
    coded = [prepared.yardstick.code(frame) for frame in frames]
    return {each.name: each for each in contributions(prepared, coded)}


def test_means_are_what_the_checks_measure(prepared: Prepared) -> None:
    batch = people(ROWS, 21)
    sample, found = sampled(prepared, batch), figures(prepared, batch)
    assert found["neighbours.coverage"].value == pytest.approx(neighbours.measure(sample)[neighbours.COVERAGE.name][0])
    assert found["joint.c2st"].value == pytest.approx(max(joint.measure(sample)[joint.C2ST.name][0], 0.5))
    scores = utility.measure(sample)[utility.SCORE.name]
    mine = [each.value for name, each in found.items() if name.startswith("utility.score")]
    assert mine == pytest.approx(scores, abs=1e-6)
    kept = cell.is_kept(sample)[prepared.yardstick.anchor.cells[:, 0]]
    assert found["cell.mass"].value == pytest.approx(kept.mean())


def test_two_samples_are_two_rows_of_values(prepared: Prepared) -> None:
    one, other = people(ROWS, 21), crooked(ROWS, 22)
    both, first, second = figures(prepared, one, other), figures(prepared, one), figures(prepared, other)
    for name, figure in both.items():
        assert np.array_equal(figure.values, np.concatenate([first[name].values, second[name].values])), name


def test_tables_of_two_columns_by_hand(make_reference: Callable[..., Reference]) -> None:
    """Real rows: a and b equal. Made rows: a and b cross. Of the four cells made rows lack the two equal ones.

    Every anchor row lies in one of those: 1, less the made rows' share there, 0.
    """
    columns = tuple(
        ColumnSchema(name=name, sdtype="categorical", storage="text", nullable=False, categories=("x", "y"))
        for name in ("a", "b")
    )
    real, crossed = {"a": ["x", "y"] * 60, "b": ["x", "y"] * 60}, {"a": ["x", "y"] * 20, "b": ["y", "x"] * 20}
    reference = make_reference(columns, real, {"a": ["x", "y"] * 20, "b": ["x", "y"] * 20})
    prepared = Prepared.of(reference, 40)
    made = pd.DataFrame(crossed).astype(reference.anchor.dtypes.to_dict())
    assert figures(prepared, made)[pair.TABLES.name].value == pytest.approx(1.0)
    assert figures(prepared, reference.anchor)[pair.TABLES.name].value == pytest.approx(0.0)


def test_placements_by_hand() -> None:
    scores = np.array([0.9, 0.4, 0.4, 0.1])
    inside = np.array([True, True, False, False])
    assert _above(np.array([0.4]), np.array([0.9, 0.4, 0.1])) == pytest.approx([0.5])
    found = _both_ways(scores, inside)
    # Row .9 beats both others, row .4 one and a half of two: AUC .875.
    assert found.mean() == pytest.approx(0.875)
    assert found == pytest.approx([0.875 + 0.25, 0.875 - 0.25, 0.875 - 0.25, 0.875 + 0.25])


def test_shuffled_rows_are_worse_and_the_figures_say_where(
    prepared: Prepared, honest: pd.DataFrame, shuffled: pd.DataFrame
) -> None:
    def side(frame: pd.DataFrame) -> list[Figure]:
        return list(figures(prepared, *(frame.iloc[at : at + ROWS] for at in range(0, 5 * ROWS, ROWS))).values())

    found = {loss.name: loss for loss in compare(side(shuffled), side(honest), margin=0.01, seed=1)}
    assert not found["neighbours.coverage"].is_kept
    assert not found["joint.c2st"].is_kept
    assert not found["pair.tables"].is_kept
    assert all(loss.is_kept for loss in compare(side(honest), side(shuffled), margin=0.01, seed=1))


def test_hostile_columns_give_numbers(make_reference: Callable[..., Reference]) -> None:
    """A constant, an empty column, huge numbers, and a target of one value; one column alone has no pairs."""
    columns = (
        ColumnSchema(name="same", sdtype="categorical", storage="text", nullable=False, categories=("x",)),
        ColumnSchema(name="none", sdtype="numerical", storage="real", nullable=True),
        ColumnSchema(name="huge", sdtype="numerical", storage="real", nullable=False),
    )

    def rows(n: int, seed: int) -> dict[str, object]:
        draw = np.random.default_rng(seed)
        return {"same": ["x"] * n, "none": np.full(n, np.nan), "huge": draw.normal(0, 1e200, n)}

    reference = make_reference(columns, rows(120, 1), rows(40, 2), targets=("same", "none"))
    prepared = Prepared.of(reference, 40)
    found = figures(prepared, reference.train.iloc[:40])
    assert all(np.isfinite(figure.values).all() for figure in found.values())
    alone = make_reference(columns[2:], {"huge": rows(120, 1)["huge"]}, {"huge": rows(40, 2)["huge"]})
    assert pair.TABLES.name not in figures(Prepared.of(alone, 40), alone.train.iloc[:40])
