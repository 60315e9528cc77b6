"""Regressions that teach trees: what a step learns, rare codes, and that weak influences survive."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from generator_tables import categorical, mixed, numerical, table

from headwater.generators.errors import SettingsError
from headwater.generators.logit_trees.cascade import CODES_MAX, _rare, fit_cascade
from headwater.generators.logit_trees.generator import LogitTrees
from headwater.generators.logit_trees.steps import Given, Plan, Variable, fit_step
from headwater.generators.mixture.coding import learn_code

PLAN = Plan(leaf=20, pruning=4.0, ridge=1.0)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def nothing(rows: int) -> Given:
    return Given([], np.zeros((rows, 0), dtype=np.int64))


def test_a_variable_with_none_before_it_keeps_its_shares() -> None:
    codes = np.repeat([0, 1, 2], [700, 250, 50])
    step = fit_step(codes, Variable(3, False), nothing(1_000), PLAN, 1)
    drawn = step.draw(np.zeros((40_000, 0), dtype=np.int64), rng())
    assert np.bincount(drawn) / 40_000 == pytest.approx([0.7, 0.25, 0.05], abs=0.01)


def test_a_code_that_never_occurs_is_never_drawn_and_one_alone_always() -> None:
    codes = np.repeat([1, 3], [40, 60])
    step = fit_step(codes, Variable(5, False), nothing(100), PLAN, 1)
    assert set(step.draw(np.zeros((500, 0), dtype=np.int64), rng())) == {1, 3}
    alone = fit_step(np.full(100, 2), Variable(4, False), nothing(100), PLAN, 1)
    assert set(alone.draw(np.zeros((50, 0), dtype=np.int64), rng())) == {2}


def test_many_weak_influences_add_up() -> None:
    # Six coins shift the odds by .4 each: any one of them too little for a split, all together a great deal.
    given = rng(2).integers(0, 2, (4_000, 6))
    odds = 0.8 * (given.sum(axis=1) - 3.0)
    codes = (rng(3).random(4_000) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    variables = [Variable(2, False)] * 6
    step = fit_step(codes, Variable(2, False), Given(variables, given), PLAN, 1)
    for row, chance in ((np.ones(6), 1 / (1 + np.exp(-2.4))), (np.zeros(6), 1 / (1 + np.exp(2.4)))):
        drawn = step.draw(np.tile(row.astype(np.int64), (20_000, 1)), rng(4))
        assert drawn.mean() == pytest.approx(chance, abs=0.03)


def test_what_two_codes_do_only_together_is_learned_from_leaves() -> None:
    given = rng(2).integers(0, 2, (4_000, 2))
    codes = np.where(rng(3).random(4_000) < 0.95, given[:, 0] ^ given[:, 1], 1 - (given[:, 0] ^ given[:, 1]))
    lead = np.where(rng(5).random(4_000) < 0.1, 1 - given[:, 0], given[:, 0])  # breaks the tie of the first split
    given = np.column_stack([given, lead])
    given = given[: len(codes)]
    step = fit_step(codes, Variable(2, False), Given([Variable(2, False)] * 3, given), PLAN, 1)
    for first, second in ((0, 0), (0, 1), (1, 0), (1, 1)):
        rows = np.tile(np.array([first, second, first]), (5_000, 1))
        assert step.draw(rows, rng(4)).mean() == pytest.approx(0.95 if first != second else 0.05, abs=0.06)


def test_rare_codes_are_drawn_apart_by_their_shares() -> None:
    size = 3 * CODES_MAX
    codes = np.concatenate(
        [np.repeat(np.arange(CODES_MAX), 50), np.repeat(np.arange(CODES_MAX, size), [1, 3] * CODES_MAX)]
    )
    rare = _rare(np.bincount(codes, minlength=size) / len(codes))
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
    assert apart.mean() < 0.001


def test_no_real_number_is_needed_to_draw_one() -> None:
    frame, schema = mixed(1_000)
    cascade = fit_cascade(*learn_code(frame, schema, 64, 32), PLAN, 1)
    drawn = cascade.draw(3_000, 5)
    assert list(drawn.columns) == [column.name for column in schema.learned]
    assert len(set(drawn["weight"]) & set(frame["weight"])) < 0.1 * len(drawn)
    assert abs(drawn["weight"].mean() - frame["weight"].mean()) < 1.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rows": 10}, "rows is a whole number from 1,000"),
        ({"bins": 500}, "bins is a whole number from 2 to 100"),
        ({"cells": 0}, "cells is a whole number from 1 to 100"),
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
