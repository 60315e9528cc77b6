"""Rows of recalled batches: out of the readers' table, kept for an auditor in a schema that readers have no way into.

Belongs here: detaching a partition whole and keeping it under its batch's name. Does not: who recalls, and why.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

ASIDE = "synthetic_recalled"
ID_DIGITS = 8
"""Hex digits of the batch id in a table's name: a date may be recalled more than once, each time another batch."""


def set_aside(
    connection: psycopg.Connection, partition: tuple[str, str], parent: sql.Identifier, name: str, note: str
) -> str | None:
    """Detach the partition and move it, with ``note`` as its comment; no row is read or written.

    A reader's query that began before keeps its lock, and this waits for it; later ones wait for the commit.

    Args:
        connection: of the caller's transaction.
        partition: schema and name of the partition.
        parent: the table that it is of.
        name: what it is called when it is set aside; see :func:`lasting_name`.
        note: why, when, by whom; shown by ``\\d+`` and in ``pg_description``.

    Returns:
        The table's name with its schema; None where there is no such partition.
    """
    found = connection.execute("SELECT to_regclass(format('%%I.%%I', %s::text, %s::text))", list(partition))
    if found.fetchone() == (None,):
        return None
    ensure_schema(connection, ASIDE)
    statement = sql.SQL(
        "ALTER TABLE {parent} DETACH PARTITION {partition};"
        + ("ALTER TABLE {partition} RENAME TO {name};" if partition[1] != name else "")
        + "ALTER TABLE {renamed} SET SCHEMA {schema};"
        "COMMENT ON TABLE {lasting} IS {note}"
    )
    parts: dict[str, sql.Composable] = {
        "schema": sql.Identifier(ASIDE),
        "parent": parent,
        "partition": sql.Identifier(*partition),
        "name": sql.Identifier(name),
        "renamed": sql.Identifier(partition[0], name),
        "lasting": sql.Identifier(ASIDE, name),
        "note": sql.Literal(note),
    }
    connection.execute(statement.format(**parts), prepare=False)
    return f"{ASIDE}.{name}"


def drop_aside(connection: psycopg.Connection, partition: str, batch_id: str) -> None:
    """Drop what :func:`set_aside` kept of the batch; nothing happens when there is none."""
    lasting = sql.Identifier(ASIDE, lasting_name(partition, batch_id))
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(lasting))


def ensure_schema(connection: psycopg.Connection, schema: str) -> None:
    """Make the schema; IF NOT EXISTS alone fails where two sessions find none at the same moment."""
    if connection.execute("SELECT to_regnamespace(%s)", [schema]).fetchone() == (None,):
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"headwater schema {schema}"])
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))


def lasting_name(partition: str, batch_id: str) -> str:
    """``DATASET@DATE@`` and the beginning of the batch id: at most 60 of the 63 bytes that Postgres keeps."""
    return f"{partition}@{batch_id[:ID_DIGITS]}"
