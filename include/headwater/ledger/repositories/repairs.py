"""Attempts to mend nights, and the budget that they spend."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from headwater.ledger.errors import LedgerError
from headwater.ledger.guard_records import Repair
from headwater.ledger.models.batches import BatchRow
from headwater.ledger.models.repairs import RepairRow
from headwater.ledger.models.validations import ValidationRow
from headwater.ledger.repositories.rows import to_record, to_values
from headwater.ledger.upsert import insert_new


class Repairs:
    """What was tried, date by date."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, repair: Repair) -> Repair:
        """Write the attempt if it is new; return what the ledger holds of it.

        Raises:
            LedgerError: another attempt of the night took its place meanwhile.
        """
        insert_new(self._session, RepairRow, to_values(repair))
        found = self.find(repair.repair_id)
        if found is None:
            raise LedgerError(
                f"Look {repair.look} of {repair.dataset} on {repair.batch_date} belongs to another attempt. "
                "Cure: let one run at a time mend a night; clear this task."
            )
        return found

    def find(self, repair_id: str) -> Repair | None:
        """The attempt of that id, if there was one."""
        row = self._session.get(RepairRow, repair_id, populate_existing=True)
        return None if row is None else to_record(Repair, row)

    def spent(self, dataset: str, batch_date: date) -> int:
        """Attempts so far for the dataset's batches of that date."""
        query = select(func.count()).where(RepairRow.dataset == dataset, RepairRow.batch_date == batch_date)
        return self._session.scalar(query) or 0

    def looks(self, dataset: str, batch_date: date, before: datetime | None = None) -> int:
        """Judgements that the date has spent: attempts to mend it, and batches of it that failed as they were planned.

        ``before``: of those alone that were opened earlier, so that a batch judged again has the look that it had.
        """
        attempts = select(func.count()).where(RepairRow.dataset == dataset, RepairRow.batch_date == batch_date)
        own = (BatchRow.dataset == dataset) & (BatchRow.batch_date == batch_date)
        is_failed = exists().where(ValidationRow.batch_id == BatchRow.batch_id, ~ValidationRow.passed)
        is_mended = exists().where(RepairRow.repaired_batch_id == BatchRow.batch_id)
        planned = select(func.count()).select_from(BatchRow).where(own, is_failed, ~is_mended)
        if before is not None:
            attempts, planned = attempts.where(RepairRow.made_at < before), planned.where(BatchRow.created_at < before)
        return (self._session.scalar(attempts) or 0) + (self._session.scalar(planned) or 0)

    def of(self, dataset: str, batch_date: date) -> list[Repair]:
        """All attempts for that date, in their order."""
        query = select(RepairRow).where(RepairRow.dataset == dataset, RepairRow.batch_date == batch_date)
        rows = self._session.scalars(query.order_by(RepairRow.look), execution_options={"populate_existing": True})
        return [to_record(Repair, row) for row in rows]

    def that_made(self, batch_id: str) -> Repair | None:
        """The attempt that a batch comes from; None for one that was made as planned."""
        query = select(RepairRow).where(RepairRow.repaired_batch_id == batch_id)
        row = self._session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
        return None if row is None else to_record(Repair, row)
