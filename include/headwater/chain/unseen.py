"""Which anchor rows a generator never trained on. All of them, until the dataset's anchor is renewed.

Belongs here: finding the rows. Does not: what is done with them (``compare.py``), renewing (``renew_anchor.py``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from headwater.chain.house import House
from headwater.chain.renew_anchor import KIND
from headwater.ledger.records import Generator, Snapshot
from headwater.sources.anchor import key_columns, key_digests
from headwater.spec import DatasetSpec
from headwater.store.artifact import ArtifactError


def unseen(house: House, spec: DatasetSpec, snapshot_id: str, generator: Generator) -> NDArray[np.bool_]:
    """Which rows of the snapshot's anchor are not among the generator's training rows: ``(anchor rows,)``.

    Rows are recognised by the key that splits them. Under one anchor key no row changes sides, so the files are only
    read where a renewal is on record. Training rows that are gone could have been any: then no row counts as unseen.
    """
    with house.ledger.transaction() as books:
        dataset = books.datasets.get(spec.dataset)
        here, learned = books.snapshots.get(snapshot_id), books.snapshots.get(generator.snapshot_id)
        is_renewed = any(decision.kind == KIND for decision in books.decisions.of(dataset.dataset_id))
    if not is_renewed or here.snapshot_id == learned.snapshot_id:
        return np.ones(here.anchor_rows, dtype=bool)
    columns = key_columns(spec, here.schema)
    if not set(columns) <= set(learned.schema.names):
        return np.zeros(here.anchor_rows, dtype=bool)
    try:
        trained = _digests(house, learned, "train", columns, dataset.anchor_key)
    except ArtifactError:
        return np.zeros(here.anchor_rows, dtype=bool)
    return ~np.isin(_digests(house, here, "anchor", columns, dataset.anchor_key), trained)


def _digests(house: House, snapshot: Snapshot, part: str, columns: list[str], key: bytes) -> NDArray[np.uint64]:
    where = (snapshot.train_key, snapshot.train_sha256)
    if part == "anchor":
        where = (snapshot.anchor_key_path, snapshot.anchor_sha256)
    found: NDArray[np.uint64] = key_digests(house.store.read_table(where[0], sha256=where[1]), columns, key)
    return found
