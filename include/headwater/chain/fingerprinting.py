"""Fingerprints of released batches: made at release, and kept after the batch itself has gone.

Belongs here: which batches have them, making them. Does not: what a fingerprint is, and the search
(``sources/contamination``).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

import pyarrow as pa

from headwater.chain import keys
from headwater.chain.house import House
from headwater.ledger.records import Batch
from headwater.sources.contamination.fingerprints import distinct, fingerprint_schema, fingerprints
from headwater.sources.contamination.library import Released
from headwater.tables.frames import from_arrow

log = logging.getLogger(__name__)
PIECE_ROWS = 100_000


def fingerprint(house: House, batch: Batch, folder: str) -> None:
    """Write the fingerprints of the batch whose parts lie in ``folder``."""
    with house.ledger.transaction() as books:
        schema = books.snapshots.of_generator(batch.generator_id).schema
        parts = len(books.batches.shards(batch.batch_id))
    pieces = [
        distinct(fingerprints(from_arrow(piece, schema), schema))
        for index in range(parts)
        for piece in house.store.iter_tables(keys.part(folder, index), PIECE_ROWS)
    ]
    if pieces:
        key = keys.fingerprints(batch.dataset, batch.batch_id)
        house.store.write_table(key, distinct(pa.concat_tables(pieces)), metadata={"headwater.synthetic": "true"})


def released_batches(house: House, batches: Sequence[Batch]) -> list[Released]:
    """The batches as the search takes them; one that has no fingerprints yet gets them while its rows are there."""
    with house.ledger.transaction() as books:
        makers = {batch.generator_id for batch in batches}
        schemas = {each: books.snapshots.of_generator(each).schema for each in makers}
    found = []
    for batch in batches:
        key = keys.fingerprints(batch.dataset, batch.batch_id)
        if not house.store.exists(key) and batch.location and house.store.exists(keys.part(batch.location, 0)):
            fingerprint(house, batch, batch.location)
        has = house.store.exists(key)
        if not has:
            log.warning("batch %s has no fingerprints and no rows any more; it cannot be searched for", batch.batch_id)
        columns = fingerprint_schema(schemas[batch.generator_id]) if has else pa.schema([])
        found.append(Released(batch.batch_id, batch.rows, columns, partial(house.store.read_table, key)))
    return found
