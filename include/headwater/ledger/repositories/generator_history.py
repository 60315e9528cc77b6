"""A dataset's champions and retraining runs, page by page, for the plugin's generator page.

Belongs here: the queries behind that history. Does not: one generator wholly (``generator_pages.py``), who may see it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from headwater.ledger.answers import ChampionVersion
from headwater.ledger.generator_answers import History, Retraining, TrialFigure, Tried, Version
from headwater.ledger.models.batches import BatchRow
from headwater.ledger.models.generators import ChampionRow, GeneratorRow, TrainingRunRow
from headwater.ledger.models.history import DecisionRow
from headwater.ledger.models.snapshots import SnapshotRow
from headwater.ledger.models.validations import CheckRow
from headwater.ledger.models.watch import AlarmRow
from headwater.ledger.records import Decision
from headwater.ledger.repositories.champions import VIEW
from headwater.ledger.repositories.rows import to_record

OF_PEOPLE = ("promote", "rollback", "recall")
"""Kinds of decisions that change who is champion, or whose batches readers have."""
OF_RUN = ("promote", "keep")
DECISIONS_MAX = 20
LEARNED = ("depth", "depth_max", "real_share", "train_rows", "anchor_rows")


class GeneratorHistory:
    """Who was champion, and what was tried."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(
        self, dataset: str, figures: Collection[str], *, versions: tuple[int, int], runs: tuple[int, int]
    ) -> History:
        """The history of a dataset.

        Args:
            dataset: its name.
            figures: names of the checks whose trial figures are told.
            versions, runs: offset and limit of the champions and of the retraining runs that are told.
        """
        (offset, limit), (skipped, shown) = versions, runs
        reigns = select(VIEW).where(VIEW.c.dataset == dataset)
        newest = reigns.order_by(VIEW.c.version.desc()).offset(offset).limit(limit)
        told = self._versions(newest, figures)
        champion = self._versions(reigns.where(VIEW.c.is_current), figures)
        last = self._runs(dataset, 0, 1)
        return History(
            champion=champion[0] if champion else None,
            since=self._session.scalar(
                select(ChampionRow.promoted_at).where(ChampionRow.dataset == dataset, ChampionRow.retired_at.is_(None))
            ),
            versions=told,
            version_count=self._count(select(VIEW.c.version).where(VIEW.c.dataset == dataset)),
            last_run=last[0] if last else None,
            runs=self._runs(dataset, skipped, shown),
            run_count=self._count(
                select(TrainingRunRow.run_id).where(TrainingRunRow.dataset == dataset).group_by(TrainingRunRow.run_id)
            ),
            decisions=self._decisions(dataset),
            waiting=self._count(
                select(BatchRow.batch_id).where(BatchRow.dataset == dataset, BatchRow.status == "quarantined")
            ),
            alarms=self._count(
                select(AlarmRow.alarm_id).where(AlarmRow.dataset == dataset, AlarmRow.closed_at.is_(None))
            ),
        )

    def _versions(self, reigns: Select[Any], figures: Collection[str]) -> tuple[Version, ...]:
        chosen = reigns.subquery("chosen")
        learned = [
            getattr(SnapshotRow if name.endswith("_rows") else GeneratorRow, name).label(f"of_{name}")
            for name in LEARNED
        ]
        query = (
            select(chosen, *learned)
            .join(GeneratorRow, GeneratorRow.generator_id == chosen.c.generator_id)
            .join(SnapshotRow, SnapshotRow.snapshot_id == GeneratorRow.snapshot_id)
            .order_by(chosen.c.version.desc())
        )
        rows = [dict(row) for row in self._session.execute(query).mappings()]
        shown = self._figures([row["generator_id"] for row in rows], figures)
        return tuple(
            Version(
                reign=ChampionVersion(**{name: row[name] for name in ChampionVersion.model_fields}),
                figures=shown[row["generator_id"]],
                **{name: row[f"of_{name}"] for name in LEARNED},
            )
            for row in rows
        )

    def _figures(self, generators: Sequence[str], names: Collection[str]) -> defaultdict[str, tuple[TrialFigure, ...]]:
        row = CheckRow
        query = select(row.generator_id, row.name, row.value, row.limit_value, row.passed, row.n)
        query = query.where(row.generator_id.in_(generators), row.name.in_(names)).order_by(row.position)
        found: defaultdict[str, tuple[TrialFigure, ...]] = defaultdict(tuple)
        for generator_id, name, value, limit, passed, n in self._session.execute(query):
            found[str(generator_id)] += (TrialFigure(name=name, value=value, limit=limit, passed=passed, n=n),)
        return found

    def _runs(self, dataset: str, offset: int, limit: int) -> tuple[Retraining, ...]:
        begun = func.min(TrainingRunRow.started_at).label("started_at")
        query = select(TrainingRunRow.run_id, begun).where(TrainingRunRow.dataset == dataset)
        query = query.group_by(TrainingRunRow.run_id).order_by(begun.desc(), TrainingRunRow.run_id)
        started = {row.run_id: row.started_at for row in self._session.execute(query.offset(offset).limit(limit))}
        tried, decided = tried_in(self._session, dataset, started), decided_in(self._session, dataset, started)
        return tuple(
            Retraining(run_id=run_id, started_at=at, tried=tried[run_id], decision=decided.get(run_id))
            for run_id, at in started.items()
        )

    def _decisions(self, dataset: str) -> tuple[Decision, ...]:
        query = select(DecisionRow).where(DecisionRow.dataset == dataset, DecisionRow.kind.in_(OF_PEOPLE))
        newest = DecisionRow.decided_at.desc(), DecisionRow.decision_id
        rows = self._session.scalars(query.order_by(*newest).limit(DECISIONS_MAX))
        return tuple(to_record(Decision, row) for row in rows)

    def _count(self, rows: Select[Any]) -> int:
        return self._session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def tried_in(session: Session, dataset: str, runs: Collection[str]) -> defaultdict[str, tuple[Tried, ...]]:
    """What each of these retraining runs tried, the best score first."""
    own = (name for name in Tried.model_fields if name not in ("kind", "score"))
    query = (
        select(*(getattr(TrainingRunRow, name) for name in own), GeneratorRow.kind, GeneratorRow.score)
        .outerjoin(GeneratorRow, GeneratorRow.generator_id == TrainingRunRow.generator_id)
        .where(TrainingRunRow.dataset == dataset, TrainingRunRow.run_id.in_(runs))
        .order_by(GeneratorRow.score.desc().nulls_last(), TrainingRunRow.label, TrainingRunRow.started_at)
    )
    found: defaultdict[str, tuple[Tried, ...]] = defaultdict(tuple)
    for row in session.execute(query).mappings():
        found[row["run_id"]] += (Tried(**row),)
    return found


def decided_in(session: Session, dataset: str, runs: Collection[str]) -> dict[str, Decision]:
    """What each of these retraining runs decided last about the champion; runs that decided nothing are left out."""
    own = DecisionRow.detail["run_id"].astext
    query = select(DecisionRow, own.label("of_run")).where(
        DecisionRow.dataset == dataset, DecisionRow.kind.in_(OF_RUN), own.in_(runs)
    )
    oldest = DecisionRow.decided_at, DecisionRow.decision_id
    return {run_id: to_record(Decision, row) for row, run_id in session.execute(query.order_by(*oldest))}
