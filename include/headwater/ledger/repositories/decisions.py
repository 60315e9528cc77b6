"""Decisions: who, what, when, why."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from headwater.ledger.models.history import DecisionRow
from headwater.ledger.records import Decision
from headwater.ledger.repositories.rows import to_record, to_values
from headwater.ledger.upsert import insert_new


class Decisions:
    """What was decided."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, decision: Decision) -> None:
        """Write a decision. One of that id that is there already stays: what was decided cannot be changed."""
        insert_new(self._session, DecisionRow, to_values(decision))

    def find(self, decision_id: str) -> Decision | None:
        """The decision of that id, if it was taken."""
        row = self._session.get(DecisionRow, decision_id, populate_existing=True)
        return None if row is None else to_record(Decision, row)

    def of(self, subject_id: str) -> list[Decision]:
        """All decisions about a subject, oldest first."""
        query = select(DecisionRow).where(DecisionRow.subject_id == subject_id)
        rows = self._session.scalars(query.order_by(DecisionRow.decided_at, DecisionRow.decision_id))
        return [to_record(Decision, row) for row in rows]

    def since(self, dataset: str, kinds: Collection[str], moment: datetime) -> list[Decision]:
        """The dataset's decisions of these kinds from ``moment`` on, oldest first."""
        row = DecisionRow
        query = select(row).where(row.dataset == dataset, row.kind.in_(kinds), row.decided_at >= moment)
        rows = self._session.scalars(query.order_by(row.decided_at, row.decision_id))
        return [to_record(Decision, each) for each in rows]

    def last_naming(self, dataset: str, kind: str, generator_id: str) -> Decision | None:
        """The last decision of this kind whose detail names the generator."""
        row = DecisionRow
        query = select(row).where(row.dataset == dataset, row.kind == kind)
        query = query.where(row.detail["generator_id"].astext == generator_id)
        found = self._session.scalars(query.order_by(row.decided_at.desc(), row.decision_id).limit(1)).first()
        return None if found is None else to_record(Decision, found)

    def subjects(self, dataset: str, kind: str) -> frozenset[str]:
        """Ids of all subjects about which there is a decision of that kind."""
        query = select(DecisionRow.subject_id).where(DecisionRow.dataset == dataset, DecisionRow.kind == kind)
        return frozenset(self._session.scalars(query))
