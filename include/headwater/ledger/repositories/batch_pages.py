"""All that the ledger holds of one batch, the batches of a date, and what a run made: for the plugin's Batch tab.

Belongs here: the queries behind a batch's page. Does not: who may see which dataset, which date a run is about (the
caller says both), how it looks.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.orm import Session

from headwater.ledger.batch_answers import (
    BatchPage,
    Candidate,
    Judgement,
    LearnedColumn,
    Making,
    NightBatch,
    Origin,
    Training,
)
from headwater.ledger.models.batches import BatchRow, ShardRow
from headwater.ledger.models.generators import GeneratorRow, TrainingRunRow
from headwater.ledger.models.history import DecisionRow
from headwater.ledger.models.snapshots import SnapshotRow
from headwater.ledger.models.validations import ValidationRow
from headwater.ledger.records import Batch, Decision
from headwater.ledger.repositories.champions import VIEW as VERSIONS
from headwater.ledger.repositories.decisions import Decisions
from headwater.ledger.repositories.lineage import Lineage
from headwater.ledger.repositories.repairs import Repairs
from headwater.ledger.repositories.rows import to_record
from headwater.ledger.repositories.validations import Validations

NIGHT_MAX = 50
"""Batches of one date that are listed; a date has a few."""
DATES_MAX = 10
"""Dates of one run that are looked at; a run is about one."""


class BatchPages:
    """One batch, wholly."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, dataset: str, batch_id: str) -> BatchPage | None:
        """The batch of that id; None where the dataset has no such batch. ``batch_id`` must be a UUID."""
        query = select(BatchRow).where(BatchRow.batch_id == batch_id, BatchRow.dataset == dataset)
        row = self._session.scalars(query).one_or_none()
        lineage = None if row is None else Lineage(self._session).of_batch(batch_id)
        if row is None or lineage is None:
            return None
        batch = to_record(Batch, row)
        judgements = self._judgements(batch_id)
        checks = Validations(self._session).checks("validation", judgements[-1].validation_id) if judgements else []
        return BatchPage(
            batch=batch,
            lineage=lineage,
            origin=self._origin(batch),
            columns=tuple(self._columns(lineage.snapshot_id)),
            making=self._making(batch_id),
            judgements=tuple(judgements),
            checks=tuple(checks),
            repairs=tuple(Repairs(self._session).of(dataset, batch.batch_date)),
            decisions=tuple(Decisions(self._session).of(batch_id)),
            night=tuple(self.night(dataset, batch.batch_date)),
        )

    def night(self, dataset: str, batch_date: date) -> list[NightBatch]:
        """The batches of a date, the newest first."""
        judged = select(ValidationRow.passed).where(ValidationRow.batch_id == BatchRow.batch_id)
        last = judged.order_by(ValidationRow.attempt.desc()).limit(1).correlate(BatchRow).scalar_subquery()
        told = [name for name in NightBatch.model_fields if name not in ("generator_label", "passed")]
        query = (
            select(
                *(getattr(BatchRow, name) for name in told),
                GeneratorRow.label.label("generator_label"),
                last.label("passed"),
            )
            .join(GeneratorRow, GeneratorRow.generator_id == BatchRow.generator_id)
            .where(BatchRow.dataset == dataset, BatchRow.batch_date == batch_date)
            .order_by(BatchRow.created_at.desc(), BatchRow.batch_id)
            .limit(NIGHT_MAX)
        )
        return [NightBatch(**row) for row in map(dict, self._session.execute(query).mappings())]

    def dates_of_run(self, dataset: str, run_id: str) -> list[date]:
        """The dates whose batches a run planned, mended or decided about, the newest first."""
        own = DecisionRow.detail["run_id"].astext == run_id
        decided = select(DecisionRow.subject_id).where(
            DecisionRow.dataset == dataset, DecisionRow.subject_kind == "batch", own
        )
        # As text: what other kinds of decisions are about has no UUID.
        is_of_run = or_(BatchRow.run_id == run_id, cast(BatchRow.batch_id, Text).in_(decided))
        query = select(BatchRow.batch_date).where(BatchRow.dataset == dataset, is_of_run).distinct()
        return list(self._session.scalars(query.order_by(BatchRow.batch_date.desc()).limit(DATES_MAX)))

    def training(self, dataset: str, run_id: str) -> Training | None:
        """What a retrain run tried; None where it fitted nothing."""
        told = (TrainingRunRow.label, TrainingRunRow.status, TrainingRunRow.seconds, TrainingRunRow.generator_id)
        query = (
            select(*told, GeneratorRow.score, TrainingRunRow.snapshot_id)
            .outerjoin(GeneratorRow, GeneratorRow.generator_id == TrainingRunRow.generator_id)
            .where(TrainingRunRow.dataset == dataset, TrainingRunRow.run_id == run_id)
            .order_by(GeneratorRow.score.desc().nulls_last(), TrainingRunRow.label)
        )
        rows = [dict(row) for row in self._session.execute(query).mappings()]
        if not rows:
            return None
        wanted = [name for name in Training.model_fields if name not in ("candidates", "decisions")]
        columns = (getattr(SnapshotRow, name) for name in wanted)
        taken = select(*columns).where(SnapshotRow.snapshot_id == rows[0].pop("snapshot_id"))
        for row in rows[1:]:
            del row["snapshot_id"]
        return Training(
            **self._session.execute(taken).mappings().one(),
            candidates=tuple(Candidate(**row) for row in rows),
            decisions=tuple(self._decided_in(dataset, run_id)),
        )

    def _decided_in(self, dataset: str, run_id: str) -> list[Decision]:
        """Those about batches are another run's: runs of two DAGs may share an id."""
        own = (DecisionRow.detail["run_id"].astext == run_id) & (DecisionRow.subject_kind != "batch")
        query = select(DecisionRow).where(DecisionRow.dataset == dataset, own)
        rows = self._session.scalars(query.order_by(DecisionRow.decided_at, DecisionRow.decision_id))
        return [to_record(Decision, row) for row in rows]

    def _judgements(self, batch_id: str) -> list[Judgement]:
        """Without the suites, which are long."""
        columns = (getattr(ValidationRow, name) for name in Judgement.model_fields)
        query = select(*columns).where(ValidationRow.batch_id == batch_id).order_by(ValidationRow.attempt)
        return [Judgement(**row) for row in map(dict, self._session.execute(query).mappings())]

    def _making(self, batch_id: str) -> Making:
        """Without the hashes of blocks, of which there are many."""
        rows_of, seconds_of = func.sum(ShardRow.rows), func.sum(ShardRow.seconds)
        query = select(func.count(), func.coalesce(rows_of, 0), func.coalesce(seconds_of, 0.0))
        count, rows, seconds = self._session.execute(query.where(ShardRow.batch_id == batch_id)).one()
        return Making(shards=count, rows=int(rows), seconds=float(seconds))

    def _columns(self, snapshot_id: str) -> list[LearnedColumn]:
        """Names and meanings alone. Not taken apart in SQL: Postgres refuses the NUL that a category may hold."""
        schema = self._session.scalars(select(SnapshotRow.schema).where(SnapshotRow.snapshot_id == snapshot_id)).one()
        return [LearnedColumn(name=each["name"], sdtype=each["sdtype"]) for each in schema["columns"]]

    def _origin(self, batch: Batch) -> Origin:
        is_its = (VERSIONS.c.dataset == batch.dataset) & (VERSIONS.c.generator_id == batch.generator_id)
        version = select(VERSIONS.c.version).where(is_its)
        query = (
            select(
                SnapshotRow.taken_at,
                SnapshotRow.train_rows,
                SnapshotRow.anchor_rows,
                GeneratorRow.created_at.label("fitted_at"),
                GeneratorRow.model_bytes,
                version.scalar_subquery().label("version"),
            )
            .join(SnapshotRow, SnapshotRow.snapshot_id == GeneratorRow.snapshot_id)
            .where(GeneratorRow.generator_id == batch.generator_id)
        )
        return Origin(**self._session.execute(query).mappings().one())
