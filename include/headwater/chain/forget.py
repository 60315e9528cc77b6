"""Forget: real rows that no generator learned from leave the store; what the ledger knows of their snapshot stays.

A source that changes each day leaves a snapshot for each look at its drift. They are real rows, and nobody needs them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from headwater.chain.decisions import decided
from headwater.chain.house import House
from headwater.spec import DatasetSpec


def forget(house: House, spec: DatasetSpec, now: datetime) -> list[str]:
    """Remove the rows of snapshots past their days and return the snapshots' ids.

    The last snapshot of a dataset stays, the last without any synthetic row too (new rows are held against it), and so
    does each that a generator learned from: promotions and nights are judged by its rows. Rows that the source shows
    again are written again by ``acquire``.
    """
    days = spec.retention.unused_snapshots_days
    with house.ledger.transaction() as books:
        old = books.snapshots.unused(spec.dataset, now - timedelta(days=days))
    for snapshot in old:
        reason = f"No generator learned from these rows, and the source has not shown them for {days} days."
        subject = ("snapshot", snapshot.snapshot_id)
        # The files last, just before the transaction commits: what is on record as gone must be gone.
        with house.ledger.transaction() as books:
            books.decisions.record(decided(house, spec.dataset, "retire", subject, reason=reason, at=datetime.now(UTC)))
            for key in (snapshot.train_key, snapshot.anchor_key_path):
                house.store.delete(key)
    return [snapshot.snapshot_id for snapshot in old]
