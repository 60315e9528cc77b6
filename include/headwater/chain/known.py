"""Known: a night that was settled before is found, looked at, and not made again.

Belongs here: which batch stands for a planned one, and whether all of it is still there. Does not: making again what
was lost (the stages that made it), putting it back (``release.py``).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from headwater.chain import keys
from headwater.chain.house import House
from headwater.ledger import Books
from headwater.ledger.records import Batch, Validation
from headwater.store import ArtifactError
from headwater.tables.hashing import content_hash

log = logging.getLogger(__name__)

KNOWN = ("released", "superseded", "quarantined")
"""Statuses of batches whose rows are a fact and whose files are in their place; the first of these comes first."""


@dataclass(frozen=True)
class Known:
    """The batch that a night came to: the planned one, or the mended one in its place; whole, with its verdict."""

    batch: Batch
    validation: Validation

    @property
    def sentence(self) -> str:
        """What was found, in plain words."""
        return (
            f"Batch {self.batch.batch_id} of {self.batch.batch_date} is there already ({self.batch.status}), with the "
            f"hash {self.batch.content_hash}: it is not made again."
        )


def known(house: House, batch_id: str) -> Known | None:
    """What the night of a planned batch came to before; None where it is to be made, also since part of it was lost."""
    with house.ledger.transaction() as books:
        found = _standing(books, books.batches.get(batch_id))
        validation = None if found is None else books.validations.latest(found.batch_id)
    if found is None:
        return None
    reason = lost(house, found)
    if reason is not None or validation is None:
        log.warning("batch %s of %s is made again: %s", found.batch_id, found.batch_date, reason)
        return None
    return Known(found, validation)


def lost(house: House, batch: Batch) -> str | None:
    """What of a settled batch is missing or altered; None where it is whole.

    Looked at are its files, by their hash, its page, and how many rows of it readers see if it is released.
    """
    with house.ledger.transaction() as books:
        shards, validation = books.batches.shards(batch.batch_id), books.validations.latest(batch.batch_id)
        seen = books.readers.count(batch.dataset, batch.batch_date, batch.batch_id)
    if content_hash(block for shard in shards for block in shard.block_hashes) != batch.content_hash:
        return "its shards in the ledger are not the whole batch"
    if validation is None or not house.store.exists(validation.docs_key):
        return "its page is gone"
    if batch.location is None or not house.store.exists(keys.manifest(batch.location)):
        return "its folder is gone"
    if batch.status == "released" and seen != batch.rows:
        return f"readers see {seen:,} of its {batch.rows:,} rows"
    try:
        for shard in shards:
            house.store.read_bytes(keys.part(batch.location, shard.index), shard.sha256)
    except ArtifactError as error:
        return str(error)
    return None


def _standing(books: Books, planned: Batch) -> Batch | None:
    """The settled batch of the night: of a mended one and the one that it was made of, that which readers have."""
    attempts = books.repairs.of(planned.dataset, planned.batch_date)
    mended = [books.batches.get(each.repaired_batch_id) for each in attempts if each.batch_id == planned.batch_id]
    settled = [batch for batch in (planned, *mended) if batch.status in KNOWN]
    return min(settled, key=lambda batch: KNOWN.index(batch.status), default=None)
