"""Which rows of a snapshot are not on the other side in another one. All, while keys and anchor key stay as they are.

Belongs here: finding the rows. Does not: what is done with them (``compare.py``, ``drift.py``), renewing
(``renew_anchor.py``).
"""

from __future__ import annotations

from typing import Literal

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

    Rows are recognised by the key that splits them. A renewed anchor lets them change sides, and so does another key
    in the spec. Where it learned from batches too, the training rows of their generators count as its own, since it has
    seen them in a mirror. Training rows that are gone could have been any: then no row counts as unseen.
    """
    with house.ledger.transaction() as books:
        here = books.snapshots.get(snapshot_id)
        ids = {generator.snapshot_id, *books.lineage.above("snapshot", "generator", generator.generator_id)}
        learned = [books.snapshots.get(each) for each in sorted(ids)]
    try:
        apart = [_apart(house, spec, (here, "anchor"), (each, "train")) for each in learned]
    except ArtifactError:
        return np.zeros(here.anchor_rows, dtype=bool)
    return np.all(apart, axis=0)


def unjudged(house: House, spec: DatasetSpec, snapshot_id: str, learned: Snapshot) -> NDArray[np.bool_]:
    """Which training rows of the snapshot are not in the anchor of ``learned``: ``(training rows,)``.

    Raises:
        ArtifactError: the anchor's rows are gone.
    """
    with house.ledger.transaction() as books:
        here = books.snapshots.get(snapshot_id)
    return _apart(house, spec, (here, "train"), (learned, "anchor"))


_Side = tuple[Snapshot, Literal["train", "anchor"]]


def _apart(house: House, spec: DatasetSpec, here: _Side, there: _Side) -> NDArray[np.bool_]:
    """Which rows of the one side are not on the other; none where that cannot be known."""
    (snapshot, part), (other, _) = here, there
    rows = snapshot.anchor_rows if part == "anchor" else snapshot.train_rows
    columns = key_columns(spec, snapshot.schema)
    if snapshot.snapshot_id == other.snapshot_id or _is_one_split(house, spec, columns, other):
        return np.ones(rows, dtype=bool)
    if not set(columns) <= set(other.schema.names):
        return np.zeros(rows, dtype=bool)
    with house.ledger.transaction() as books:
        key = books.datasets.get(spec.dataset).anchor_key
    return ~np.isin(_digests(house, here, columns, key), _digests(house, there, columns, key))


def _is_one_split(house: House, spec: DatasetSpec, columns: list[str], other: Snapshot) -> bool:
    """Whether both snapshots were split by the same columns and the same key: then no row changes sides."""
    with house.ledger.transaction() as books:
        dataset = books.datasets.get(spec.dataset)
        is_renewed = any(decision.kind == KIND for decision in books.decisions.of(dataset.dataset_id))
        settings = books.datasets.key_settings(spec.dataset)
    return not is_renewed and len(settings) == 1 and set(columns) == set(key_columns(spec, other.schema))


def _digests(house: House, side: _Side, columns: list[str], key: bytes) -> NDArray[np.uint64]:
    snapshot, part = side
    where = (snapshot.train_key, snapshot.train_sha256)
    if part == "anchor":
        where = (snapshot.anchor_key_path, snapshot.anchor_sha256)
    found: NDArray[np.uint64] = key_digests(house.store.read_table(where[0], sha256=where[1]), columns, key)
    return found
