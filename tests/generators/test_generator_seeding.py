"""Blocks, shards and seeds: what makes a batch the same however it is cut."""

from __future__ import annotations

import hashlib
from datetime import date
from itertools import chain
from typing import Any

import pandas as pd
import pytest
from generator_tables import categorical, mixed, numerical

from headwater.generators.registry import create
from headwater.generators.seeding import BLOCK_ROWS, Block, block_seed, blocks, sample_blocks, shards
from headwater.tables.hashing import block_hash, content_hash
from headwater.tables.schema import TableSchema

DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("rows", "sizes"),
    [(1, [1]), (9_999, [9_999]), (10_000, [10_000]), (10_001, [10_000, 1]), (25_000, [10_000, 10_000, 5_000])],
)
def test_blocks_are_full_but_the_last(rows: int, sizes: list[int]) -> None:
    assert BLOCK_ROWS == 10_000
    assert blocks(rows) == [Block(index, size) for index, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("rows", "count", "cut"),
    [
        (5, 4, [[0]]),
        (30_000, 1, [[0, 1, 2]]),
        (30_000, 2, [[0], [1, 2]]),
        (70_000, 3, [[0, 1], [2, 3], [4, 5, 6]]),
        (20_001, 256, [[0], [1], [2]]),
    ],
)
def test_shards_are_runs_of_blocks(rows: int, count: int, cut: list[list[int]]) -> None:
    found = shards(rows, count)
    assert [[block.index for block in shard] for shard in found] == cut
    assert list(chain.from_iterable(found)) == blocks(rows)


@pytest.mark.parametrize(("rows", "count"), [(0, 1), (-5, 1), (10, 0)])
def test_an_impossible_cut_names_the_key_to_correct(rows: int, count: int) -> None:
    with pytest.raises(ValueError, match=r"correct batch\.(rows|shards)"):
        shards(rows, count)


def test_the_seed_is_the_hash_it_says() -> None:
    text = b'["headwater block", "fair", "2026-03-01", "g1", 0, 2]'
    expected = int(hashlib.sha256(text).hexdigest()[:16], 16) // 2
    assert block_seed("fair", DAY, "g1", 0, 2) == expected
    assert 0 <= expected < 2**63


def test_everything_that_decides_a_block_changes_its_seed() -> None:
    arguments = [
        ("fair", DAY, "g1", 0, 2),
        ("fair2", DAY, "g1", 0, 2),
        ("fair", date(2026, 3, 2), "g1", 0, 2),
        ("fair", DAY, "g2", 0, 2),
        ("fair", DAY, "g1", 1, 2),
        ("fair", DAY, "g1", 0, 3),
        ("fair", DAY, "g1, 0", 2, 0),
        ("fair", DAY, "g", 10, 2),
    ]
    assert len({block_seed(*each) for each in arguments}) == len(arguments)


def test_the_content_hash_does_not_depend_on_the_number_of_shards() -> None:
    frame, schema = mixed(120)
    member = create("trees", {}).fit(frame, schema, 1)
    rows = 6 * BLOCK_ROWS + 77

    def hashes(count: int) -> list[str]:
        def seed_of(block: int) -> int:
            return block_seed("mixed", DAY, "g", 0, block)

        made = [sample_blocks(member, schema, shard, seed_of) for shard in shards(rows, count)]
        return [block_hash(part) for _, part in chain.from_iterable(made)]

    one = hashes(1)
    assert len(set(one)) == 7
    assert hashes(2) == one
    assert hashes(7) == one
    assert content_hash(one) != content_hash(one[::-1])


def test_blocks_carry_the_rows_they_say() -> None:
    frame, schema = mixed(40)
    member = create("trees", {}).fit(frame, schema, 1)
    made = list(sample_blocks(member, schema, blocks(BLOCK_ROWS + 3), lambda block: block))
    assert [(block.index, part.num_rows) for block, part in made] == [(0, BLOCK_ROWS), (1, 3)]
    assert made[0][1].schema.names == schema.names


def test_a_generator_that_returns_too_few_rows_is_found_out() -> None:
    frame, schema = mixed(40)

    class Short:
        kind = "short"

        def sample(self, n: int, seed: int) -> pd.DataFrame:
            return frame.iloc[: n - 1]

    short: Any = Short()
    with pytest.raises(ValueError, match="block 4: short made 2 rows where 3 were asked"):
        list(sample_blocks(short, schema, [Block(4, 3)], lambda block: block))


def test_rows_of_a_generator_that_is_careless_about_types_are_conformed_or_refused() -> None:
    schema = TableSchema(columns=(numerical("x", "integer"), categorical("g", ("a", "b"))))

    class Careless:
        kind = "careless"

        def __init__(self, values: list[object]) -> None:
            self.values = values

        def sample(self, n: int, seed: int) -> pd.DataFrame:
            return pd.DataFrame({"g": self.values, "x": [1.0, 2.0]})

    good: Any = Careless(["b", "a"])
    ((_, made),) = sample_blocks(good, schema, [Block(0, 2)], lambda block: block)
    assert made.to_pydict() == {"x": [1, 2], "g": ["b", "a"]}
    bad: Any = Careless(["b", "z"])
    with pytest.raises(ValueError, match="column 'g' holds 1 values that are not among its categories"):
        list(sample_blocks(bad, schema, [Block(0, 2)], lambda block: block))


def test_infinite_values_of_a_generator_are_refused() -> None:
    schema = TableSchema(columns=(numerical("x", "real"),))

    class Runaway:
        kind = "runaway"

        def sample(self, n: int, seed: int) -> pd.DataFrame:
            return pd.DataFrame({"x": [1.0, float("inf")]})

    runaway: Any = Runaway()
    with pytest.raises(ValueError, match="block 3: runaway made infinite values in column 'x'"):
        list(sample_blocks(runaway, schema, [Block(3, 2)], lambda block: block))
