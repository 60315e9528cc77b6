"""Retire: batches older than the spec keeps go from readers and store; what the ledger knows of them stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from headwater.chain import keys
from headwater.chain.decisions import decided
from headwater.chain.house import House
from headwater.ledger.records import Batch
from headwater.spec import DatasetSpec


def retire(house: House, spec: DatasetSpec, today: date) -> list[str]:
    """Remove batches past their days and return their ids."""
    kept = dict.fromkeys(("released", "superseded", "recalled"), spec.retention.released_days)
    # A batch that was mended, or was a mended one that failed too, stays failed; its page has rows beside it.
    kept |= dict.fromkeys(("quarantined", "failed"), spec.retention.quarantined_days)
    with house.ledger.transaction() as books:
        old = [
            batch
            for status, days in kept.items()
            for batch in books.batches.older_than(spec.dataset, status, today - timedelta(days=days))
        ]
    return [batch.batch_id for batch in old if _retire_one(house, batch)]


def _retire_one(house: House, found: Batch) -> bool:
    """Rows and files go together: the files last, just before the transaction commits.

    A batch that somebody has marked since it was found (recalled it, say) is left to the next run.
    """
    with house.ledger.transaction() as books:
        batch = books.batches.held(found.batch_id)
        if batch.status != found.status:
            return False
        if batch.status == "released":
            books.readers.drop(batch.dataset, batch.batch_date)
        elif batch.status == "superseded":
            books.readers.drop_former(batch.dataset, batch.batch_date, batch.batch_id)
        elif batch.status == "recalled":
            books.readers.drop_aside(batch.dataset, batch.batch_date, batch.batch_id)
        books.batches.mark(batch.batch_id, "retired")
        reason = f"Older than the spec keeps a {batch.status} batch."
        subject = ("batch", batch.batch_id)
        books.decisions.record(decided(house, batch.dataset, "retire", subject, reason=reason, at=datetime.now(UTC)))
        if batch.location:
            house.store.delete(batch.location)
        for validation in books.validations.attempts(batch.batch_id):  # the page stays, its rows go with the batch
            house.store.delete(keys.failing_rows(batch.dataset, validation.validation_id))
    return True
