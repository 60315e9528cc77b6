"""Versions of a dataset's champion: the numbers people read and type, and the locks of whoever changes a reign.

Belongs here: asking the view ``champion_versions``, the one place that counts. Does not: what a typed text means,
whether a champion may come back.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Uuid, column, func, or_, select, table
from sqlalchemy.orm import Session

from headwater.ledger.answers import ChampionVersion
from headwater.ledger.errors import NotInLedger
from headwater.ledger.models.base import SCHEMA
from headwater.ledger.models.datasets import DatasetRow
from headwater.ledger.models.generators import ChampionRow, GeneratorRow

VIEW = table(
    "champion_versions",
    *(column(name, Uuid(as_uuid=False) if name.endswith("_id") else None) for name in ChampionVersion.model_fields),
    schema=SCHEMA,
)


class Champions:
    """Who is champion, who was, under which number."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def versions(self, dataset: str) -> list[ChampionVersion]:
        """All generators that ever were champion of the dataset, by number; none where it has never had one."""
        rows = self._session.execute(select(VIEW).where(VIEW.c.dataset == dataset).order_by(VIEW.c.version))
        return [ChampionVersion.model_validate(dict(row)) for row in rows.mappings()]

    def version_of(self, dataset: str, generator_id: str) -> ChampionVersion | None:
        """The version that a generator is, if it ever was champion of the dataset."""
        return next((each for each in self.versions(dataset) if each.generator_id == generator_id), None)

    def between(self, dataset: str, begin: datetime, end: datetime) -> list[ChampionVersion]:
        """Who was champion at ``begin`` or became it before ``end`` (later; both with zone), each once, in that order.

        At the moment of a change it is the new one.
        """
        not_over = or_(ChampionRow.retired_at.is_(None), ChampionRow.retired_at > begin)
        query = select(ChampionRow.generator_id).where(ChampionRow.dataset == dataset, not_over)
        query = query.where(ChampionRow.promoted_at < end)
        reigned = list(self._session.scalars(query.order_by(ChampionRow.promoted_at, ChampionRow.champion_id)))
        versions = {each.generator_id: each for each in self.versions(dataset)}
        return [versions[generator_id] for generator_id in dict.fromkeys(reigned)]

    def before(self, dataset: str, generator_id: str) -> list[ChampionVersion]:
        """The other generators that were champion before this one's last reign began; who reigned last comes first."""
        row = ChampionRow
        own = (row.dataset == dataset) & (row.generator_id == generator_id)
        begun = select(func.max(row.champion_id)).where(own).scalar_subquery()
        query = select(row.generator_id).where(row.dataset == dataset, row.champion_id < begun)
        query = query.where(row.generator_id != generator_id).group_by(row.generator_id)
        versions = {each.generator_id: each for each in self.versions(dataset)}
        found = self._session.scalars(query.order_by(func.max(row.champion_id).desc()))
        return [versions[each] for each in found]

    def withdrawn(self, dataset: str) -> frozenset[str]:
        """Ids of the generators that a person took out of use, by rollback or recall, and did not bring back."""
        return frozenset(each.generator_id for each in self.versions(dataset) if each.withdrawn_at is not None)

    def hold(self, dataset: str) -> str | None:
        """The present champion's id; until the transaction ends nobody else changes it.

        A lock that writing down facts of the dataset does not wait for: a release under way can end.

        Raises:
            NotInLedger: the dataset is not registered.
        """
        query = select(DatasetRow.dataset_id).where(DatasetRow.name == dataset).with_for_update(key_share=True)
        if self._session.execute(query).first() is None:
            raise NotInLedger(f"There is no dataset {dataset!r} in the ledger. Cure: register it.")
        is_open = (ChampionRow.dataset == dataset) & ChampionRow.retired_at.is_(None)
        return self._session.scalar(select(ChampionRow.generator_id).where(is_open))

    def hold_releases(self, generator_id: str) -> None:
        """Wait for releases of the generator's batches that are under way; hold back others until the transaction ends.

        Its lock excludes that of :meth:`hold_recall`: a recall finds every batch, or the release finds the recall.
        """
        self._lock(generator_id, is_shared=False)

    def hold_recall(self, generator_id: str) -> None:
        """Until the transaction ends the generator's batches cannot be recalled. Releases do not exclude each other."""
        self._lock(generator_id, is_shared=True)

    def _lock(self, generator_id: str, *, is_shared: bool) -> None:
        query = select(GeneratorRow.generator_id).where(GeneratorRow.generator_id == generator_id)
        self._session.execute(query.with_for_update(read=is_shared, key_share=not is_shared))
