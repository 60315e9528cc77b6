"""Renew the anchor: from the next snapshot on other real rows are set aside. A person's decision, on record.

The key that splits rows never changes by itself, so that no generator ever trains on a row that later judges it. After
a renewal that no longer holds for generators trained before: most rows of the new anchor were among their training
rows, and would flatter them. So they are only compared on rows that they never saw (``unseen.py``), a fifth of the new
anchor and whatever the source has gained since.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from headwater.chain import identity
from headwater.chain.asking import NAME_MAX, REASON_MAX, said
from headwater.chain.house import House
from headwater.ledger.records import Decision

KIND = "renew_anchor"


def renew_anchor(house: House, dataset: str, *, reason: str, decided_by: str) -> Decision:
    """Give the dataset a new anchor key and write down who asked for it and why, in one transaction.

    The champion stays in use, and its batches are judged by its own snapshot's anchor as before. The next retraining
    takes a snapshot with the new anchor. Asked again by the same run for the same reason, nothing changes.

    Raises:
        RequestRefusedError: no reason, or nobody who decides.
        NotInLedger: there is no such dataset.
    """
    reason, decided_by = said("reason", reason, REASON_MAX), said("name of who decides", decided_by, NAME_MAX)
    with house.ledger.transaction() as books:
        former = books.datasets.locked(dataset)
        decision_id = identity.decision_id(former.dataset_id, f"{KIND}: {reason}", house.run_id)
        known = [each for each in books.decisions.of(former.dataset_id) if each.decision_id == decision_id]
        if known:
            return known[0]
        renewed = books.datasets.renew_anchor_key(dataset)
        last = books.snapshots.latest(dataset)
        decision = Decision(
            decision_id=decision_id,
            dataset=dataset,
            kind=KIND,
            subject_kind="dataset",
            subject_id=former.dataset_id,
            outcome=KIND,
            reason=reason,
            decided_by=decided_by,
            decided_at=datetime.now(UTC),
            detail={
                "run_id": house.run_id,
                "former_key_sha256": hashlib.sha256(former.anchor_key).hexdigest(),
                "key_sha256": hashlib.sha256(renewed.anchor_key).hexdigest(),
                "last_snapshot_id": last.snapshot_id if last else None,
            },
        )
        books.decisions.record(decision)
    return decision
