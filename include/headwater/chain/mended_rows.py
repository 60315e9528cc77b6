"""The rows of a failed batch, further ones of its generator, and the file of what was made of them.

Belongs here: reading, making, writing. Does not: which rows are exchanged (``repair/``), attempts (``mending.py``).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from headwater.chain import keys
from headwater.chain.house import House
from headwater.chain.models import load_model
from headwater.chain.produce import label, produce
from headwater.generators.base import Generator as Model
from headwater.generators.seeding import block_seed, blocks, shards
from headwater.ledger.records import Batch, Shard
from headwater.spec import DatasetSpec
from headwater.tables.frames import arrow_schema, conform, from_arrow, to_arrow
from headwater.tables.hashing import block_hash
from headwater.tables.schema import TableSchema

log = logging.getLogger(__name__)

_POOL_BLOCK, _ASKED_BLOCK = -1, -2
"""Blocks of the night's seeds that no batch has: the pool's, and from the second on those of single requests."""


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
    started = time.monotonic()
    with house.ledger.transaction() as books:
        batch = books.batches.get(batch_id)
    starts = np.cumsum([0, *(block.rows for block in blocks(len(frame)))]).tolist()
    hashes: list[str] = []

    def tables() -> Iterator[pa.Table]:
        for low, high in pairwise(starts):
            table = to_arrow(frame.iloc[low:high].reset_index(drop=True), schema)
            hashes.append(block_hash(table))
            yield table

    key = keys.part(keys.work(batch.dataset, batch_id), 0)
    artifact = house.store.write_table(key, tables(), metadata=label(batch), schema=arrow_schema(schema))
    record = Shard(
        batch_id=batch_id,
        index=0,
        first_block=0,
        block_hashes=tuple(hashes),
        rows=len(frame),
        key=key,
        sha256=artifact.sha256,
        seconds=time.monotonic() - started,
    )
    with house.ledger.transaction() as books:
        books.batches.record_shard(record)


@dataclass
class Night:
    """Further rows of the batch's generator, from seeds of the night that its batch has not used."""

    model: Model
    schema: TableSchema
    seed_of: Callable[[int], int]
    requests: int = 0

    @classmethod
    def of(cls, house: House, batch: Batch, schema: TableSchema) -> Night:
        """Load the batch's generator."""
        with house.ledger.transaction() as books:
            model = load_model(house, books.generators.get(batch.generator_id))
        return cls(model, schema, partial(block_seed, batch.dataset, batch.batch_date, batch.generator_id, batch.seed))

    def pool(self, count: int) -> pd.DataFrame:
        """So many rows as the generator makes them."""
        return self._fitting(self.model.sample(count, self.seed_of(_POOL_BLOCK)))

    def where(self, conditions: Mapping[str, Any], count: int) -> pd.DataFrame:
        """Rows that meet the conditions; none where the generator cannot be asked for such rows."""
        seed, self.requests = self.seed_of(_ASKED_BLOCK - self.requests), self.requests + 1
        try:
            found = self.model.sample_where(conditions, count, seed).rows
        except ValueError as error:  # a generator of the user's own may know fewer conditions
            log.warning("%s makes no rows for %s: %s", self.model.kind, " and ".join(conditions), error)
            return self._fitting(self.model.sample(1, seed))[:0]
        return self._fitting(found)

    def _fitting(self, made: pd.DataFrame) -> pd.DataFrame:
        return conform(made[[column.name for column in self.schema.columns]], self.schema)
