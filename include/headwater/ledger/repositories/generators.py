"""Generators, the runs that trained them, and who is champion when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, insert, or_, select, update
from sqlalchemy.orm import Session

from headwater.ledger.errors import LedgerError, NotInLedger
from headwater.ledger.models.datasets import DatasetRow
from headwater.ledger.models.generators import ChampionRow, GeneratorRow, TrainingRunRow
from headwater.ledger.records import Generator, TrainingRun
from headwater.ledger.repositories.rows import to_record, to_values
from headwater.ledger.upsert import upsert


class Generators:
    """Fitted models."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, generator: Generator) -> None:
        """Write the generator, or what has changed of it (its score); ``created_at`` stays."""
        upsert(self._session, GeneratorRow, to_values(generator), keep=("created_at",))

    def find(self, generator_id: str) -> Generator | None:
        """The generator of that id, if there is one."""
        row = self._session.get(GeneratorRow, generator_id, populate_existing=True)
        return None if row is None else to_record(Generator, row)

    def get(self, generator_id: str) -> Generator:
        """The generator of that id. Raises: NotInLedger."""
        found = self.find(generator_id)
        if found is None:
            raise NotInLedger(f"There is no generator {generator_id} in the ledger. Cure: run train.")
        return found

    def of_snapshot(self, snapshot_id: str) -> list[Generator]:
        """All generators trained on a snapshot, oldest first."""
        query = select(GeneratorRow).where(GeneratorRow.snapshot_id == snapshot_id)
        return self._all(query.order_by(GeneratorRow.created_at, GeneratorRow.generator_id))

    def record_training(self, run: TrainingRun) -> None:
        """Write a training run, or how it ended."""
        upsert(self._session, TrainingRunRow, to_values(run), keep=("started_at",))

    def training_runs(self, snapshot_id: str) -> list[TrainingRun]:
        """All attempts to train on a snapshot, oldest first."""
        query = select(TrainingRunRow).where(TrainingRunRow.snapshot_id == snapshot_id)
        rows = self._session.scalars(query.order_by(TrainingRunRow.started_at, TrainingRunRow.training_run_id))
        return [to_record(TrainingRun, row) for row in rows]

    def champion(self, dataset: str) -> Generator | None:
        """The generator in use, if the dataset has one."""
        return self._one(_reigns(dataset).where(ChampionRow.retired_at.is_(None)))

    def champion_as_of(self, dataset: str, instant: datetime) -> Generator | None:
        """The generator that was in use at ``instant`` (with zone); at the moment of a change, the new one."""
        begun = ChampionRow.promoted_at <= instant
        not_over = or_(ChampionRow.retired_at.is_(None), ChampionRow.retired_at > instant)
        latest_first = ChampionRow.promoted_at.desc(), ChampionRow.champion_id.desc()
        return self._one(_reigns(dataset).where(begun, not_over).order_by(*latest_first).limit(1))

    def certified(self, dataset: str) -> list[Generator]:
        """Every generator that was champion once, each one once, the highest score first."""
        once = select(ChampionRow.generator_id).where(ChampionRow.dataset == dataset)
        query = select(GeneratorRow).where(GeneratorRow.generator_id.in_(once))
        best_first = GeneratorRow.score.desc().nulls_last(), GeneratorRow.created_at, GeneratorRow.generator_id
        return self._all(query.order_by(*best_first))

    def promote(self, dataset: str, generator_id: str, at: datetime) -> None:
        """Make the generator champion from ``at`` on; nothing changes when it is already.

        Locks the dataset's row, so that two promotions follow each other.

        Raises:
            NotInLedger: the dataset is not registered.
            LedgerError: the generator is not one of the dataset's, or ``at`` lies before the present champion's start.
        """
        query = select(DatasetRow.dataset_id).where(DatasetRow.name == dataset).with_for_update()
        if self._session.execute(query).first() is None:
            raise NotInLedger(f"There is no dataset {dataset!r} in the ledger. Cure: register it.")
        is_open = (ChampionRow.dataset == dataset) & ChampionRow.retired_at.is_(None)
        former = self._session.execute(select(ChampionRow.generator_id, ChampionRow.promoted_at).where(is_open)).first()
        if former is not None and former.generator_id == generator_id:
            return
        if self.get(generator_id).dataset != dataset:
            raise LedgerError(f"Generator {generator_id} is not one of {dataset}. Cure: promote one of its own.")
        if former is not None and at < former.promoted_at:
            since = former.promoted_at.isoformat()
            raise LedgerError(f"{dataset} has had its champion since {since}. Cure: promote at a later moment.")
        self._session.execute(update(ChampionRow).where(is_open).values(retired_at=at))
        reign = {"dataset": dataset, "generator_id": generator_id, "promoted_at": at}
        self._session.execute(insert(ChampionRow).values(**reign))

    def _one(self, query: Select[GeneratorRow]) -> Generator | None:
        found = self._all(query)
        return found[0] if found else None

    def _all(self, query: Select[GeneratorRow]) -> list[Generator]:
        rows = self._session.scalars(query, execution_options={"populate_existing": True})
        return [to_record(Generator, row) for row in rows]


def _reigns(dataset: str) -> Select[GeneratorRow]:
    query = select(GeneratorRow).join(ChampionRow, ChampionRow.generator_id == GeneratorRow.generator_id)
    return query.where(ChampionRow.dataset == dataset)
