"""Notices: claiming a fact for a receiver, so that it is sent once, and what became of it. Sends nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from headwater.ledger.models.notices import NoticeRow
from headwater.ledger.records import Notice
from headwater.ledger.repositories.rows import to_record

ATTEMPTS = 3
"""So often a fact is offered to a receiver that cannot be reached."""
CUT = "The run ended while it was sent, or no answer came; it may have arrived, so it is not sent again."
"""What stands in a notice from its claim on, until it is known how it ended."""


class Notices:
    """Who was told of what."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, dataset: str) -> list[Notice]:
        """All notices of the dataset, oldest first."""
        query = select(NoticeRow).where(NoticeRow.dataset == dataset)
        order = (NoticeRow.tried_at, NoticeRow.fact, NoticeRow.subject_id, NoticeRow.receiver)
        rows = self._session.scalars(query.order_by(*order), execution_options={"populate_existing": True})
        return [to_record(Notice, row) for row in rows]

    def settled(self, dataset: str, since: datetime) -> set[tuple[str, str, str]]:
        """Facts not to be sent any more, as fact, subject and receiver, among those tried since then."""
        row = NoticeRow
        over = (row.outcome != "failed") | (row.attempts >= ATTEMPTS)
        query = select(row.fact, row.subject_id, row.receiver).where(row.dataset == dataset, row.tried_at >= since)
        return {(fact, subject, receiver) for fact, subject, receiver in self._session.execute(query.where(over))}

    def claim(self, dataset: str, fact: str, subject_id: str, receiver: str, *, run_id: str, at: datetime) -> bool:
        """Whether the caller may send it: nobody has, or the last attempt failed and there are some left.

        Of several sessions that ask at once one is told yes. Commit before sending: what is claimed and never
        :meth:`settle`-d counts as ``unknown``.
        """
        new: dict[str, Any] = {"outcome": "unknown", "error": CUT, "run_id": run_id, "tried_at": at}
        key = {"dataset": dataset, "fact": fact, "subject_id": subject_id, "receiver": receiver}
        table = NoticeRow.__table__
        statement = insert(NoticeRow).values(**key, **new, attempts=1)
        taken = statement.on_conflict_do_update(
            index_elements=list(key),
            set_={**new, "attempts": table.c.attempts + 1},
            where=(table.c.outcome == "failed") & (table.c.attempts < ATTEMPTS),
        )
        return self._session.execute(taken.returning(table.c.attempts)).first() is not None

    def settle(self, dataset: str, fact: str, subject_id: str, receiver: str, *, at: datetime, error: str = "") -> None:
        """Write down that it was sent or, with the reason, that it was not."""
        row = NoticeRow
        key = (row.dataset == dataset, row.fact == fact, row.subject_id == subject_id, row.receiver == receiver)
        how = {"outcome": "failed", "error": error} if error else {"outcome": "sent", "error": None, "sent_at": at}
        self._session.execute(update(row).where(*key).values(**how))
