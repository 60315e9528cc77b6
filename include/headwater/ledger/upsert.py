"""Writing a row once however often it is written: INSERT … ON CONFLICT by the row's key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Table, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from headwater.ledger.models.base import Base


def insert_new(session: Session, model: type[Base], values: Mapping[str, Any]) -> bool:
    """Insert the row; one of that key that is there already stays as it is. Whether it was inserted."""
    statement = insert(_table(model)).values(**values).on_conflict_do_nothing()
    done = session.execute(statement.returning(*_table(model).primary_key.columns))
    return done.first() is not None


def upsert(
    session: Session,
    model: type[Base],
    values: Mapping[str, Any],
    *,
    keep: Collection[str] = (),
    latest: Collection[str] = (),
) -> None:
    """Insert the row, or update the one of that key.

    Args:
        session: of the caller's transaction.
        model: the table.
        values: column to value; the primary key among them.
        keep: columns that stay as they were first written.
        latest: columns of moments that only move forward.
    """
    table = _table(model)
    statement = insert(table).values(**values)
    key = [column.name for column in table.primary_key.columns]
    changed: dict[str, Any] = {
        name: func.greatest(table.c[name], statement.excluded[name]) if name in latest else statement.excluded[name]
        for name in values
        if name not in key and name not in keep
    }
    session.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - every model here is mapped to a table
    return table
