"""Coverage worked out by hand, and what it sees."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from headwater.checks.knn_coverage import check, covered, expected
from headwater.checks.reference import Reference
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.result import NoiseFloor


def line(*places: float) -> np.ndarray:
    return np.array(places, dtype=np.float32)[:, None]


def test_coverage_on_a_line() -> None:
    # distances to the nearest other real point: 1, 1, 2, 7; to the nearest synthetic one: .5, .5, 2.5, 5
    found = covered(line(0, 1, 3, 10), line(0.5, 5.5, 15), k=1)
    assert found.tolist() == [True, True, False, True]


def test_a_point_on_the_border_is_covered() -> None:
    assert covered(line(0, 1), line(2), k=1).tolist() == [False, True]


def test_five_equal_real_rows_are_covered_only_by_the_same_row() -> None:
    assert not covered(line(*[1.0] * 6), line(1.01), k=5).any()
    assert covered(line(*[0.1] * 6), line(0.1), k=5).all()


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(CannotJudgeError, match="more than 5 real rows"):
        covered(line(1, 2, 3, 4, 5), line(1), k=5)


def test_the_expected_coverage_of_real_rows() -> None:
    # Naeem et al., lemma 2, n = 3, k = 1: 1 - 2/5
    assert expected(3, k=1) == pytest.approx(0.6)
    assert expected(100_000) == pytest.approx(1 - 2**-5, abs=1e-4)


def test_the_lemma_holds_for_random_rows() -> None:
    draw = np.random.default_rng(0)
    values = [covered(*draw.random((2, 200, 3), dtype=np.float32)).mean() for _ in range(30)]
    assert np.mean(values) == pytest.approx(expected(200), abs=0.01)


def test_honest_rows_pass_and_shuffled_columns_do_not(
    reference: Reference, honest: pd.DataFrame, shuffled: pd.DataFrame
) -> None:
    good, bad = check(honest, reference), check(shuffled, reference)
    assert good.passed
    assert good.value == pytest.approx(expected(400), abs=0.04)
    assert not bad.passed
    assert good.n == 400
    assert good.value is not None
    assert good.interval is not None
    assert good.interval[0] < good.value < good.interval[1]


def test_a_dropped_cluster_is_caught(reference: Reference, without_members: pd.DataFrame) -> None:
    assert not check(without_members, reference).passed


def test_more_rows_do_not_hide_it(reference: Reference, without_members: pd.DataFrame) -> None:
    many = pd.concat([without_members] * 20, ignore_index=True)
    value, few = check(many, reference).value, check(without_members, reference).value
    assert value == pytest.approx(few, abs=0.08)


def test_the_limit_follows_the_noise_floor(reference: Reference, honest: pd.DataFrame) -> None:
    wide = NoiseFloor(mean=0.9, sd=0.1, low=0.7, high=1, n=400, draws=100)
    narrow = wide.model_copy(update={"low": 0.89})
    loose = check(honest, dataclasses.replace(reference, floors={"knn_coverage": wide}))
    spec = check(honest, dataclasses.replace(reference, floors={"knn_coverage": narrow}))
    assert (loose.limit, loose.limit_origin) == (pytest.approx(0.7), "noise_floor")
    assert (spec.limit, spec.limit_origin) == (pytest.approx(reference.contract.coverage_min * 0.9), "spec")


def test_the_same_seed_gives_the_same_result(
    reference: Reference, honest: pd.DataFrame, make_people: Callable[[int, int], pd.DataFrame]
) -> None:
    assert check(honest, reference) == check(make_people(2_000, 3), reference)
