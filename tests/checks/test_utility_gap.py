"""Scores by hand; what is lost when rows teach nothing; targets that cannot be judged."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from headwater.checks.reference import Reference
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.utility_gap import check, macro_auc, measure, r2, scored_classes
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema

X = ColumnSchema(name="x", sdtype="numerical", storage="real", nullable=False)
Y = ColumnSchema(name="y", sdtype="categorical", storage="text", nullable=True, categories=("no", "yes"))


def test_macro_auc_by_hand() -> None:
    goal = np.array([0.0, 0.0, 1.0, 1.0])
    # class 0 against the rest: 3 of 4 pairs right; class 1: all four tied
    chances = np.array([[0.9, 0.5], [0.3, 0.5], [0.4, 0.5], [0.1, 0.5]])
    assert macro_auc(chances, goal, [0, 1]) == pytest.approx((0.75 + 0.5) / 2)
    assert macro_auc(chances, goal, [0]) == pytest.approx(0.75)


def test_a_class_without_rows_counts_as_guessing() -> None:
    assert macro_auc(np.eye(2), np.array([0.0, 0.0]), [0]) == 0.5


def test_classes_of_fewer_than_five_rows_are_not_scored() -> None:
    assert scored_classes(np.repeat([0.0, 1.0, 2.0], [5, 4, 6])) == [0, 2]
    with pytest.raises(CannotJudgeError, match="no class of the target has 5 anchor rows"):
        scored_classes(np.repeat([0.0, 1.0], [30, 4]))


def test_r2_by_hand() -> None:
    goal = np.array([1.0, 2.0, 3.0])
    assert r2(np.array([1.0, 2.0, 2.0]), goal) == pytest.approx(0.5)  # 1 - 1/2
    assert r2(goal, goal) == 1.0
    assert r2(np.array([9.0, 9.0, 9.0]), goal) == -1.0
    assert r2(goal, np.ones(3)) == 0.0


@pytest.mark.parametrize("target", ["member", "weight"])
def test_honest_rows_pass_and_shuffled_columns_do_not(
    reference: Reference, honest: pd.DataFrame, shuffled: pd.DataFrame, target: str
) -> None:
    good, bad = check(honest, reference, target), check(shuffled, reference, target)
    assert good.passed
    assert good.name == f"utility_gap:{target}"
    assert good.detail["trained_on_real"] > 0.7
    assert not bad.passed
    assert bad.value is not None
    assert bad.value == pytest.approx(bad.detail["trained_on_real"] - bad.detail["trained_on_synthetic"])
    assert bad.interval is not None
    assert bad.interval[0] < bad.value < bad.interval[1]


def test_rows_without_a_target_value_are_left_out(reference: Reference, honest: pd.DataFrame) -> None:
    assert reference.train["weight"].isna().sum() > 0
    assert measure(honest, reference, "weight").rows < 1_200


def labelled(draw: np.random.Generator, rows: int) -> dict[str, np.ndarray]:
    x = draw.random(rows)
    return {"x": x, "y": np.where(x > 0.5, "yes", "no")}


@pytest.fixture
def simple(make_reference: Callable[..., Reference]) -> Reference:
    draw = np.random.default_rng(5)
    return make_reference((X, Y), labelled(draw, 200), labelled(draw, 100), targets=("y",))


def test_a_batch_with_one_class_is_refused(simple: Reference) -> None:
    batch = conform(pd.DataFrame({"x": np.linspace(0, 1, 100), "y": ["no"] * 100}), simple.schema)
    with pytest.raises(CannotJudgeError, match="'y' has the same value in all 100 batch rows") as caught:
        check(batch, simple, "y")
    assert "no'" not in str(caught.value)


def test_a_batch_whose_target_is_missing_is_refused(simple: Reference) -> None:
    batch = conform(
        pd.DataFrame({"x": np.linspace(0, 1, 100), "y": [None] * 95 + ["no", "yes"] * 2 + ["no"]}), simple.schema
    )
    with pytest.raises(CannotJudgeError, match="only 5 batch rows have a value of target 'y'"):
        check(batch, simple, "y")


def test_a_constant_real_target_is_refused(make_reference: Callable[..., Reference]) -> None:
    rows = {"x": np.linspace(0, 1, 60), "y": ["yes"] * 60}
    constant = make_reference((X, Y), rows, rows, targets=("y",))
    with pytest.raises(CannotJudgeError, match="training rows"):
        check(constant.train, constant, "y")


def test_a_target_without_other_columns_is_refused(make_reference: Callable[..., Reference]) -> None:
    rows = {"y": ["yes", "no"] * 30}
    alone = make_reference((Y,), rows, rows, targets=("y",))
    with pytest.raises(CannotJudgeError, match="'y' is the only learned column"):
        check(alone.train, alone, "y")


def test_more_classes_than_are_scored_are_taken_together(make_reference: Callable[..., Reference]) -> None:
    names = tuple(f"c{index:02}" for index in range(40))
    many = Y.model_copy(update={"categories": names})
    draw = np.random.default_rng(6)
    code = draw.integers(0, 40, size=900)
    rows = {"x": code + 0.01 * draw.random(900), "y": np.array(names)[code]}
    reference = make_reference((X, many), rows, rows, targets=("y",))
    result = check(reference.train, reference, "y")
    assert result.passed
    assert result.detail["trained_on_real"] > 0.9
