"""What became of each night that was asked for: the one place that says so, in SQL.

Belongs here: outcomes of nights, and the nights of many datasets as a subquery. Does not: what is told of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import CTE, Boolean, ColumnElement, Date, Integer, Subquery, Text, case, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from headwater.ledger.models.batches import BatchRow
from headwater.ledger.models.generators import ChampionRow
from headwater.ledger.overview_answers import Expected
from headwater.ledger.repositories.open_decisions import is_waiting

UNDER_WAY = ("planned", "produced", "passed", "failed")


def outcome() -> ColumnElement[str]:
    """The outcome of a group of batches of one dataset and date."""
    status = BatchRow.status
    return case(
        (func.bool_or(status == "released"), "released"),
        (func.bool_or(status == "quarantined"), "quarantined"),
        (func.bool_or(status.in_(UNDER_WAY)), "unfinished"),
        (func.bool_or(status == "recalled"), "recalled"),
        (func.bool_or(BatchRow.released_at.is_not(None)), "released"),  # and retired since, or replaced
        else_="quarantined",  # and discarded since
    )


def nights(expected: Sequence[Expected]) -> CTE:
    """One row a dataset and night that was asked for, with what became of it.

    Columns: ``dataset``, ``is_late``, ``is_asleep``, ``since`` (the day of the dataset's first champion, NULL without
    one), ``batch_date``, ``place`` (0 is the newest night), ``outcome``, ``waiting`` (batches that a person has to
    decide about: none where all in quarantine were discarded). A night before ``since`` could not be made; it is there
    where it is the newest, or has a batch all the same, which somebody asked for afterwards. A dataset of which no
    night was asked for has one row with NULL as its ``batch_date``.
    """
    asked, plans, found, first = _asked(expected), _plans(expected), _found(expected), _first(expected)
    of_night = (found.c.dataset == asked.c.dataset) & (found.c.batch_date == plans.c.batch_date)
    became = func.coalesce(found.c.outcome, "missing").label("outcome")
    waiting = func.coalesce(found.c.waiting, 0).label("waiting")
    is_newest = plans.c.place == 0
    columns = (asked.c.dataset, asked.c.is_late, asked.c.is_asleep, first.c.since, plans.c.batch_date, plans.c.place)
    return (
        select(*columns, became, waiting)
        .select_from(asked)
        .outerjoin(first, first.c.dataset == asked.c.dataset)
        .outerjoin(plans, plans.c.plan == asked.c.plan)
        .outerjoin(found, of_night)
        .where((plans.c.batch_date >= first.c.since) | found.c.outcome.is_not(None) | func.coalesce(is_newest, True))
        .cte("nights")
    )


def _first(expected: Sequence[Expected]) -> Subquery:
    """The day of each dataset's first champion; the session's zone is UTC, so the day is counted there."""
    since = func.min(ChampionRow.promoted_at).cast(Date).label("since")
    query = select(ChampionRow.dataset, since).where(ChampionRow.dataset == func.any(_names(expected)))
    return query.group_by(ChampionRow.dataset).subquery("first")


def _found(expected: Sequence[Expected]) -> Subquery:
    """What became of every night that has a batch, between the oldest and the newest that is asked for."""
    days = [day for nights in _numbers(expected) for day in nights]
    night = (BatchRow.dataset, BatchRow.batch_date)
    waiting = func.count().filter(is_waiting()).label("waiting")
    query = select(*night, outcome().label("outcome"), waiting).where(BatchRow.dataset == func.any(_names(expected)))
    if days:
        query = query.where(BatchRow.batch_date.between(min(days), max(days)))
    return query.group_by(*night).subquery("found")


def _names(expected: Sequence[Expected]) -> ColumnElement[Any]:
    return literal([each.dataset for each in expected], ARRAY(Text()))


def _asked(expected: Sequence[Expected]) -> Subquery:
    """One row a dataset, with the number of its list of nights: many datasets share one."""
    numbers = _numbers(expected)
    return _rows(
        "asked",
        ("dataset", Text(), [each.dataset for each in expected]),
        ("plan", Integer(), [numbers[each.nights] for each in expected]),
        ("is_late", Boolean(), [each.is_late for each in expected]),
        ("is_asleep", Boolean(), [each.is_asleep for each in expected]),
    )


def _plans(expected: Sequence[Expected]) -> Subquery:
    numbers = _numbers(expected)
    rows = [(number, day, place) for days, number in numbers.items() for place, day in enumerate(days)]
    plan, batch_date, place = zip(*rows, strict=True) if rows else ((), (), ())
    return _rows(
        "plans",
        ("plan", Integer(), list(plan)),
        ("batch_date", Date(), list(batch_date)),
        ("place", Integer(), list(place)),
    )


def _numbers(expected: Sequence[Expected]) -> dict[tuple[date, ...], int]:
    return {nights: number for number, nights in enumerate(dict.fromkeys(each.nights for each in expected))}


def _rows(name: str, *columns: tuple[str, Any, list[Any]]) -> Subquery:
    """Lists of equal length as a table."""
    values: list[ColumnElement[Any]] = [literal(given, ARRAY(kind)) for _, kind, given in columns]
    made = func.unnest(*values).table_valued(*(column(called, kind) for called, kind, _ in columns))
    return select(made.render_derived(name=f"{name}_rows")).subquery(name)
