"""What the watch reads and writes: figures of nights and generations, its points, its alarms."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from headwater.ledger.answers import Figure
from headwater.ledger.guard_records import Alarm, WatchPoint
from headwater.ledger.models.batches import BatchRow
from headwater.ledger.models.repairs import RepairRow
from headwater.ledger.models.validations import CheckRow, ValidationRow
from headwater.ledger.models.watch import AlarmRow, WatchPointRow
from headwater.ledger.records import Batch
from headwater.ledger.repositories.rows import to_record, to_values
from headwater.ledger.upsert import insert_new, upsert


class Watch:
    """Slow slides."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def nights(self, generator_id: str, names: Collection[str]) -> list[Figure]:
        """What these checks found in every judged batch of a generator, in the order of nights.

        The latest attempt of each batch counts, whatever became of the batch. Mended batches are left out: they would
        hide what their generator does.
        """
        other = aliased(ValidationRow)
        last = select(func.max(other.attempt)).where(other.batch_id == BatchRow.batch_id)
        query = (
            select(CheckRow.name, BatchRow.batch_id, BatchRow.batch_date, BatchRow.rows, ValidationRow.finished_at)
            .add_columns(CheckRow.n, CheckRow.ratio, CheckRow.effect, CheckRow.passed)
            .join(ValidationRow, ValidationRow.batch_id == BatchRow.batch_id)
            .join(CheckRow, CheckRow.validation_id == ValidationRow.validation_id)
            .where(BatchRow.generator_id == generator_id, CheckRow.name.in_(names))
            .where(ValidationRow.attempt == last.scalar_subquery())
            .where(BatchRow.batch_id.not_in(select(RepairRow.repaired_batch_id)))
            .order_by(BatchRow.batch_date, BatchRow.created_at, BatchRow.batch_id, CheckRow.position)
        )
        return [Figure.model_validate(dict(row._mapping)) for row in self._session.execute(query)]

    def released(self, dataset: str, limit: int) -> list[Batch]:
        """The last ``limit`` released batches, oldest first."""
        query = select(BatchRow).where(BatchRow.dataset == dataset, BatchRow.status == "released")
        rows = self._session.scalars(query.order_by(BatchRow.batch_date.desc()).limit(limit))
        return [to_record(Batch, row) for row in rows][::-1]

    def record(self, point: WatchPoint) -> None:
        """Write a look; the same chart's look at the same subject replaces it."""
        upsert(self._session, WatchPointRow, _limited(to_values(point)))

    def points(self, dataset: str, chart: str, name: str) -> list[WatchPoint]:
        """All looks of a chart at a statistic, oldest first."""
        query = select(WatchPointRow).where(WatchPointRow.dataset == dataset, WatchPointRow.chart == chart)
        rows = self._session.scalars(query.where(WatchPointRow.name == name).order_by(WatchPointRow.seen_at))
        return [WatchPoint.model_validate(_of_row(row, WatchPoint)) for row in rows]

    def raise_alarm(self, alarm: Alarm) -> bool:
        """Write the alarm, unless one of its chart and statistic is open or it was raised before; whether it is new."""
        return insert_new(self._session, AlarmRow, _limited(to_values(alarm)))

    def alarms(self, dataset: str, *, is_open: bool | None = None, run_id: str | None = None) -> list[Alarm]:
        """The dataset's alarms, oldest first: all, those that are open or closed, those that a run raised."""
        query = select(AlarmRow).where(AlarmRow.dataset == dataset)
        if is_open is not None:
            query = query.where(AlarmRow.closed_at.is_(None) if is_open else AlarmRow.closed_at.is_not(None))
        if run_id is not None:
            query = query.where(AlarmRow.run_id == run_id)
        rows = self._session.scalars(
            query.order_by(AlarmRow.raised_at, AlarmRow.alarm_id), execution_options={"populate_existing": True}
        )
        return [Alarm.model_validate(_of_row(row, Alarm)) for row in rows]

    def close(self, alarm_id: str, *, by: str, reason: str, at: datetime) -> bool:
        """Close an open alarm; whether it was open."""
        closed = update(AlarmRow).where(AlarmRow.alarm_id == alarm_id, AlarmRow.closed_at.is_(None))
        done = self._session.execute(
            closed.values(closed_at=at, closed_by=by, reason=reason).returning(AlarmRow.alarm_id)
        )
        return done.first() is not None


def _limited(values: dict[str, object]) -> dict[str, object]:
    """``limit`` is a word of SQL."""
    return {"limit_value" if name == "limit" else name: value for name, value in values.items()}


def _of_row(row: WatchPointRow | AlarmRow, kind: type[WatchPoint] | type[Alarm]) -> dict[str, object]:
    return {name: getattr(row, "limit_value" if name == "limit" else name) for name in kind.model_fields}
