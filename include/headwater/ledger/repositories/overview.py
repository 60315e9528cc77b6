"""How every dataset stands tonight: worst first, filtered and paged in SQL.

Belongs here: the queries behind the overview. Does not: who may see which dataset, which nights a schedule asks for
(the caller says both), how it looks.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Subquery, case, func, select, text
from sqlalchemy.orm import Session, aliased

from headwater.ledger.models.batches import BatchRow
from headwater.ledger.models.datasets import DatasetRow, SpecVersionRow
from headwater.ledger.models.watch import AlarmRow
from headwater.ledger.overview_answers import STATES, TROUBLED, Declared, Glance, OverviewQuery
from headwater.ledger.repositories.nights import nights


class Overview:
    """All datasets at a glance."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def names(self) -> list[str]:
        """Names of all datasets, in the alphabet's order."""
        return list(self._session.scalars(select(DatasetRow.name).order_by(DatasetRow.name)))

    def declared(self, datasets: Collection[str]) -> list[Declared]:
        """The owners and schedules of these datasets, in the alphabet's order; without a spec there is none."""
        newest = select(BatchRow.spec_sha256).where(BatchRow.dataset == DatasetRow.name)
        newest = newest.order_by(BatchRow.batch_date.desc(), BatchRow.created_at.desc()).limit(1)
        used = newest.correlate(DatasetRow).scalar_subquery()
        version = select(SpecVersionRow.spec["schedule"].label("schedule")).where(
            SpecVersionRow.dataset == DatasetRow.name
        )
        # A spec that was in use before and is so again was recorded long ago: the newest batch knows.
        order = (SpecVersionRow.sha256 == used).desc().nulls_last(), SpecVersionRow.recorded_at.desc()
        chosen = version.order_by(*order).limit(1).lateral("chosen")
        query = select(DatasetRow.name, DatasetRow.owner, chosen.c.schedule)
        query = query.where(DatasetRow.name.in_(datasets)).order_by(DatasetRow.name)
        rows = self._session.execute(query.join(chosen, chosen.c.schedule.is_not(None)))
        return [Declared(dataset=name, owner=owner, schedule=schedule) for name, owner, schedule in rows]

    def look(self, query: OverviewQuery, *, offset: int, limit: int) -> Glance:
        """The datasets of one page, how many there are in each state, and the calendar of all their nights.

        One statement: what became of every night is worked out once.
        """
        night = nights(query.expected)
        standing = _standing(night).cte("standing")
        asked = [_states(query, standing), _page(query, standing, offset, limit), _calendar(query, night)]
        parts = [select(func.coalesce(func.json_agg(part.table_valued()), text("'[]'"))) for part in asked]
        row = self._session.execute(select(*(part.scalar_subquery() for part in parts))).one()
        states, standings, days = row
        return Glance.model_validate_json(
            json.dumps(
                {
                    "states": {each["state"]: each["datasets"] for each in states},
                    "standings": standings,
                    "days": days,
                }
            )
        )


def _states(query: OverviewQuery, standing: CTE) -> Subquery:
    counted = select(standing.c.state, func.count().label("datasets")).where(_named(query, standing))
    return counted.group_by(standing.c.state).subquery("states")


def _page(query: OverviewQuery, standing: CTE, offset: int, limit: int) -> Subquery:
    page = select(standing).where(_named(query, standing))
    if query.is_trouble:
        page = page.where(standing.c.state.in_(TROUBLED))
    rank = case({state: place for place, state in enumerate(STATES)}, value=standing.c.state)
    return page.order_by(rank, standing.c.dataset).offset(offset).limit(limit).subquery("page")


def _calendar(query: OverviewQuery, night: CTE) -> Subquery:
    """A newest night that is not due yet is left out; so is a missing one that could not be or nobody asks for."""
    is_open = (night.c.place == 0) & ~night.c.is_late & night.c.outcome.in_(("missing", "unfinished"))
    is_missed = ~night.c.is_asleep & func.coalesce(_could_be(night), False)
    counted = (
        select(night.c.batch_date, night.c.outcome, func.count().label("datasets"))
        .where(_named(query, night), night.c.batch_date.is_not(None), ~is_open)
        .where(is_missed | (night.c.outcome != "missing"))
        .group_by(night.c.batch_date, night.c.outcome)
    )
    return counted.order_by(night.c.batch_date, night.c.outcome).subquery("calendar")


def _standing(night: CTE) -> Select[Any]:
    """One row a dataset: the columns of :class:`Standing`."""
    is_newest, has_none = night.c.place == 0, night.c.outcome.in_(("missing", "unfinished"))
    is_told = func.coalesce(_could_be(night), False) | (night.c.outcome != "missing")
    newest = func.max(night.c.outcome).filter(is_newest & is_told)
    missing = func.count().filter(has_none & (night.c.place > 0) & _could_be(night))
    waiting = func.coalesce(func.sum(night.c.waiting).filter(night.c.outcome == "quarantined"), 0)
    alarm = aliased(AlarmRow)
    is_open = (alarm.dataset == night.c.dataset) & alarm.closed_at.is_(None)
    alarms = select(func.count(alarm.alarm_id)).where(is_open).correlate(night).scalar_subquery()
    # Nights nobody asks for are no trouble; those of a dataset without a champion could not be.
    has_none_yet = has_none | ((night.c.outcome == "quarantined") & (night.c.waiting == 0))  # discarded
    state = case(
        (func.bool_or(night.c.is_asleep), "asleep"),
        (func.bool_and(night.c.since.is_(None)), "none"),
        (func.bool_or(is_newest & has_none_yet & night.c.is_late & _could_be(night)), "late"),
        (waiting > 0, "quarantined"),
        (alarms > 0, "alarm"),
        (missing > 0, "missing"),
        (func.coalesce(func.bool_or(is_newest & has_none_yet), False), "running"),
        else_="fine",
    )
    columns = {"state": state, "outcome": newest, "missing": missing, "quarantined": waiting, "alarms": alarms}
    made = [expression.label(name) for name, expression in columns.items()]
    return select(night.c.dataset, *made).group_by(night.c.dataset)


def _could_be(night: CTE) -> ColumnElement[bool]:
    """Whether there was a champion to make the night's batch."""
    return night.c.batch_date >= night.c.since


def _named(query: OverviewQuery, rows: CTE) -> ColumnElement[bool]:
    return func.strpos(rows.c.dataset, query.text) > 0
