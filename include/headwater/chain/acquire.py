"""Acquire: read the real table, leave out what Headwater made itself, set the anchor aside, keep a snapshot."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pandas as pd

from headwater.chain import identity, keys
from headwater.chain.contamination import Search, search
from headwater.chain.house import House
from headwater.ledger.records import Snapshot
from headwater.sources.anchor import Split, snapshot_hash, split
from headwater.sources.conform import conform_source
from headwater.sources.files import shown
from headwater.sources.read import read_source
from headwater.spec import DatasetSpec
from headwater.tables.frames import to_arrow
from headwater.tables.schema import TableSchema

log = logging.getLogger(__name__)


def acquire(house: House, spec: DatasetSpec) -> str:
    """Take a snapshot of the source and return its id. The same rows give the same snapshot.

    Where a person renews the anchor meanwhile, the rows are set aside anew before anything is recorded.

    Raises:
        SourceError: the source cannot be read, or its rows do not keep to the spec.
        GateClosedError: more of its rows were made by Headwater itself than the spec allows.
    """
    raw = read_source(spec, house.connect)
    rows, schema = conform_source(raw, spec)
    with house.ledger.transaction() as books:
        books.datasets.register(spec.dataset, spec.owner, spec.description)
        books.datasets.record_spec(spec.dataset, spec.sha256(), spec.model_dump(mode="json", by_alias=True))
    came_back = search(house, spec, rows, schema)
    if came_back.named.any():  # again from the start: a column may hold fewer categories, or no gaps, without them
        rows, schema = conform_source(raw[~came_back.named].reset_index(drop=True), spec)
    while True:
        with house.ledger.transaction() as books:
            anchor_key = books.datasets.get(spec.dataset).anchor_key  # after the search, which may last long
        snapshot = _written(house, spec, rows, schema, split(rows, schema, spec, anchor_key), came_back=came_back)
        if _is_recorded(house, snapshot, came_back, anchor_key):
            return snapshot.snapshot_id
        log.warning("The anchor of %s was renewed while its rows were set aside; they are set aside anew", spec.dataset)


def _written(
    house: House, spec: DatasetSpec, rows: pd.DataFrame, schema: TableSchema, parts: Split, *, came_back: Search
) -> Snapshot:
    """Both sides in the store, and the snapshot as the ledger will hold it."""
    content_hash = snapshot_hash(parts, schema)
    snapshot_id = identity.snapshot_id(spec.dataset, content_hash, schema)
    train_key = keys.snapshot(spec.dataset, snapshot_id, "train")
    anchor_key = keys.snapshot(spec.dataset, snapshot_id, "anchor")
    train = house.store.write_table(train_key, to_arrow(parts.train, schema))
    anchor = house.store.write_table(anchor_key, to_arrow(parts.anchor, schema))
    return Snapshot(
        snapshot_id=snapshot_id,
        dataset=spec.dataset,
        content_hash=content_hash,
        schema=schema,
        rows=len(rows),
        train_rows=len(parts.train),
        anchor_rows=len(parts.anchor),
        train_key=train_key,
        train_sha256=train.sha256,
        anchor_key_path=anchor_key,
        anchor_sha256=anchor.sha256,
        source=describe_source(spec),
        depth=came_back.residue_depth,
        depth_max=came_back.residue_depth_max,
        real_share=1 - came_back.residue,
        taken_at=datetime.now(UTC),
    )


def _is_recorded(house: House, snapshot: Snapshot, came_back: Search, anchor_key: bytes) -> bool:
    """Write the snapshot down, unless the anchor was renewed since its key was read; its files go then."""
    with house.ledger.transaction() as books:
        if books.datasets.locked(snapshot.dataset).anchor_key == anchor_key:  # no renewal until it is recorded
            books.snapshots.record(snapshot)
            books.snapshots.record_scan(came_back.record.model_copy(update={"snapshot_id": snapshot.snapshot_id}))
            books.lineage.record("source", snapshot.source, "snapshot", snapshot.snapshot_id)
            return True
        is_known = books.snapshots.is_known(snapshot.snapshot_id)
    if not is_known:  # else an earlier run recorded the very same rows
        for key in (snapshot.train_key, snapshot.anchor_key_path):
            house.store.delete(key)
    return False


def describe_source(spec: DatasetSpec) -> str:
    """Where the rows came from, in one line without secrets."""
    source = spec.source
    if source.kind == "table":
        return f"{source.connection}:{source.schema_ + '.' if source.schema_ else ''}{source.table}"
    return f"{source.connection}:query" if source.kind == "query" else f"{source.kind}:{shown(source.path)}"
