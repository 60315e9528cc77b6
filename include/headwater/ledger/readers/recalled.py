"""Rows of recalled batches: out of the readers' table, kept for an auditor in a schema that readers have no way into.

Belongs here: detaching a partition whole and keeping it under its batch's name. Does not: who recalls, and why.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from headwater.ledger.readers.parent import SCHEMA

ASIDE = "synthetic_recalled"
ID_DIGITS = 8
"""Hex digits of the batch id in a table's name: a date may be recalled more than once, each time another batch."""


def set_aside(
    connection: psycopg.Connection, partition: str, parent: sql.Identifier, batch_id: str, note: str
) -> str | None:
    """Detach the partition and move it, with ``note`` as its comment; no row is read or written.

    A reader's query that began before keeps its lock, and this waits for it; later ones wait for the commit.

    Args:
        connection: of the caller's transaction.
        partition: name of the partition in the schema ``synthetic``.
        parent: the readers' table.
        batch_id: whose rows they are.
        note: why, when, by whom; shown by ``\\d+`` and in ``pg_description``.

    Returns:
        The table's name with its schema; None where there is no such partition.
    """
    found = connection.execute("SELECT to_regclass(format('%%I.%%I', %s::text, %s::text))", [SCHEMA, partition])
    if found.fetchone() == (None,):
        return None
    _ensure_schema(connection)
    name = _name(partition, batch_id)
    statement = sql.SQL(
        "ALTER TABLE {parent} DETACH PARTITION {partition};"
        "ALTER TABLE {partition} RENAME TO {name};"
        "ALTER TABLE {renamed} SET SCHEMA {schema};"
        "COMMENT ON TABLE {lasting} IS {note}"
    )
    parts: dict[str, sql.Composable] = {
        "schema": sql.Identifier(ASIDE),
        "parent": parent,
        "partition": sql.Identifier(SCHEMA, partition),
        "name": sql.Identifier(name),
        "renamed": sql.Identifier(SCHEMA, name),
        "lasting": sql.Identifier(ASIDE, name),
        "note": sql.Literal(note),
    }
    connection.execute(statement.format(**parts), prepare=False)
    return f"{ASIDE}.{name}"


def drop_aside(connection: psycopg.Connection, partition: str, batch_id: str) -> None:
    """Drop what :func:`set_aside` kept of the batch; nothing happens when there is none."""
    lasting = sql.Identifier(ASIDE, _name(partition, batch_id))
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(lasting))


def _ensure_schema(connection: psycopg.Connection) -> None:
    """IF NOT EXISTS alone fails where two sessions find no schema at the same moment."""
    if connection.execute("SELECT to_regnamespace(%s)", [ASIDE]).fetchone() == (None,):
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"headwater schema {ASIDE}"])
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(ASIDE)))


def _name(partition: str, batch_id: str) -> str:
    """``DATASET@DATE@`` and the beginning of the batch id: at most 60 of the 63 bytes that Postgres keeps."""
    return f"{partition}@{batch_id[:ID_DIGITS]}"
