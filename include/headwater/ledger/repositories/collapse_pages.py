"""Nights, generations and looks of one dataset against its anchor, for the plugin's collapse page.

Belongs here: the queries behind that page. Does not: its alarms (``alarm_pages.py``), what the watch itself reads and
writes (``watch.py``), who may see the dataset, how it looks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, get_args

from sqlalchemy import Select, Subquery, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from headwater.ledger.answers import ChampionVersion
from headwater.ledger.collapse_answers import AnchorPoint, Collapse, CollapseQuery, Generation, JudgedNight
from headwater.ledger.guard_records import Chart, WatchPoint
from headwater.ledger.models.batches import BatchRow
from headwater.ledger.models.datasets import SpecVersionRow
from headwater.ledger.models.validations import CheckRow, ValidationRow
from headwater.ledger.models.watch import WatchPointRow
from headwater.ledger.repositories.alarm_pages import AlarmPages
from headwater.ledger.repositories.champions import VIEW
from headwater.spec.watch import Watch

CHARTS: tuple[str, ...] = get_args(Chart)
GENERATIONS_MAX = 120
"""The newest of them that are told, beside the first."""
LOOKS_MAX = 60
"""Looks at the union of nights that are told."""


class CollapsePages:
    """One dataset against its anchor."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, query: CollapseQuery) -> Collapse:
        """Everything that is asked for; of a dataset that is not there, or has not run, nothing."""
        dataset, alarms = query.dataset, AlarmPages(self._session)
        reigns, nights = self._reigns(dataset), self._nights(query)
        trials = self._points(CheckRow.generator_id, [each.generator_id for each in reigns], query.names)
        open_alarms, past_alarms, past_count = alarms.of(dataset, *query.past)
        return Collapse(
            champion=next((each for each in reigns if each.is_current), None),
            generations=tuple(Generation(reign=each, points=trials[each.generator_id]) for each in reigns),
            generation_count=self._count(select(VIEW.c.version).where(VIEW.c.dataset == dataset)),
            nights=nights,
            night_count=self._count(_judged_days(dataset)),
            older_to=self._older(dataset, nights),
            newer_to=self._newer(query, nights),
            looks=self._looks(dataset, CHARTS, 1),
            unions=self._looks(dataset, ("union",), LOOKS_MAX),
            open_alarms=open_alarms,
            past_alarms=past_alarms,
            past_count=past_count,
            watch=self._watch(dataset),
        )

    def _reigns(self, dataset: str) -> list[ChampionVersion]:
        """The first champion, the present one, and the newest, by number."""
        query = select(VIEW).where(VIEW.c.dataset == dataset)
        newest = query.order_by(VIEW.c.version.desc()).limit(GENERATIONS_MAX).subquery("newest")
        chosen = or_(VIEW.c.version == 1, VIEW.c.is_current, VIEW.c.version.in_(select(newest.c.version)))
        rows = self._session.execute(query.where(chosen).order_by(VIEW.c.version)).mappings()
        return [ChampionVersion(**row) for row in rows]

    def _nights(self, query: CollapseQuery) -> tuple[JudgedNight, ...]:
        days = _judged_days(query.dataset)
        if query.to is not None:
            days = days.where(BatchRow.batch_date <= query.to)
        asked = days.order_by(BatchRow.batch_date.desc()).limit(query.nights).subquery("asked")
        told = [name for name in JudgedNight.model_fields if name != "points"]
        best = (BatchRow.batch_date, (BatchRow.status == "released").desc(), ValidationRow.finished_at.desc())
        judged = (
            select(*(getattr(BatchRow, name) for name in told), ValidationRow.validation_id)
            .join(ValidationRow, ValidationRow.batch_id == BatchRow.batch_id)
            .where(BatchRow.dataset == query.dataset, BatchRow.batch_date.in_(select(asked.c.batch_date)))
            .ext(distinct_on(BatchRow.batch_date))
            .order_by(*best, ValidationRow.validation_id)
        )
        rows = [dict(row) for row in self._session.execute(judged).mappings()]
        points = self._points(CheckRow.validation_id, [row["validation_id"] for row in rows], query.names)
        return tuple(JudgedNight(points=points[row.pop("validation_id")], **row) for row in rows)

    def _points(
        self, subject: InstrumentedAttribute[str | None], ids: Sequence[str], names: Collection[str]
    ) -> defaultdict[str, tuple[AnchorPoint, ...]]:
        found: defaultdict[str, tuple[AnchorPoint, ...]] = defaultdict(tuple)
        columns = {
            name: getattr(CheckRow, "limit_value" if name == "limit" else name) for name in AnchorPoint.model_fields
        }
        query = select(subject.label("subject"), *(column.label(f"of_{name}") for name, column in columns.items()))
        query = query.where(subject.in_(ids), CheckRow.name.in_(names)).order_by(CheckRow.position)
        for row in self._session.execute(query).mappings():
            found[row["subject"]] += (AnchorPoint(**{name: row[f"of_{name}"] for name in columns}),)
        return found

    def _older(self, dataset: str, nights: Sequence[JudgedNight]) -> date | None:
        if not nights:
            return None
        earlier = _judged_days(dataset).where(BatchRow.batch_date < nights[0].batch_date)
        return self._session.scalar(earlier.order_by(BatchRow.batch_date.desc()).limit(1))

    def _newer(self, query: CollapseQuery, nights: Sequence[JudgedNight]) -> date | None:
        """The last of as many dates after these as were asked for."""
        if not nights:
            return None
        later = _judged_days(query.dataset).where(BatchRow.batch_date > nights[-1].batch_date)
        days: Subquery = later.order_by(BatchRow.batch_date).limit(query.nights).subquery("later")
        return self._session.scalar(select(func.max(days.c.batch_date)))

    def _looks(self, dataset: str, charts: Collection[str], limit: int) -> tuple[WatchPoint, ...]:
        """The newest looks of these charts at each statistic, oldest first."""
        row = aliased(WatchPointRow)
        kinds = select(row.chart, row.name).where(row.dataset == dataset, row.chart.in_(charts)).distinct()
        kind = kinds.subquery("kind")
        newest = (
            select(*_of_look())
            .where(WatchPointRow.dataset == dataset)
            .where(WatchPointRow.chart == kind.c.chart, WatchPointRow.name == kind.c.name)
            .order_by(WatchPointRow.seen_at.desc(), WatchPointRow.subject_id)
            .limit(limit)
            .correlate(kind)
            .lateral("newest")
        )
        query = select(*newest.c).select_from(kind).join(newest, literal(True))
        query = query.order_by(newest.c.chart, newest.c.name, newest.c.seen_at)
        return tuple(WatchPoint(**found) for found in self._session.execute(query).mappings())

    def _watch(self, dataset: str) -> Watch:
        """What the newest batch's spec says of the watch; where there is none, what is usual."""
        newest = select(BatchRow.spec_sha256).where(BatchRow.dataset == dataset)
        used = newest.order_by(BatchRow.batch_date.desc(), BatchRow.created_at.desc()).limit(1).scalar_subquery()
        order = (SpecVersionRow.sha256 == used).desc().nulls_last(), SpecVersionRow.recorded_at.desc()
        query = select(SpecVersionRow.spec["watch"]).where(SpecVersionRow.dataset == dataset)
        return Watch.model_validate(self._session.scalar(query.order_by(*order).limit(1)) or {})

    def _count(self, rows: Select[Any]) -> int:
        return self._session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _judged_days(dataset: str) -> Select[date]:
    """Dates of which a batch was judged, each once.

    The limit of 1 has Postgres look up each batch's validations by their index: as a semijoin it reads the validations
    of all datasets.
    """
    one = select(ValidationRow.validation_id).where(ValidationRow.batch_id == BatchRow.batch_id).limit(1)
    judged = one.correlate(BatchRow).lateral("judged")
    days = select(BatchRow.batch_date).select_from(BatchRow).join(judged, literal(True))
    return days.where(BatchRow.dataset == dataset).group_by(BatchRow.batch_date)


def _of_look() -> list[Any]:
    return [
        getattr(WatchPointRow, "limit_value" if name == "limit" else name).label(name)
        for name in WatchPoint.model_fields
    ]
