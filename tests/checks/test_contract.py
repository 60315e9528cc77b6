"""Limits of the contract beside those of noise, by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from headwater.checks.contract import promise
from headwater.checks.null import Honest, Null
from headwater.checks.prepared import Prepared
from headwater.spec.contract import Contract

HALF = np.array([0.5])


def null(name: str, mean: float, sd: float) -> Null:
    """Honest rows reach ``mean``; the verdict's limit lies 1 + 2 (4 - 1) = 7 standard deviations off."""
    return Null(
        draws=500,
        family=2.0,
        looks=(2.0, 1.8, 1.7, 1.6),
        statistics={name: Honest(mean=(mean,), sd=(sd,), typical=1.0, limit=4.0)},
    )


def under(prepared: Prepared, **limits: float) -> Prepared:
    reference = dataclasses.replace(prepared.reference, contract=Contract(**limits))
    return dataclasses.replace(prepared, reference=reference)


@pytest.mark.parametrize(
    ("name", "limits", "honest", "wanted"),
    [
        ("neighbours.coverage", {"coverage_min": 0.5}, (0.9, 0.01), (0.45, "spec")),
        ("neighbours.coverage", {"coverage_min": 0.95}, (0.9, 0.01), (0.83, "noise_floor")),
        ("cell.mass", {"cell_coverage_min": 0.8}, (0.99, 0.01), (0.8, "spec")),
        ("cell.mass", {"cell_coverage_min": 0.95}, (0.99, 0.01), (0.92, "noise_floor")),
        ("utility.score", {"utility_gap_max": 0.1}, (0.9, 0.01), (0.8, "spec")),
        ("utility.score", {"utility_gap_max": 0.05}, (0.9, 0.01), (0.83, "noise_floor")),
        ("joint.c2st", {"c2st_auc_max": 0.75}, (0.5, 0.01), (0.75, "spec")),
        ("joint.c2st", {"c2st_auc_max": 0.55}, (0.5, 0.01), (0.57, "noise_floor")),
    ],
)
def test_the_looser_of_spec_and_noise(
    prepared: Prepared, name: str, limits: dict[str, float], honest: tuple[float, float], wanted: tuple[float, str]
) -> None:
    given, floor = under(prepared, **limits), null(name, *honest)
    found = promise(name, floor, HALF, given)
    assert found is not None
    limit, origin = wanted
    assert (found.bound.limit, found.origin) == (pytest.approx(limit), origin)
    way = 1e-6 if name == "joint.c2st" else -1e-6
    for value, is_kept in ((limit - way, True), (limit + way, False)):
        at = promise(name, floor, np.array([value]), given)
        assert at is not None
        assert at.is_kept is is_kept


def test_the_component_nearest_to_breaking_it_is_told(prepared: Prepared) -> None:
    floor = Null(
        draws=500,
        family=1.0,
        looks=(1.0,),
        statistics={"utility.score": Honest(mean=(0.9, 0.8), sd=(0.01, 0.1), typical=0.0, limit=1.0)},
    )
    found = promise("utility.score", floor, np.array([0.86, 0.69]), under(prepared, utility_gap_max=0.05))
    assert found is not None
    assert (found.place, found.is_kept) == (1, False)
    assert found.bound.limit == pytest.approx(0.7)


def test_kept_categories_are_tested_exactly(prepared: Prepared) -> None:
    floor = null("category.kept", 0.0, 1.0)
    kept, lost = (promise("category.kept", floor, np.array([value]), prepared) for value in (2.32, 2.33))
    assert kept is not None
    assert lost is not None
    assert (kept.is_kept, lost.is_kept, kept.origin) == (True, False, "exact")


@pytest.mark.parametrize("name", ["neighbours.coverage", "cell.mass", "utility.score", "joint.c2st", "category.kept"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_keeps_no_promise(prepared: Prepared, name: str, value: float) -> None:
    found = promise(name, null(name, 0.5, 0.1), np.array([value]), prepared)
    assert found is not None
    assert not found.is_kept


def test_other_statistics_are_not_in_the_contract(prepared: Prepared) -> None:
    assert promise("column.shape", null("column.shape", 0.5, 0.1), HALF, prepared) is None
