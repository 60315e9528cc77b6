"""The noise floor: its limits by hand, and that it describes honest rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from headwater.checks.calibration import calibrate, summarise
from headwater.checks.knn_coverage import check, expected
from headwater.checks.reference import Reference
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.result import NoiseFloor


@pytest.fixture(scope="module")
def floors(reference: Reference) -> dict[str, NoiseFloor]:
    return calibrate(reference, draws=25)


def test_few_draws_get_a_prediction_limit() -> None:
    # mean 2, sd 1, three draws; t(.95, 2) = 2.919986; 2.919986 * sqrt(4/3) = 3.371709
    floor = summarise([1.0, 2.0, 3.0], 10, 0.05)
    assert (floor.mean, floor.sd, floor.n, floor.draws) == (2.0, 1.0, 10, 3)
    assert floor.low == pytest.approx(2 - 3.371709, abs=1e-5)


def test_a_heavy_tail_that_was_seen_counts() -> None:
    values = [0.5] * 1_000 + [0.0] * 30 + [1.2] * 30
    floor = summarise(values, 10, 0.01)
    assert (floor.low, floor.high) == (0.0, 1.2)


def test_no_limit_above_one_that_was_not_seen() -> None:
    assert summarise([0.95, 1.0, 0.9], 10, 0.01).high == 1.0


def test_a_statistic_that_never_varies_has_no_width() -> None:
    floor = summarise([0.7, 0.7, 0.7], 10, 0.01)
    assert floor.low == pytest.approx(0.7)
    assert floor.high == pytest.approx(0.7)


def test_every_check_with_noise_has_a_floor(floors: dict[str, NoiseFloor]) -> None:
    assert set(floors) == {"knn_coverage", "cell_coverage", "c2st", "utility_gap:member", "utility_gap:weight"}
    assert all(floor.low <= floor.mean <= floor.high for floor in floors.values())
    assert (floors["knn_coverage"].draws, floors["c2st"].draws, floors["knn_coverage"].n) == (25, 5, 400)


def test_real_against_real_is_where_theory_says(floors: dict[str, NoiseFloor]) -> None:
    assert floors["knn_coverage"].mean == pytest.approx(expected(400), abs=0.01)
    assert floors["c2st"].mean == pytest.approx(0.5, abs=0.03)
    assert floors["utility_gap:weight"].mean == pytest.approx(0.0, abs=0.03)


def test_the_same_seed_gives_the_same_floor(reference: Reference) -> None:
    few = dataclasses.replace(reference, targets=())
    assert calibrate(few, draws=3) == calibrate(few, draws=3)
    assert calibrate(few, draws=3) != calibrate(dataclasses.replace(few, seed=8), draws=3)


def test_honest_rows_stay_above_the_noise_of_coverage(
    reference: Reference, floors: dict[str, NoiseFloor], make_people: Callable[[int, int], pd.DataFrame]
) -> None:
    values = [check(make_people(400, 50 + draw), reference).value or 0.0 for draw in range(30)]
    assert sum(value < floors["knn_coverage"].low for value in values) <= 1
    assert np.mean(values) == pytest.approx(floors["knn_coverage"].mean, abs=0.02)


def test_a_small_table_is_split_into_smaller_parts(
    reference: Reference, make_people: Callable[[int, int], pd.DataFrame]
) -> None:
    small = dataclasses.replace(reference, train=make_people(30, 1), anchor=make_people(60, 2), targets=())
    assert calibrate(small, draws=3)["knn_coverage"].n == 45


def test_too_few_rows_or_draws_are_refused(
    reference: Reference, make_people: Callable[[int, int], pd.DataFrame]
) -> None:
    tiny = dataclasses.replace(reference, train=make_people(20, 1), anchor=make_people(10, 2))
    with pytest.raises(CannotJudgeError, match="30 real rows cannot be split"):
        calibrate(tiny, draws=3)
    with pytest.raises(ValueError, match="at least 2 draws"):
        calibrate(reference, draws=1)


def test_a_target_that_cannot_be_learned_has_no_floor(reference: Reference) -> None:
    constant = reference.train.assign(member=pd.array([True] * len(reference.train), dtype="boolean"))
    anchor = reference.anchor.assign(member=pd.array([True] * len(reference.anchor), dtype="boolean"))
    assert "utility_gap:member" not in calibrate(
        dataclasses.replace(reference, train=constant, anchor=anchor, targets=("member",)), draws=2
    )
