"""Attempts to mend nights, and the budget that they spend."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from headwater.ledger.errors import LedgerError
from headwater.ledger.guard_records import Repair
from headwater.ledger.models.repairs import RepairRow
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
