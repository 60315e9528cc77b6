"""Nights of ``clinic`` by plain calls, whole or up to their verdict, and what came of them."""

from __future__ import annotations

from datetime import date

from headwater.chain.house import House
from headwater.chain.produce import plan, produce
from headwater.chain.release import release
from headwater.chain.validate import validate
from headwater.ledger.answers import BatchRevision
from headwater.ledger.records import Batch
from headwater.spec import DatasetSpec


def make(house: House, spec: DatasetSpec, day: date) -> tuple[str, str]:
    """A night up to its verdict; ids of its batch and validation."""
    planned = plan(house, spec, day)
    for shard in planned.shards:
        produce(house, spec, planned.batch_id, shard)
    return planned.batch_id, validate(house, spec, planned.batch_id).validation_id


def night(house: House, spec: DatasetSpec, day: date) -> str:
    """A whole night; the id of its batch."""
    batch_id, validation_id = make(house, spec, day)
    release(house, spec, validation_id)
    return batch_id


def batch_of(house: House, batch_id: str) -> Batch:
    with house.ledger.transaction() as books:
        return books.batches.get(batch_id)


def rows_for_readers(house: House, day: date) -> int:
    with house.ledger.transaction() as books:
        return books.readers.count("clinic", day)


def former_rows(house: House, batch_id: str) -> int:
    """How many rows of the batch may be read beside the readers' table."""
    with house.ledger.transaction() as books:
        found = books.readers._connection().execute(
            "SELECT count(*) FROM synthetic_former.clinic WHERE _batch_id = %s", [batch_id]
        )
        return int(found.fetchone()[0])


def revisions(house: House, day: date) -> list[BatchRevision]:
    with house.ledger.transaction() as books:
        return books.batches.revisions("clinic", day)
