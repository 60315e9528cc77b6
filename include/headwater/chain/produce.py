"""Produce: the rows of one batch, in shards whose number changes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

import pyarrow as pa

from headwater.chain import identity, keys
from headwater.chain.house import House
from headwater.chain.known import Known, known
from headwater.chain.makers import PRESENT, Asked, maker
from headwater.chain.models import load_model
from headwater.generators.seeding import Block, block_seed, sample_blocks, shards
from headwater.ledger.records import Batch, Shard
from headwater.spec import DatasetSpec
from headwater.tables.frames import arrow_schema
from headwater.tables.hashing import block_hash
from headwater.tables.schema import TableSchema


@dataclass(frozen=True)
class Plan:
    """The batch to make and the indices of its shards; what the night came to before, if that is still there."""

    batch_id: str
    shards: tuple[int, ...]
    known: Known | None = None


def plan(house: House, spec: DatasetSpec, batch_date: date, asked: Asked = PRESENT) -> Plan:
    """Open the batch of ``batch_date`` for the champion that is asked for; see ``makers.py``.

    Raises:
        GateClosedError: there is no such champion, or a person withdrew it.
        RequestRefusedError: a version is asked for that there is not.
    """
    with house.ledger.transaction() as books:
        books.datasets.register(spec.dataset, spec.owner, spec.description)
        books.datasets.record_spec(spec.dataset, spec.sha256(), spec.model_dump(mode="json", by_alias=True))
        generator = maker(books, spec, batch_date, asked)
        batch = Batch(
            batch_id=identity.batch_id(spec.dataset, batch_date, generator.generator_id, spec),
            dataset=spec.dataset,
            batch_date=batch_date,
            generator_id=generator.generator_id,
            spec_sha256=spec.sha256(),
            seed=spec.seed,
            rows=spec.batch.rows,
            status="planned",
            content_hash=None,
            depth=generator.depth + 1,
            depth_max=generator.depth_max + 1,
            real_share=0.0,
            run_id=house.run_id,
            code_version=house.code_version,
            location=None,
            created_at=datetime.now(UTC),
            released_at=None,
        )
        books.batches.open(batch)
        books.lineage.record("generator", generator.generator_id, "batch", batch.batch_id)
    indices = tuple(range(len(shards(spec.batch.rows, spec.batch.shards))))
    return Plan(batch.batch_id, indices, known(house, batch.batch_id))


def produce(house: House, spec: DatasetSpec, batch_id: str, shard: int) -> str:
    """Make one shard of the batch, write it to the store and return its key."""
    with house.ledger.transaction() as books:
        batch = books.batches.get(batch_id)
        generator = books.generators.get(batch.generator_id)
        schema = books.snapshots.get(generator.snapshot_id).schema
    run_of_blocks = shards(batch.rows, spec.batch.shards)[shard]
    seed_of = partial(block_seed, batch.dataset, batch.batch_date, batch.generator_id, batch.seed)

    def tables() -> Iterator[pa.Table]:
        for _, table in sample_blocks(load_model(house, generator), schema, run_of_blocks, seed_of, batch.rows):
            yield table

    return write_shard(house, batch, tables(), schema, shard=shard, run_of_blocks=run_of_blocks)


def write_shard(
    house: House,
    batch: Batch,
    tables: Iterable[pa.Table],
    schema: TableSchema,
    *,
    shard: int,
    run_of_blocks: Sequence[Block],
) -> str:
    """Write the rows of these blocks, a table each, to the batch's work folder; the key of the file."""
    started = time.monotonic()
    hashes: list[str] = []

    def hashed() -> Iterator[pa.Table]:
        for table in tables:
            hashes.append(block_hash(table))
            yield table

    key = keys.part(keys.work(batch.dataset, batch.batch_id), shard)
    artifact = house.store.write_table(key, hashed(), metadata=_label(batch), schema=arrow_schema(schema))
    record = Shard(
        batch_id=batch.batch_id,
        index=shard,
        first_block=run_of_blocks[0].index,
        block_hashes=tuple(hashes),
        rows=sum(block.rows for block in run_of_blocks),
        key=key,
        sha256=artifact.sha256,
        seconds=time.monotonic() - started,
    )
    with house.ledger.transaction() as books:
        books.batches.record_shard(record)
    return key


def _label(batch: Batch) -> dict[str, str]:
    """What every Parquet file says of itself, so that no copy of it passes for real rows."""
    return {
        "headwater.synthetic": "true",
        "headwater.dataset": batch.dataset,
        "headwater.batch_id": batch.batch_id,
        "headwater.batch_date": batch.batch_date.isoformat(),
        "headwater.generator_id": batch.generator_id,
        "headwater.depth": str(batch.depth),
        "headwater.depth_max": str(batch.depth_max),
        "headwater.real_share": str(batch.real_share),
    }
