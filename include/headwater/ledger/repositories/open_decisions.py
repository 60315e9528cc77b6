"""What waits for a person: batches in quarantine, a candidate that won and has to be approved.

Belongs here: when something waits, in SQL. Does not: the question, its answer (the chain's).
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Text, cast, exists, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from headwater.ledger.models.batches import BatchRow
from headwater.ledger.models.history import DecisionRow
from headwater.ledger.records import AWAITS, DISCARDED, LAPSED, REJECTED, Decision
from headwater.ledger.repositories.rows import to_record

ABOUT_APPROVAL = (AWAITS, "promote", REJECTED, LAPSED, "rollback")
"""Kinds of decisions of which the newest says whether a candidate waits for approval: it does after the first."""


def is_waiting() -> ColumnElement[bool]:
    """Whether a row of ``batches`` waits for a person. That its date has a released batch by now is not looked at."""
    about = (DecisionRow.subject_id == cast(BatchRow.batch_id, Text)) & (DecisionRow.kind == DISCARDED)
    return (BatchRow.status == "quarantined") & ~exists().where(about).correlate(BatchRow)


class OpenDecisions:
    """What a person has to decide."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def batches(self, dataset: str) -> list[str]:
        """Ids of batches that wait, by date; of a date that has a released batch none does."""
        other = aliased(BatchRow)
        is_out = (other.dataset == BatchRow.dataset) & (other.batch_date == BatchRow.batch_date)
        is_out &= other.status == "released"
        query = select(BatchRow.batch_id).where(BatchRow.dataset == dataset, is_waiting(), ~exists().where(is_out))
        return [str(each) for each in self._session.scalars(query.order_by(BatchRow.batch_date, BatchRow.created_at))]

    def approvals(self, datasets: Collection[str]) -> dict[str, Decision]:
        """By dataset, the decision by which a candidate waits for approval, where one does."""
        row = DecisionRow
        newest = select(row).where(row.dataset.in_(datasets), row.kind.in_(ABOUT_APPROVAL))
        newest = newest.ext(distinct_on(row.dataset)).order_by(row.dataset, row.decided_at.desc(), row.decision_id)
        found = (to_record(Decision, each) for each in self._session.scalars(newest))
        return {each.dataset: each for each in found if each.kind == AWAITS}
