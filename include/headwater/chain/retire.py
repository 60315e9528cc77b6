"""Retire: batches older than the spec keeps go from readers and store; what the ledger knows of them stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from headwater.chain import identity
from headwater.chain.house import House
from headwater.ledger.records import Batch, Decision
from headwater.spec import DatasetSpec


def retire(house: House, spec: DatasetSpec, today: date) -> list[str]:
    """Remove batches past their days and return their ids."""
    kept = {"released": spec.retention.released_days, "superseded": spec.retention.released_days}
    kept["quarantined"] = spec.retention.quarantined_days
    with house.ledger.transaction() as books:
        old = [
            batch
            for status, days in kept.items()
            for batch in books.batches.older_than(spec.dataset, status, today - timedelta(days=days))
        ]
    for batch in old:
        _retire_one(house, batch)
    return [batch.batch_id for batch in old]


def _retire_one(house: House, batch: Batch) -> None:
    """Rows and files go together: the files last, just before the transaction commits."""
    with house.ledger.transaction() as books:
        if batch.status == "released":
            books.readers.drop(batch.dataset, batch.batch_date)
        books.batches.mark(batch.batch_id, "retired")
        books.decisions.record(_decision(house, batch))
        if batch.location:
            house.store.delete(batch.location)


def _decision(house: House, batch: Batch) -> Decision:
    return Decision(
        decision_id=identity.decision_id(batch.batch_id, "retire", house.run_id),
        dataset=batch.dataset,
        kind="retire",
        subject_kind="batch",
        subject_id=batch.batch_id,
        outcome="retire",
        reason=f"Older than the spec keeps a {batch.status} batch.",
        decided_by="headwater",
        decided_at=datetime.now(UTC),
        detail={"run_id": house.run_id},
    )
