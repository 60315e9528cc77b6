"""What the classifier tells apart, and what it cannot."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from headwater.checks.c2st import FOLDS, check, fold_aucs
from headwater.checks.reference import Reference
from headwater.checks.result import NoiseFloor

NUMBERS = np.zeros(1, dtype=bool)


def test_sides_that_never_meet_are_told_apart_always() -> None:
    draw = np.random.default_rng(0)
    found = fold_aucs(draw.random((100, 1)), 5 + draw.random((100, 1)), NUMBERS, seed=0)
    assert found == [1.0] * FOLDS


def test_equal_sides_are_guesswork() -> None:
    same = np.zeros((100, 1))
    assert fold_aucs(same, same, NUMBERS, seed=0) == [0.5] * FOLDS


def test_where_values_are_missing_tells_too() -> None:
    draw = np.random.default_rng(1)
    real, made = draw.random((200, 1)), draw.random((200, 1))
    made[:100] = np.nan
    # a half of the synthetic rows is recognised, the rest is guesswork: .5 + .5 * .5
    assert np.mean(fold_aucs(real, made, NUMBERS, seed=0)) == pytest.approx(0.75, abs=0.05)


def test_honest_rows_pass_and_shuffled_columns_do_not(
    reference: Reference, honest: pd.DataFrame, shuffled: pd.DataFrame
) -> None:
    good, bad = check(honest, reference), check(shuffled, reference)
    assert good.passed
    assert good.value == pytest.approx(0.5, abs=0.06)
    assert not bad.passed
    assert (good.n, good.direction) == (400, "at_most")
    assert len(good.detail["fold_aucs"]) == 3 * FOLDS


def test_the_interval_is_hanley_and_mcneils(reference: Reference, shuffled: pd.DataFrame) -> None:
    result = check(shuffled, reference)
    auc = result.value
    assert auc is not None
    assert result.interval is not None
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = (auc * (1 - auc) + 399 * (one - auc**2) + 399 * (two - auc**2)) / 400**2
    assert result.interval == pytest.approx((auc - 1.96 * variance**0.5, auc + 1.96 * variance**0.5))


def test_a_wide_noise_floor_loosens_the_limit(reference: Reference, honest: pd.DataFrame) -> None:
    floor = NoiseFloor(mean=0.5, sd=0.1, low=0.2, high=0.8, n=400, draws=20)
    result = check(honest, dataclasses.replace(reference, floors={"c2st": floor}))
    assert (result.limit, result.limit_origin) == (pytest.approx(0.8), "noise_floor")
    assert "between two samples of real rows it is 0.500" in result.sentence
