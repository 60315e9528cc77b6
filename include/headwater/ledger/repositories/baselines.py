"""Baselines: nulls that were drawn, by what they were drawn from."""

from __future__ import annotations

from sqlalchemy.orm import Session

from headwater.ledger.models.baselines import BaselineRow
from headwater.ledger.records import Baseline
from headwater.ledger.repositories.rows import to_record, to_values
from headwater.ledger.upsert import upsert


class Baselines:
    """What honest rows showed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, baseline: Baseline) -> None:
        """Write a baseline, or where it lies after it was drawn again."""
        upsert(self._session, BaselineRow, to_values(baseline))

    def find(self, baseline_id: str) -> Baseline | None:
        """The baseline of that id, if it was drawn."""
        row = self._session.get(BaselineRow, baseline_id, populate_existing=True)
        return None if row is None else to_record(Baseline, row)
