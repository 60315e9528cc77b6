"""Regressions that teach trees: what a step learns, rare codes, and that weak influences survive."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from generator_tables import categorical, mixed, numerical, table

from headwater.generators.errors import SettingsError
from headwater.generators.logit_trees.cascade import FIT_ROWS, FIT_ROWS_MIN, fit_cascade, rows_to_learn
from headwater.generators.logit_trees.generator import LogitTrees
from headwater.generators.logit_trees.rare import CODES_MAX, rare_codes
from headwater.generators.logit_trees.shapes import Shape, Variable, shape_of
from headwater.generators.logit_trees.steps import Given, Plan, Step, chosen_shapes, fit_step
from headwater.generators.mixture.coding import learn_code

PLAN = Plan(leaf=20, pruning=4.0, ridge=1.0, degree=6)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def last_step(codes: np.ndarray, sizes: list[int]) -> Step:
    """The law of the last of several variables without an order; ``codes`` of shape (rows, variables)."""
    given = Given([Variable(size, False) for size in sizes], [Shape(None, size) for size in sizes], codes)
    return fit_step(given, len(sizes) - 1, PLAN, 1)


def test_a_variable_with_none_before_it_keeps_its_shares() -> None:
    codes = np.repeat([0, 1, 2], [700, 250, 50])
    step = last_step(codes[:, None], [3])
    drawn = step.draw(np.zeros((40_000, 0), dtype=np.int64), rng())
    assert np.bincount(drawn) / 40_000 == pytest.approx([0.7, 0.25, 0.05], abs=0.01)


def test_a_code_that_never_occurs_is_never_drawn_and_one_alone_always() -> None:
    codes = np.repeat([1, 3], [40, 60])
    step = last_step(codes[:, None], [5])
    assert set(step.draw(np.zeros((500, 0), dtype=np.int64), rng())) == {1, 3}
    alone = last_step(np.full((100, 1), 2), [4])
    assert set(alone.draw(np.zeros((50, 0), dtype=np.int64), rng())) == {2}


def test_many_weak_influences_add_up() -> None:
    # Six coins shift the odds by .4 each: any one of them too little for a split, all together a great deal.
    given = rng(2).integers(0, 2, (4_000, 6))
    odds = 0.8 * (given.sum(axis=1) - 3.0)
    codes = (rng(3).random(4_000) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    step = last_step(np.column_stack([given, codes]), [2] * 7)
    for row, chance in ((np.ones(6), 1 / (1 + np.exp(-2.4))), (np.zeros(6), 1 / (1 + np.exp(2.4)))):
        drawn = step.draw(np.tile(row.astype(np.int64), (20_000, 1)), rng(4))
        assert drawn.mean() == pytest.approx(chance, abs=0.03)


def test_what_two_codes_do_only_together_is_learned_from_leaves() -> None:
    given = rng(2).integers(0, 2, (4_000, 2))
    codes = np.where(rng(3).random(4_000) < 0.95, given[:, 0] ^ given[:, 1], 1 - (given[:, 0] ^ given[:, 1]))
    lead = np.where(rng(5).random(4_000) < 0.1, 1 - given[:, 0], given[:, 0])  # breaks the tie of the first split
    step = last_step(np.column_stack([given, lead, codes]), [2] * 4)
    for first, second in ((0, 0), (0, 1), (1, 0), (1, 1)):
        rows = np.tile(np.array([first, second, first]), (5_000, 1))
        assert step.draw(rows, rng(4)).mean() == pytest.approx(0.95 if first != second else 0.05, abs=0.06)


def test_rare_codes_are_drawn_apart_by_their_shares() -> None:
    size = 3 * CODES_MAX
    codes = np.concatenate(
        [np.repeat(np.arange(CODES_MAX), 50), np.repeat(np.arange(CODES_MAX, size), [1, 3] * CODES_MAX)]
    )
    rare = rare_codes(np.bincount(codes, minlength=size) / len(codes))
    assert len(rare.members) == CODES_MAX
    drawn = np.bincount(rare.apart(rare.group[np.tile(codes, 20)], rng()), minlength=size) / (20 * len(codes))
    real = np.bincount(codes, minlength=size) / len(codes)
    assert drawn[:50] == pytest.approx(real[:50])
    assert drawn[CODES_MAX::2].sum() == pytest.approx(real[CODES_MAX::2].sum(), rel=0.1)
    assert (drawn[CODES_MAX:] > 0).mean() > 0.99


def test_tied_columns_never_part() -> None:
    level = rng().integers(0, 12, 2_000)
    names = tuple(f"level {number:02}" for number in range(12))
    columns = [categorical("name", names), numerical("years", "integer"), numerical("age", "integer")]
    values = {"name": np.array(names, dtype=object)[level], "years": level + 4, "age": rng(2).integers(18, 90, 2_000)}
    frame, schema = table(columns, values)
    made = LogitTrees(rows=20_000).fit(frame, schema, 1).sample(20_000, 2)
    apart = made["name"].cat.codes.to_numpy() + 4 != made["years"].to_numpy(dtype=np.int64)
    assert apart.sum() == 0


def test_smooth_functions_have_mean_0_variance_1_and_no_correlation() -> None:
    shares = rng().uniform(0.5, 1.5, 40) / 40
    shares[7], shares[-1] = 0.4, 0.2
    shares /= shares.sum()
    shape = shape_of(Variable(40, True, missing=True), shares, degree=5)
    assert shape.values is not None
    assert shape.values.shape == (40, 7)  # five polynomials, one code of much mass, and the missing values
    assert shares @ shape.values == pytest.approx(np.zeros(7), abs=1e-9)
    assert np.einsum("i,ij,ik->jk", shares, shape.values, shape.values) == pytest.approx(np.eye(7), abs=1e-9)


@pytest.mark.parametrize("variable", [Variable(40, False), Variable(12, True)])
def test_without_an_order_or_with_few_codes_each_has_its_own_function(variable: Variable) -> None:
    assert shape_of(variable, np.full(variable.size, 1 / variable.size), degree=5).values is None


def test_held_out_rows_choose_smooth_functions_where_a_column_is_smooth_and_codes_where_each_has_its_meaning() -> None:
    group = rng(2).integers(0, 2, 6_000)
    smooth = np.clip(rng(3).normal(24 + 12 * group, 8).round(), 0, 59).astype(np.int64)
    # Even codes in one group, odd ones in the other: nothing that bends six times can say so.
    comb = 2 * rng(4).integers(0, 30, 6_000) + group
    codes = np.column_stack([group, smooth, comb])
    variables = [Variable(2, False), Variable(60, True), Variable(60, True)]
    shapes = chosen_shapes(variables, codes, PLAN, rng(5))
    assert [shape.is_smooth for shape in shapes] == [False, True, False]
    drawn = fit_step(Given(variables, shapes, codes), 2, PLAN, 1).draw(codes[:, :2], rng(6))
    assert (drawn % 2 == group).mean() > 0.97


def test_a_smooth_column_moves_and_widens_with_those_before_it() -> None:
    group = rng(2).integers(0, 3, 6_000)
    centre, width = np.array([20, 30, 40]), np.array([3, 3, 9])
    codes = np.clip(rng(3).normal(centre[group], width[group]).round(), 0, 63).astype(np.int64)
    table_of = np.column_stack([group, codes])
    variables = [Variable(3, False), Variable(64, True)]
    shapes = [Shape(None, 3), shape_of(variables[1], np.bincount(codes, minlength=64) / 6_000, 6)]
    step = fit_step(Given(variables, shapes, table_of), 1, PLAN, 1)
    for number in range(3):
        drawn = step.draw(np.full((20_000, 1), number), rng(4))
        real = codes[group == number]
        assert drawn.mean() == pytest.approx(real.mean(), abs=0.6)
        assert drawn.std() == pytest.approx(real.std(), rel=0.1)


def test_what_is_expected_is_the_mean_of_what_is_drawn() -> None:
    given = rng(2).integers(0, 3, 3_000)
    codes = np.where(rng(3).random(3_000) < 0.3, given, 2)
    step = last_step(np.column_stack([given, codes]), [3, 3])
    row = np.full((40_000, 1), 1)
    expected = step.expected(row)[0]
    assert expected.sum() == pytest.approx(1.0)
    assert np.bincount(step.draw(row, rng(4)), minlength=3) / 40_000 == pytest.approx(expected, abs=0.01)


def test_a_wide_table_is_learned_from_fewer_rows() -> None:
    assert rows_to_learn([Shape(None, 8)] * 15, teachers=5) == FIT_ROWS
    # 40 variables of 30 codes: 780 pairs, each read 30 times by 5 teachers.
    assert rows_to_learn([Shape(None, 30)] * 40, teachers=5) == 1_000_000_000 // (780 * 30 * 5)
    assert rows_to_learn([Shape(None, 100)] * 300, teachers=5) == FIT_ROWS_MIN


def test_no_real_number_is_needed_to_draw_one() -> None:
    frame, schema = mixed(1_000)
    cascade = fit_cascade(*learn_code(frame, schema, 64, None), PLAN, teachers=2, seed=1)
    drawn = cascade.draw(3_000, 5).rows
    assert list(drawn.columns) == [column.name for column in schema.learned]
    assert len(set(drawn["weight"]) & set(frame["weight"])) < 0.1 * len(drawn)
    assert abs(drawn["weight"].mean() - frame["weight"].mean()) < 1.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rows": 10}, "rows is a whole number from 1,000"),
        ({"bins": 500}, "bins is a whole number from 2 to 100"),
        ({"degree": 0}, "degree is a whole number from 1 to 20"),
        ({"teachers": 0}, "teachers is a whole number from 1 to 100"),
        ({"leaf": 0}, "leaf is a whole number from 1"),
        ({"pruning": -1.0}, "pruning is a number from 0"),
        ({"ridge": 0}, "ridge is 0, but regressions need some"),
        ({"ridge": "strong"}, "ridge is a number from 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        LogitTrees(**settings)


def test_a_leaf_larger_than_the_table_is_refused() -> None:
    with pytest.raises(SettingsError, match="leaf is 500, but the table has 200 rows"):
        LogitTrees(leaf=500).fit(*mixed(200), seed=1)
