"""All that the ledger holds of one generator: candidates of its run, certificate, decisions, batches by outcome.

Belongs here: the queries behind the page of one generator. Does not: a dataset's history (``generator_history.py``),
who may see it, how it looks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from headwater.checks.result import CheckResult
from headwater.ledger.answers import ChampionVersion
from headwater.ledger.generator_answers import Certificate, Contender, GeneratorPage, Learned, Outcomes
from headwater.ledger.models.baselines import BaselineRow
from headwater.ledger.models.batches import BatchRow
from headwater.ledger.models.generators import GeneratorRow, TrainingRunRow
from headwater.ledger.models.history import DecisionRow
from headwater.ledger.models.snapshots import SnapshotRow
from headwater.ledger.models.validations import CheckRow
from headwater.ledger.records import Decision
from headwater.ledger.repositories.champions import VIEW
from headwater.ledger.repositories.generator_history import DECISIONS_MAX, OF_PEOPLE, decided_in, tried_in
from headwater.ledger.repositories.rows import to_record

CONTENDERS_MAX = 12
"""Candidates that are held side by side; a spec has a few."""
_OF_SNAPSHOT = ("content_hash", "train_rows", "anchor_rows", "source", "taken_at")


class GeneratorPages:
    """One generator, wholly."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def id_of_version(self, dataset: str, version: int) -> str | None:
        """The generator that is or was champion under that number."""
        query = select(VIEW.c.generator_id).where(VIEW.c.dataset == dataset, VIEW.c.version == version)
        found: str | None = self._session.scalar(query)
        return found

    def of(self, dataset: str, generator_id: str) -> GeneratorPage | None:
        """The generator of that id, a UUID; None where the dataset has no such generator."""
        learned = self._learned(dataset, generator_id)
        if learned is None:
            return None
        reigns = {each.generator_id: each for each in self._reigns(dataset)}
        run_id = self._run(dataset, generator_id)
        contenders = self._contenders(dataset, run_id, reigns) if run_id else ()
        own = next((each.checks for each in contenders if each.tried.generator_id == generator_id), None)
        return GeneratorPage(
            dataset=dataset,
            learned=learned,
            reign=reigns.get(generator_id),
            checks=self._checks([generator_id])[generator_id] if own is None else own,
            certificate=self._certificate(generator_id),
            run_id=run_id,
            contenders=contenders,
            decision=decided_in(self._session, dataset, [run_id]).get(run_id) if run_id else None,
            decisions=self._decisions(dataset, generator_id),
            defences=self._defences(dataset, generator_id),
            outcomes=self._outcomes(generator_id),
        )

    def _learned(self, dataset: str, generator_id: str) -> Learned | None:
        columns = [
            getattr(SnapshotRow if name in _OF_SNAPSHOT else GeneratorRow, name) for name in Learned.model_fields
        ]
        query = select(*columns).join(SnapshotRow, SnapshotRow.snapshot_id == GeneratorRow.snapshot_id)
        query = query.where(GeneratorRow.generator_id == generator_id, GeneratorRow.dataset == dataset)
        row = self._session.execute(query).mappings().one_or_none()
        return None if row is None else Learned(**row)

    def _reigns(self, dataset: str) -> list[ChampionVersion]:
        rows = self._session.execute(select(VIEW).where(VIEW.c.dataset == dataset)).mappings()
        return [ChampionVersion(**row) for row in rows]

    def _run(self, dataset: str, generator_id: str) -> str | None:
        """The run that crowned the generator, where it fitted or found it; else the last that did either."""
        row = TrainingRunRow
        crowned = select(DecisionRow.detail["run_id"].astext).where(
            DecisionRow.dataset == dataset, DecisionRow.kind == "promote", DecisionRow.subject_id == generator_id
        )
        query = select(row.run_id).where(row.dataset == dataset, row.generator_id == generator_id)
        first = row.run_id.in_(crowned).desc(), row.started_at.desc()
        return self._session.scalar(query.order_by(*first).limit(1))

    def _contenders(self, dataset: str, run_id: str, reigns: dict[str, ChampionVersion]) -> tuple[Contender, ...]:
        tried = tried_in(self._session, dataset, [run_id])[run_id][:CONTENDERS_MAX]
        checks = self._checks([each.generator_id for each in tried if each.generator_id])
        return tuple(
            Contender(
                tried=each,
                version=reigns[each.generator_id].version if each.generator_id in reigns else None,
                checks=checks[each.generator_id] if each.generator_id else (),
            )
            for each in tried
        )

    def _checks(self, generators: Sequence[str]) -> defaultdict[str, tuple[CheckResult, ...]]:
        """Checks of the trials in the order of the battery, without their details, which are long."""
        names = [name for name in CheckResult.model_fields if name not in ("limit", "interval", "detail")]
        beside = (CheckRow.limit_value, CheckRow.interval_low, CheckRow.interval_high, CheckRow.generator_id)
        query = select(*(getattr(CheckRow, name) for name in names), *beside)
        query = query.where(CheckRow.generator_id.in_(generators)).order_by(CheckRow.generator_id, CheckRow.position)
        found: defaultdict[str, tuple[CheckResult, ...]] = defaultdict(tuple)
        for row in self._session.execute(query).mappings():
            interval = None if row["interval_low"] is None else (row["interval_low"], row["interval_high"])
            known = {name: row[name] for name in names}
            found[row["generator_id"]] += (CheckResult(**known, limit=row["limit_value"], interval=interval),)
        return found

    def _certificate(self, generator_id: str) -> Certificate | None:
        """The newest: another number of rows a night, or another seed, is another one."""
        columns = (getattr(BaselineRow, name) for name in Certificate.model_fields)
        query = select(*columns).where(BaselineRow.generator_id == generator_id)
        row = self._session.execute(query.order_by(BaselineRow.drawn_at.desc()).limit(1)).mappings().one_or_none()
        return None if row is None else Certificate(**row)

    def _decisions(self, dataset: str, generator_id: str) -> tuple[Decision, ...]:
        """Coronations, rollbacks to it and away from it, recalls, and the challenge that it lost; the newest first."""
        row = DecisionRow
        changed = row.kind.in_(OF_PEOPLE) & or_(
            row.subject_id == generator_id, row.detail["replaces"].astext == generator_id
        )
        lost = (row.kind == "keep") & (row.detail["challenger"].astext == generator_id)
        query = select(row).where(row.dataset == dataset, changed | lost)
        rows = self._session.scalars(query.order_by(row.decided_at.desc(), row.decision_id).limit(DECISIONS_MAX))
        return tuple(to_record(Decision, each) for each in rows)

    def _defences(self, dataset: str, generator_id: str) -> int:
        row = DecisionRow
        kept = and_(row.dataset == dataset, row.kind == "keep", row.subject_id == generator_id)
        return self._session.scalar(select(func.count()).select_from(row).where(kept)) or 0

    def _outcomes(self, generator_id: str) -> tuple[Outcomes, ...]:
        def labelled(**columns: ColumnElement[Any]) -> list[Any]:
            return [column.label(name) for name, column in columns.items()]

        day = BatchRow.batch_date
        counted = labelled(batches=func.count(), first=func.min(day), last=func.max(day), rows=func.sum(BatchRow.rows))
        query = select(BatchRow.status, *counted).where(BatchRow.generator_id == generator_id)
        rows = self._session.execute(query.group_by(BatchRow.status).order_by(func.count().desc(), BatchRow.status))
        return tuple(Outcomes(**{**row, "rows": int(row["rows"])}) for row in map(dict, rows.mappings()))
