"""The rows of a failed batch, further ones of its generator, and the file of what was made of them.

Belongs here: reading, making, writing. Does not: which rows are exchanged (``repair/``), attempts (``mending.py``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from headwater.chain.house import House
from headwater.chain.models import load_model
from headwater.chain.produce import produce, write_shard
from headwater.generators.base import Generator as Model
from headwater.generators.seeding import block_seed, blocks, shards
from headwater.ledger.records import Batch
from headwater.spec import DatasetSpec
from headwater.tables.frames import conform, from_arrow, to_arrow
from headwater.tables.schema import TableSchema

log = logging.getLogger(__name__)

_POOL_BLOCK, _ASKED_BLOCK, _ROUND_BLOCKS = -1, -2, 1_000_000
"""Blocks of the night's seeds that no batch has: the pool's, and from the second on those of single requests. Each
round that a person asks for has others."""


def rows_of(house: House, spec: DatasetSpec, batch: Batch, schema: TableSchema) -> pd.DataFrame:
    """The failed batch's rows; made again, and the same, where they are no longer at hand."""
    with house.ledger.transaction() as books:
        made = books.batches.shards(batch.batch_id)
    if not all(house.store.exists(shard.key) for shard in made):
        for index in range(len(shards(batch.rows, spec.batch.shards))):
            produce(house, spec, batch.batch_id, index)
        with house.ledger.transaction() as books:
            made = books.batches.shards(batch.batch_id)
    return from_arrow(pa.concat_tables([house.store.read_table(each.key, sha256=each.sha256) for each in made]), schema)


def write_rows(house: House, batch_id: str, frame: pd.DataFrame, schema: TableSchema) -> None:
    """The rows of a mended batch, in one shard."""
    with house.ledger.transaction() as books:
        batch = books.batches.get(batch_id)
    every = blocks(len(frame))
    starts = np.cumsum([0, *(block.rows for block in every)]).tolist()
    tables = (to_arrow(frame.iloc[low:high].reset_index(drop=True), schema) for low, high in pairwise(starts))
    write_shard(house, batch, tables, schema, shard=0, run_of_blocks=every)


@dataclass
class Night:
    """Further rows of the batch's generator, from seeds of the night that its batch has not used."""

    model: Model
    schema: TableSchema
    seed_of: Callable[[int], int]
    again: int = 0
    requests: int = 0

    @classmethod
    def of(cls, house: House, batch: Batch, schema: TableSchema, again: int = 0) -> Night:
        """Load the batch's generator; ``again`` is the round of mending."""
        with house.ledger.transaction() as books:
            model = load_model(house, books.generators.get(batch.generator_id))
        seed_of = partial(block_seed, batch.dataset, batch.batch_date, batch.generator_id, batch.seed)
        return cls(model, schema, seed_of, again)

    def pool(self, count: int) -> pd.DataFrame:
        """So many rows as the generator makes them."""
        return self._fitting(self.model.sample(count, self.seed_of(_POOL_BLOCK - self.again * _ROUND_BLOCKS)))

    def where(self, conditions: Mapping[str, Any], count: int) -> pd.DataFrame:
        """Rows that meet the conditions; none where the generator cannot be asked for such rows."""
        block, self.requests = _ASKED_BLOCK - self.requests - self.again * _ROUND_BLOCKS, self.requests + 1
        seed = self.seed_of(block)
        try:
            found = self.model.sample_where(conditions, count, seed).rows
        except ValueError as error:  # a generator of the user's own may know fewer conditions
            log.warning("%s makes no rows for %s: %s", self.model.kind, " and ".join(conditions), error)
            return self._fitting(self.model.sample(1, seed))[:0]
        return self._fitting(found)

    def _fitting(self, made: pd.DataFrame) -> pd.DataFrame:
        return conform(made[[column.name for column in self.schema.columns]], self.schema)
