"""Snapshots of real rows, their profiles, and the searches for rows that are not real."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from headwater.ledger.errors import NotInLedger
from headwater.ledger.guard_records import ContaminationScan
from headwater.ledger.models.generators import GeneratorRow
from headwater.ledger.models.history import DecisionRow
from headwater.ledger.models.snapshots import ContaminationScanRow, ProfileRow, SnapshotRow
from headwater.ledger.records import Profile, Snapshot
from headwater.ledger.repositories.rows import to_record, to_values
from headwater.ledger.upsert import upsert


class Snapshots:
    """Real rows at one moment."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, snapshot: Snapshot) -> None:
        """Write the snapshot, or that its rows were found again: ``taken_at`` moves forward, never back."""
        upsert(self._session, SnapshotRow, to_values(snapshot), latest=("taken_at",))

    def get(self, snapshot_id: str) -> Snapshot:
        """The snapshot of that id. Raises: NotInLedger."""
        row = self._session.get(SnapshotRow, snapshot_id, populate_existing=True)
        if row is None:
            raise NotInLedger(f"There is no snapshot {snapshot_id} in the ledger. Cure: run acquire.")
        return to_record(Snapshot, row)

    def is_known(self, snapshot_id: str) -> bool:
        """Whether there is a snapshot of that id."""
        return self._session.get(SnapshotRow, snapshot_id, populate_existing=True) is not None

    def of_generator(self, generator_id: str) -> Snapshot:
        """The snapshot that a generator learned from. Raises: NotInLedger."""
        query = select(SnapshotRow).join(GeneratorRow, GeneratorRow.snapshot_id == SnapshotRow.snapshot_id)
        row = self._session.scalars(query.where(GeneratorRow.generator_id == generator_id)).first()
        if row is None:
            raise NotInLedger(f"There is no generator {generator_id} in the ledger. Cure: train it first.")
        return to_record(Snapshot, row)

    def latest(self, dataset: str) -> Snapshot | None:
        """The snapshot of the dataset that was found in its source last."""
        query = select(SnapshotRow).where(SnapshotRow.dataset == dataset)
        newest = query.order_by(SnapshotRow.taken_at.desc(), SnapshotRow.snapshot_id).limit(1)
        row = self._session.scalars(newest, execution_options={"populate_existing": True}).first()
        return None if row is None else to_record(Snapshot, row)

    def honest_first(self, dataset: str, most: int = 20) -> list[Snapshot]:
        """The last snapshots of the dataset, newest first; those without any synthetic row before the others."""
        query = select(SnapshotRow).where(SnapshotRow.dataset == dataset)
        order = (SnapshotRow.real_share < 1, SnapshotRow.taken_at.desc(), SnapshotRow.snapshot_id)
        rows = self._session.scalars(query.order_by(*order).limit(most), execution_options={"populate_existing": True})
        return [to_record(Snapshot, row) for row in rows]

    def unused(self, dataset: str, before: datetime) -> list[Snapshot]:
        """Snapshots last found before that moment, oldest first, whose rows nobody learned from or removed since.

        The last one of the dataset is not among them, nor the last without any synthetic row.
        """
        own = SnapshotRow
        last = select(func.max(own.taken_at)).where(own.dataset == dataset)
        newest, newest_honest = last.scalar_subquery(), last.where(own.real_share == 1).scalar_subquery()
        is_learned = exists().where(GeneratorRow.snapshot_id == own.snapshot_id)
        is_gone = exists().where(
            DecisionRow.subject_id == cast(own.snapshot_id, Text),
            DecisionRow.subject_kind == "snapshot",
            DecisionRow.kind == "retire",
            DecisionRow.decided_at >= own.taken_at,
        )
        query = select(own).where(own.dataset == dataset, own.taken_at < before, own.taken_at < newest)
        query = query.where(or_(own.real_share < 1, own.taken_at < newest_honest))
        rows = self._session.scalars(query.where(~is_learned, ~is_gone).order_by(own.taken_at, own.snapshot_id))
        return [to_record(Snapshot, row) for row in rows]

    def record_scan(self, scan: ContaminationScan) -> None:
        """Write what a run found in the source, replacing what an earlier try of that run found."""
        upsert(self._session, ContaminationScanRow, to_values(scan))

    def scan(self, scan_id: str) -> ContaminationScan | None:
        """The search of that id."""
        row = self._session.get(ContaminationScanRow, scan_id, populate_existing=True)
        return None if row is None else to_record(ContaminationScan, row)

    def last_scan(self, dataset: str) -> ContaminationScan | None:
        """The last search of the dataset's source, whether it led to a snapshot or not."""
        query = select(ContaminationScanRow).where(ContaminationScanRow.dataset == dataset)
        newest = query.order_by(ContaminationScanRow.scanned_at.desc(), ContaminationScanRow.scan_id).limit(1)
        row = self._session.scalars(newest, execution_options={"populate_existing": True}).first()
        return None if row is None else to_record(ContaminationScan, row)

    def record_profile(self, snapshot_id: str, facts: dict[str, Any]) -> None:
        """Write the snapshot's profile, replacing a former one. Non-finite numbers are stored as null."""
        upsert(self._session, ProfileRow, {"snapshot_id": snapshot_id, "facts": facts})

    def profile(self, snapshot_id: str) -> Profile | None:
        """The snapshot's profile, if it has one."""
        row = self._session.get(ProfileRow, snapshot_id, populate_existing=True)
        return None if row is None else to_record(Profile, row)
