"""Blocks of rows and their seeds: what makes a batch the same on one worker and on four.

Belongs here: cutting a batch into blocks, blocks into shards, the seed of a block, running a generator over
blocks. Does not: hashing rows (``tables.hashing``) or storing them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from headwater.generators.base import Generator
    from headwater.tables.schema import TableSchema

BLOCK_ROWS = 10_000
"""Rows in every block but the last. Part of what decides a batch: a change of it changes every batch."""


@dataclass(frozen=True)
class Block:
    """A run of rows made with one seed: its place in the batch, and how many rows it has."""

    index: int
    rows: int


def blocks(rows: int) -> list[Block]:
    """The blocks of a batch of ``rows`` rows: all of :data:`BLOCK_ROWS` rows, but the last may be shorter.

    Raises:
        ValueError: ``rows`` is below 1.
    """
    if rows < 1:
        raise ValueError(f"a batch has at least 1 row, not {rows}; correct batch.rows in the spec")
    starts = range(0, rows, BLOCK_ROWS)
    return [Block(index, min(BLOCK_ROWS, rows - start)) for index, start in enumerate(starts)]


def shards(rows: int, shards: int) -> list[list[Block]]:
    """The blocks of a batch as contiguous runs, as even as can be; never an empty run.

    There are ``min(shards, number of blocks)`` runs. Joined in order they are ``blocks(rows)``.

    Raises:
        ValueError: ``rows`` or ``shards`` is below 1.
    """
    if shards < 1:
        raise ValueError(f"a batch has at least 1 shard, not {shards}; correct batch.shards in the spec")
    every = blocks(rows)
    count = min(shards, len(every))
    cuts = [len(every) * part // count for part in range(count + 1)]
    return [every[start:stop] for start, stop in pairwise(cuts)]


def block_seed(dataset: str, batch_date: date, generator_id: str, seed: int, block: int) -> int:
    """The seed of one block: an int of 63 bits, from SHA-256 over all that decides the block.

    The text hashed is a JSON list, so that no two different argument lists share a text.
    """
    text = json.dumps(["headwater block", dataset, batch_date.isoformat(), generator_id, seed, block])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def sample_blocks(
    generator: Generator,
    schema: TableSchema,
    blocks: Iterable[Block],
    seed_of: Callable[[int], int],
    batch_rows: int | None = None,
) -> Iterator[tuple[Block, pa.Table]]:
    """The rows of each block as an Arrow table, one block in memory at a time.

    Args:
        generator: a fitted member.
        schema: the schema that the rows must conform to.
        blocks: the blocks to make, in order.
        seed_of: block index to seed, usually :func:`block_seed` with all but the block filled in.
        batch_rows: rows of the whole batch. A generator that has ``of_batch(batch_rows, seed_of)`` then makes blocks
            by what that returns, and so can keep what holds over the whole batch (unique keys).

    Raises:
        ValueError: the generator returned rows that do not fit the schema, infinities, or another number of rows.
    """
    import numpy as np

    from headwater.generators.columns import empty_table
    from headwater.tables.frames import conform, to_arrow

    expected = empty_table(schema).dtypes
    real = [column.name for column in schema.columns if column.storage == "real" and column.categories is None]
    of_batch = getattr(generator, "of_batch", None)
    make = of_batch(batch_rows, seed_of) if of_batch is not None and batch_rows is not None else None
    for block in blocks:
        rows = make(block) if make is not None else generator.sample(block.rows, seed_of(block.index))
        if list(rows.columns) != schema.names or not rows.dtypes.equals(expected):
            rows = conform(rows, schema)
        if len(rows) != block.rows:
            raise ValueError(
                f"block {block.index}: {generator.kind} made {len(rows)} rows where {block.rows} were asked"
            )
        infinite = [name for name in real if np.isinf(rows[name].to_numpy()).any()]
        if infinite:
            raise ValueError(f"block {block.index}: {generator.kind} made infinite values in column {infinite[0]!r}")
        yield block, to_arrow(rows, schema)
