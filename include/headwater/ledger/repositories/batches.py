"""Batches and their shards."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, Uuid, column, delete, func, or_, select, table, update
from sqlalchemy.orm import Session

from headwater.ledger.answers import BatchRevision
from headwater.ledger.errors import LedgerError, NotInLedger
from headwater.ledger.models.base import SCHEMA
from headwater.ledger.models.batches import BatchRow, ShardRow
from headwater.ledger.records import Batch, Shard
from headwater.ledger.repositories.rows import to_record, to_values
from headwater.ledger.repositories.transitions import SETTLED, check_transition
from headwater.ledger.upsert import insert_new, upsert

MARKABLE = frozenset(
    {"content_hash", "location", "released_at", "run_id", "depth", "depth_max", "real_share", "code_version"}
)
"""What may change of a batch beside its status; everything else decides its id."""

_UUIDS = frozenset({"batch_id", "generator_id"})
REVISIONS = table(
    "batch_revisions",
    *(column(name, Uuid(as_uuid=False) if name in _UUIDS else None) for name in BatchRevision.model_fields),
    schema=SCHEMA,
)


class Batches:
    """Synthetic rows, night by night."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open(self, batch: Batch) -> Batch:
        """Write the batch if it is new; return what the ledger holds of it, whatever became of it since."""
        insert_new(self._session, BatchRow, to_values(batch))
        return self.get(batch.batch_id)

    def get(self, batch_id: str) -> Batch:
        """The batch of that id. Raises: NotInLedger."""
        row = self._session.get(BatchRow, batch_id, populate_existing=True)
        if row is None:
            raise NotInLedger(f"There is no batch {batch_id} in the ledger. Cure: plan it; nightly__DATASET does.")
        return to_record(Batch, row)

    def held(self, batch_id: str) -> Batch:
        """The batch of that id; until the transaction ends nobody else marks it. Raises: NotInLedger."""
        locked = select(BatchRow.batch_id).where(BatchRow.batch_id == batch_id).with_for_update()
        self._session.execute(locked)
        return self.get(batch_id)

    def made_by(self, generator_id: str, statuses: Collection[str]) -> list[Batch]:
        """The generator's batches of these statuses, oldest first."""
        query = select(BatchRow).where(BatchRow.generator_id == generator_id, BatchRow.status.in_(statuses))
        return self._all(query.order_by(BatchRow.batch_date, BatchRow.batch_id))

    def released_on(self, dataset: str, batch_date: date) -> Batch | None:
        """The batch that readers see for that date; at most one."""
        query = select(BatchRow).where(BatchRow.dataset == dataset, BatchRow.batch_date == batch_date)
        found = self._all(query.where(BatchRow.status == "released"))
        return found[0] if found else None

    def of_night(self, dataset: str, batch_date: date) -> list[Batch]:
        """All batches of that date, whatever became of them, oldest first."""
        query = select(BatchRow).where(BatchRow.dataset == dataset, BatchRow.batch_date == batch_date)
        return self._all(query.order_by(BatchRow.created_at, BatchRow.batch_id))

    def older_than(self, dataset: str, status: str, before: date) -> list[Batch]:
        """All batches of that status and of a date before ``before``, oldest first."""
        query = select(BatchRow).where(BatchRow.dataset == dataset, BatchRow.status == status)
        return self._all(query.where(BatchRow.batch_date < before).order_by(BatchRow.batch_date, BatchRow.batch_id))

    def mark(self, batch_id: str, status: str, **fields: Any) -> Batch:
        """Set the status, and fields of :data:`MARKABLE`; return the batch as it is now. Locks its row.

        ``released_at`` is the present moment when a batch becomes released without one.

        Raises:
            NotInLedger: there is no such batch.
            LedgerError: the status may not follow the present one, a field may not change, a settled batch would get
                another content hash, or another batch of that date is released.
        """
        foreign = sorted(set(fields) - MARKABLE)
        if foreign:
            raise LedgerError(f"Of batch {batch_id}, {', '.join(foreign)} cannot change. Cure: open another batch.")
        locked = select(BatchRow).where(BatchRow.batch_id == batch_id).with_for_update()
        row = self._session.scalars(locked, execution_options={"populate_existing": True}).one_or_none()
        if row is None:
            raise NotInLedger(f"There is no batch {batch_id} in the ledger. Cure: open it first.")
        check_transition(batch_id, row.status, status)
        self._check_content(row, fields.get("content_hash", row.content_hash))
        changes = {"status": status, **fields}
        if status == "released" and row.status != "released":
            self._check_only_one(row)
            changes.setdefault("released_at", func.now())
        self._session.execute(update(BatchRow).where(BatchRow.batch_id == batch_id).values(**changes))
        return self.get(batch_id)

    def revisions(self, dataset: str, batch_date: date) -> list[BatchRevision]:
        """Every batch that readers have or had of that date, by number; the view counts."""
        query = select(REVISIONS).where(REVISIONS.c.dataset == dataset, REVISIONS.c.batch_date == batch_date)
        rows = self._session.execute(query.order_by(REVISIONS.c.revision)).mappings()
        return [BatchRevision.model_validate(dict(row)) for row in rows]

    def released_beside(self, dataset: str, batch_date: date) -> Batch | None:
        """The dataset's released batch of the nearest other date, of two the earlier; for a new night, the last one."""
        query = select(BatchRow).where(BatchRow.dataset == dataset, BatchRow.status == "released")
        nearest = func.abs(BatchRow.batch_date - batch_date), BatchRow.batch_date
        found = self._all(query.where(BatchRow.batch_date != batch_date).order_by(*nearest).limit(1))
        return found[0] if found else None

    def ever_released(self, dataset: str) -> list[Batch]:
        """Every batch that readers of the dataset ever saw, whatever became of it, in the order of release."""
        query = select(BatchRow).where(BatchRow.dataset == dataset, BatchRow.released_at.is_not(None))
        return self._all(query.order_by(BatchRow.released_at, BatchRow.batch_id))

    def repeated(self, dataset: str, content_hash: str, batch_date: date) -> Batch | None:
        """The first batch of another date with the very same rows: an earlier one, or a later one that is released.

        Days that are made backwards repeat later ones.
        """
        query = select(BatchRow).where(BatchRow.dataset == dataset, BatchRow.content_hash == content_hash)
        later = (BatchRow.batch_date > batch_date) & (BatchRow.status == "released")
        found = self._all(query.where(or_(BatchRow.batch_date < batch_date, later)).order_by(BatchRow.batch_date))
        return found[0] if found else None

    def record_shard(self, shard: Shard) -> None:
        """Write a shard, replacing a former one of its index, and all that hold some of its blocks.

        So a batch made again in another number of shards has the new ones only, once all of them are recorded.
        """
        first, end = shard.first_block, shard.first_block + len(shard.block_hashes)
        stale = (ShardRow.first_block < end) & (ShardRow.first_block + func.cardinality(ShardRow.block_hashes) > first)
        others = (ShardRow.batch_id == shard.batch_id) & (ShardRow.index != shard.index)
        self._session.execute(delete(ShardRow).where(others & stale))
        upsert(self._session, ShardRow, to_values(shard))

    def shards(self, batch_id: str) -> list[Shard]:
        """The batch's shards, in the order of their rows."""
        query = select(ShardRow).where(ShardRow.batch_id == batch_id).order_by(ShardRow.first_block, ShardRow.index)
        rows = self._session.scalars(query, execution_options={"populate_existing": True})
        return [to_record(Shard, row) for row in rows]

    def _check_content(self, row: BatchRow, content_hash: str | None) -> None:
        if row.status in SETTLED and row.content_hash not in (None, content_hash):
            raise LedgerError(
                f"Batch {row.batch_id} is {row.status} with content {row.content_hash}; its content cannot change. "
                "Cure: find what made other rows of the same batch (a library, the model's code); retrain."
            )

    def _check_only_one(self, row: BatchRow) -> None:
        other = self.released_on(row.dataset, row.batch_date)
        if other is not None:
            raise LedgerError(
                f"Batch {row.batch_id} cannot be released: {other.batch_id} is, for {row.dataset} on {row.batch_date}. "
                "Cure: mark that one superseded first, in the same transaction."
            )

    def _all(self, query: Select[BatchRow]) -> list[Batch]:
        rows = self._session.scalars(query, execution_options={"populate_existing": True})
        return [to_record(Batch, row) for row in rows]
