"""Unique keys: within a call, over all blocks of a batch, near the end of the possible keys, and beyond it."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pytest
from constrained_tables import constraints, wards
from generator_tables import categorical, column, numerical, table

from headwater.generators.base import Generator
from headwater.generators.constraints.errors import ConstraintError
from headwater.generators.errors import FitError
from headwater.generators.registry import create
from headwater.generators.seeding import BLOCK_ROWS, sample_blocks, shards
from headwater.tables.hashing import block_hash

KEY = constraints({"kind": "unique", "columns": ["ward", "slot"]})


@pytest.fixture(scope="module")
def real() -> tuple[pd.DataFrame, Any]:
    return wards()


@pytest.fixture(scope="module")
def member(real: tuple[pd.DataFrame, Any]) -> Generator:
    return create("trees", {}, KEY).fit(*real, seed=1)


def tables(member: Generator, schema: Any, rows: int, count: int) -> list[Any]:
    made = [sample_blocks(member, schema, shard, lambda block: 1000 + block, rows) for shard in shards(rows, count)]
    return [part for _, part in chain.from_iterable(made)]


def test_keys_are_unique_over_the_blocks_of_a_batch_whatever_the_shards(
    member: Generator, real: tuple[pd.DataFrame, Any]
) -> None:
    rows = 2 * BLOCK_ROWS + 500
    one = tables(member, real[1], rows, 1)
    frame = pd.concat([part.select(["ward", "slot"]).to_pandas() for part in one])
    assert len(frame) == rows
    assert not frame.duplicated().any()
    assert [block_hash(part) for part in tables(member, real[1], rows, 3)] == [block_hash(part) for part in one]


def test_only_rows_that_repeat_a_key_are_replaced(member: Generator, real: tuple[pd.DataFrame, Any]) -> None:
    plain = create("trees", {}, constraints({"kind": "negative", "column": "debt"})).fit(*real, seed=1)
    before, after = plain.sample(4_000, 3), member.sample(4_000, 3)
    first = ~before[["ward", "slot"]].duplicated()
    assert (~first).sum() > 0
    pd.testing.assert_frame_equal(before[first], after[first])
    assert not after[["ward", "slot"]].duplicated().any()


def panel(shops: int = 12, days: int = 40) -> tuple[pd.DataFrame, Any]:
    """A full panel: every shop on every day."""
    rng = np.random.Generator(np.random.PCG64(2))
    shop, day = (part.ravel() for part in np.meshgrid(np.arange(shops), np.arange(days)))
    names = np.array([f"s{number:02d}" for number in range(shops)], dtype=object)
    values = {
        "shop": names[shop],
        "day": (np.datetime64("2024-01-01", "D") + day).astype("M8[us]"),
        "sales": np.round(rng.gamma(2.0, 10.0, shops * days) + shop, 2),
    }
    columns = [
        categorical("shop", (*names, "never seen")),
        column("day", "datetime", "date"),
        numerical("sales", "real", 2),
    ]
    return table(columns, values)


PANEL = constraints({"kind": "unique", "columns": ["shop", "day"]})


@pytest.mark.parametrize("kind", ["trees", "gaussian_copula"])
def test_all_possible_keys_can_be_had(kind: str) -> None:
    frame, schema = panel()
    made = create(kind, {}, PANEL).fit(frame, schema, 1).sample(len(frame), 2)
    keys = ["shop", "day"]
    assert set(made[keys].itertuples(index=False, name=None)) == set(frame[keys].itertuples(index=False, name=None))


def test_more_rows_than_keys_are_refused_with_both_numbers() -> None:
    frame, schema = panel()
    member = create("trees", {}, PANEL).fit(frame, schema, 1)
    message = r"unique shop, day has 480 possible keys for 481 rows; ask for fewer rows \(batch.rows\), or add a column"
    with pytest.raises(ConstraintError, match=message):
        member.sample(481, 2)
    found = member.sample_where({"shop": "s03"}, 50, 2)
    assert (len(found.rows), found.missing) == (40, 10)
    assert found.rows["day"].is_unique


def test_a_key_of_a_combination_has_no_more_values_than_combinations() -> None:
    frame, schema = panel()
    both = constraints(
        {"kind": "fixed_combinations", "columns": ["shop", "sales"]}, {"kind": "unique", "columns": ["sales"]}
    )
    sole = frame[~frame["sales"].duplicated()].reset_index(drop=True)
    member = create("trees", {}, both).fit(sole, schema, 1)
    made = member.sample(len(sole), 2)
    assert made["sales"].is_unique
    with pytest.raises(ConstraintError, match=f"has {len(sole)} possible keys for {len(sole) + 1} rows"):
        member.sample(len(sole) + 1, 2)


def test_a_member_that_repeats_itself_gets_free_keys_beside_its_own() -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    number = rng.choice(10**9, 200, replace=False)
    frame, schema = table(
        [numerical("number", "integer"), categorical("g", ("a", "b"))], {"number": number, "g": ["a", "b"] * 100}
    )
    kept = constraints({"kind": "unique", "columns": ["number"]})
    made = create("trees", {"smoothing": False}, kept).fit(frame, schema, 1).sample(900, 2)
    assert made["number"].is_unique
    assert made["number"].between(number.min(), number.max()).all()


def test_rows_without_a_whole_key_are_not_compared() -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    number = pd.Series(rng.permutation(300)).astype("Int64").mask(rng.random(300) < 0.5)
    frame, schema = table([numerical("number", "integer", nullable=True)], {"number": number})
    kept = constraints({"kind": "unique", "columns": ["number"]})
    made = create("trees", {}, kept).fit(frame, schema, 1).sample(200, 2)
    assert made["number"].dropna().is_unique
    assert made["number"].isna().sum() > 50


def test_two_unique_constraints_hold_at_once() -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    frame, schema = table(
        [numerical("a", "integer"), numerical("b", "integer")],
        {"a": rng.choice(90_000, 300, replace=False), "b": rng.choice(90_000, 300, replace=False)},
    )
    kept = constraints({"kind": "unique", "columns": ["a"]}, {"kind": "unique", "columns": ["b"]})
    made = create("trees", {}, kept).fit(frame, schema, 1).sample(3_000, 2)
    assert made["a"].is_unique
    assert made["b"].is_unique


def test_real_rows_that_repeat_a_key_are_counted() -> None:
    frame, schema = table([numerical("a", "integer")], {"a": [1, 1, 1, 2]})
    with pytest.raises(FitError, match="2 of 4 real rows break the constraint unique a"):
        create("trees", {}, constraints({"kind": "unique", "columns": ["a"]})).fit(frame, schema, 1)
