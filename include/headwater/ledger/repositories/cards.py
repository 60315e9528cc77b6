"""What the overview tells of each dataset on a page: its newest batch, its champion, figures and outcomes of nights.

Belongs here: one query for each of these, over all datasets of the page together. Does not: which datasets those are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Text, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array_agg, distinct_on
from sqlalchemy.orm import Session, aliased

from headwater.ledger.models.batches import BatchRow
from headwater.ledger.models.datasets import DatasetRow
from headwater.ledger.models.generators import ChampionRow, GeneratorRow
from headwater.ledger.models.validations import CheckRow, ValidationRow
from headwater.ledger.overview_answers import Card, LastBatch, NightFigures, Reign
from headwater.ledger.repositories.champions import VIEW
from headwater.ledger.repositories.nights import outcome
from headwater.ledger.repositories.open_decisions import OpenDecisions


class Cards:
    """Datasets, one card each."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, datasets: Collection[str], figures: Collection[str], since: date) -> dict[str, Card]:
        """The card of each of these datasets that is registered.

        ``figures`` are names of checks; they and the outcomes are of batch dates from ``since`` on.
        """
        last, reigns = self._last(datasets), self._reigns(datasets)
        approvals = OpenDecisions(self._session).approvals(datasets)
        shown, outcomes = self._figures(datasets, figures, since), self._outcomes(datasets, since)
        query = select(DatasetRow.name, DatasetRow.owner, DatasetRow.description).where(DatasetRow.name.in_(datasets))
        return {
            name: Card.model_validate(
                {
                    "dataset": name,
                    "owner": owner,
                    "description": description,
                    "last": last.get(name),
                    "champion": reigns.get(name),
                    "is_approval_open": name in approvals,
                    "figures": shown[name],
                    "outcomes": outcomes[name],
                }
            )
            for name, owner, description in self._session.execute(query)
        }

    def _last(self, datasets: Collection[str]) -> dict[str, LastBatch]:
        """The newest batch of each dataset; of several of one date the released one, else the last made."""
        asked = func.unnest(literal(list(datasets), ARRAY(Text))).table_valued(column("dataset", Text))
        asked = asked.render_derived(name="asked")
        newest = (BatchRow.batch_date.desc(), (BatchRow.status == "released").desc(), BatchRow.created_at.desc())
        one = select(BatchRow).where(BatchRow.dataset == asked.c.dataset).order_by(*newest).limit(1)
        batch = aliased(BatchRow, one.correlate(asked).lateral("batch"))
        judged = select(ValidationRow.validation_id, ValidationRow.sentence)
        judged = judged.where(ValidationRow.batch_id == batch.batch_id).order_by(ValidationRow.attempt.desc()).limit(1)
        verdict = judged.correlate(batch).lateral("verdict")
        told = [name for name in LastBatch.model_fields if name not in ("validation_id", "sentence")]
        query = (
            select(batch.dataset, *(getattr(batch, name) for name in told), *verdict.c)
            .select_from(asked)
            .join(batch, literal(True))
            .outerjoin(verdict, literal(True))
        )
        return {row.pop("dataset"): LastBatch(**row) for row in map(dict, self._session.execute(query).mappings())}

    def _reigns(self, datasets: Collection[str]) -> dict[str, Reign]:
        told = (GeneratorRow.label, GeneratorRow.depth, GeneratorRow.real_share)
        query = (
            select(VIEW.c.dataset, VIEW.c.generator_id, VIEW.c.version, ChampionRow.promoted_at, *told)
            .join(GeneratorRow, GeneratorRow.generator_id == VIEW.c.generator_id)
            .join(ChampionRow, (ChampionRow.dataset == VIEW.c.dataset) & ChampionRow.retired_at.is_(None))
            .where(VIEW.c.dataset.in_(datasets), VIEW.c.is_current)
        )
        return {row.pop("dataset"): Reign(**row) for row in map(dict, self._session.execute(query).mappings())}

    def _figures(
        self, datasets: Collection[str], names: Collection[str], since: date
    ) -> defaultdict[str, list[NightFigures]]:
        """Checks night by night: of several batches of a date the released one, else the last judged."""
        best = (BatchRow.dataset, CheckRow.name, BatchRow.batch_date)
        point = (
            select(*best, CheckRow.value, CheckRow.limit_value, CheckRow.passed)
            .join(ValidationRow, ValidationRow.batch_id == BatchRow.batch_id)
            .join(CheckRow, CheckRow.validation_id == ValidationRow.validation_id)
            .where(BatchRow.dataset.in_(datasets), BatchRow.batch_date >= since, CheckRow.name.in_(names))
            .ext(distinct_on(*best))
            .order_by(*best, (BatchRow.status == "released").desc(), ValidationRow.finished_at.desc())
            .subquery("point")
        )

        def over_nights(values: Any) -> Any:
            return array_agg(aggregate_order_by(values, point.c.batch_date))

        lists = [point.c.batch_date, point.c.value, point.c.limit_value, point.c.passed]
        query = select(point.c.dataset, point.c.name, *map(over_nights, lists))
        found: defaultdict[str, list[NightFigures]] = defaultdict(list)
        for dataset, name, dates, values, limits, passed in self._session.execute(
            query.group_by(point.c.dataset, point.c.name).order_by(point.c.dataset, point.c.name)
        ):
            line = NightFigures(name=name, dates=dates, values=values, limits=limits, passed=passed)
            found[dataset].append(line)
        return found

    def _outcomes(self, datasets: Collection[str], since: date) -> defaultdict[str, list[tuple[date, str]]]:
        night = (BatchRow.dataset, BatchRow.batch_date)
        query = select(*night, outcome()).where(BatchRow.dataset.in_(datasets), BatchRow.batch_date >= since)
        found: defaultdict[str, list[tuple[date, str]]] = defaultdict(list)
        for dataset, day, told in self._session.execute(query.group_by(*night).order_by(*night)):
            found[dataset].append((day, told))
        return found
