"""Baselines: nulls that were drawn, by what they were drawn from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
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

    def certified_at(self, generator_id: str, n: int) -> datetime | None:
        """When the generator's last certificate for so many judged rows was drawn; None where it has none."""
        row = BaselineRow
        query = select(func.max(row.drawn_at)).where(row.generator_id == generator_id, row.kind == "certificate")
        return self._session.scalar(query.where(row.n == n))
