"""Trees that are told what to expect in each row: they follow it, and what follows from another column never parts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from generator_tables import categorical, numerical, table

from headwater.generators.trees.bagging import Growth
from headwater.generators.trees.draft import Draft
from headwater.generators.trees.fitting import Hint, Plan
from headwater.generators.trees.model import TableModel
from headwater.generators.trees.table import fit_in_order, learn_codecs
from headwater.tables.schema import TableSchema


def fitted(frame: pd.DataFrame, schema: TableSchema, leaf: int, hints: dict[int, Hint]) -> TableModel:
    plan = Plan(Growth(leaf=leaf, trees=1, pruning=3.0, shrinkage=0.0, shard_rows=len(frame)), smoothing=True, seed=1)
    order = list(range(len(schema.columns)))
    return fit_in_order(frame, schema, plan, codecs=learn_codecs(frame, schema), order=order, hints=hints.get)


def test_weak_influences_that_drown_in_the_values_are_found_in_the_hint() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    coins = rng.integers(0, 2, (4_000, 8))
    expected = 0.05 * (coins.sum(axis=1) - 4.0)
    names = [f"coin {number}" for number in range(8)]
    sides = np.array(["down", "up"], dtype=object)
    values = {name: sides[coins[:, place]] for place, name in enumerate(names)}
    columns = [*(categorical(name, ("down", "up")) for name in names), numerical("y")]
    frame, schema = table(columns, {**values, "y": expected + rng.normal(0, 3, 4_000)})

    draft = Draft(4_000, 9)
    for place in range(8):
        draft.put_codes(place, coins[:, place])

    def known(hints: dict[int, Hint]) -> float:
        """How closely the leaves of y follow what is to be expected: a correlation."""
        leaves = fitted(frame, schema, 15, hints).models[8].forest.tree.nodes_of(draft)
        return float(np.corrcoef(pd.Series(expected).groupby(leaves).transform("mean"), expected)[0, 1])

    assert known({8: Hint(expected[:, None], leaf=15)}) > 0.95
    assert known({}) < 0.8, "else the values themselves would say it"


def test_what_follows_from_another_column_follows_in_every_row() -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    level = rng.choice(12, 3_000, p=np.array([900, *[9] * 11]) / 999)  # rarer than a leaf
    names = tuple(f"level {number:02}" for number in range(12))
    columns = [categorical("name", names), numerical("years", "integer")]
    frame, schema = table(columns, {"name": np.array(names, dtype=object)[level], "years": level * 3})
    made = fitted(frame, schema, 100, {1: Hint(level.astype(np.float64)[:, None], leaf=1)}).sample(20_000, 3)
    assert (made["name"].cat.codes.to_numpy() * 3 == made["years"].to_numpy(dtype=np.int64)).all()


def test_missing_values_are_told_by_the_hint_too() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    group = rng.integers(0, 2, 3_000)
    chance = np.where(group == 1, 0.6, 0.1)
    y = np.where(rng.random(3_000) < chance, np.nan, rng.normal(size=3_000))
    columns = [categorical("g", ("a", "b")), numerical("y", nullable=True)]
    frame, schema = table(columns, {"g": np.array(["a", "b"], dtype=object)[group], "y": y})
    made = fitted(frame, schema, 20, {1: Hint(chance[:, None], leaf=20)}).sample(20_000, 4)
    shares = made["y"].isna().groupby(made["g"], observed=True).mean()
    assert shares["a"] == pytest.approx(0.1, abs=0.03)
    assert shares["b"] == pytest.approx(0.6, abs=0.03)
