"""Rows of batches that another one of their date took the place of: readable beside the readers' table, not in it.

Belongs here: the table ``synthetic_former.DATASET``, a partition a batch. Does not: which batch gives way, and why.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from headwater.ledger.readers.parent import SCHEMA, found_columns
from headwater.ledger.readers.recalled import ensure_schema, lasting_name

FORMER = "synthetic_former"


def hold(connection: psycopg.Connection, dataset: str) -> None:
    """Until the transaction ends, no other batch of the dataset gives way to a newer one.

    To be called before anything else of the readers' table is: two sessions that load beside it and then both want to
    detach from it would wait for each other.
    """
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"headwater former {dataset}"])


def keep(connection: psycopg.Connection, dataset: str, partition: str, batch_id: str) -> None:
    """Move the date's partition of the readers' table to the table of former rows; no row is written.

    Nothing happens where readers see no rows of the date. A query that began before keeps its lock, and this waits.
    Within :func:`hold`.

    Args:
        connection: of the caller's transaction.
        dataset: name of both tables.
        partition: name of the partition in the schema ``synthetic``.
        batch_id: whose rows they are.
    """
    found = connection.execute("SELECT to_regclass(format('%%I.%%I', %s::text, %s::text))", [SCHEMA, partition])
    if found.fetchone() == (None,):
        return
    _ensure_parent(connection, dataset)
    name = lasting_name(partition, batch_id)
    statement = sql.SQL(
        "ALTER TABLE {parent} DETACH PARTITION {partition};"
        "ALTER TABLE {partition} RENAME TO {name};"
        "ALTER TABLE {renamed} SET SCHEMA {schema};"
        "ALTER TABLE {former} ATTACH PARTITION {lasting} FOR VALUES IN ({batch})"
    )
    parts: dict[str, sql.Composable] = {
        "parent": sql.Identifier(SCHEMA, dataset),
        "partition": sql.Identifier(SCHEMA, partition),
        "name": sql.Identifier(name),
        "renamed": sql.Identifier(SCHEMA, name),
        "schema": sql.Identifier(FORMER),
        "former": sql.Identifier(FORMER, dataset),
        "lasting": sql.Identifier(FORMER, name),
        "batch": sql.Literal(batch_id),
    }
    connection.execute(statement.format(**parts), prepare=False)


def drop(connection: psycopg.Connection, partition: str, batch_id: str) -> None:
    """Drop what :func:`keep` kept of the batch; nothing happens when there is none."""
    lasting = sql.Identifier(FORMER, lasting_name(partition, batch_id))
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(lasting))


def _ensure_parent(connection: psycopg.Connection, dataset: str) -> None:
    """The table of former rows with every column of the readers' table."""
    wanted, found = found_columns(connection, dataset), found_columns(connection, dataset, FORMER)
    former = sql.Identifier(FORMER, dataset)
    if not found:
        ensure_schema(connection, FORMER)
        statement = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING COMMENTS) PARTITION BY LIST (_batch_id)")
        connection.execute(statement.format(former, sql.Identifier(SCHEMA, dataset)))
        text = (
            f"Synthetic rows made by Headwater: former revisions of nights of {dataset}, which newer ones in "
            f"{SCHEMA}.{dataset} took the place of. No row is a real record: do not treat as real. One partition a "
            "batch; headwater.batch_revisions numbers them."
        )
        connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(former, sql.Literal(text)))
        return
    for name in wanted.keys() - found.keys():
        kind = sql.SQL(wanted[name])
        connection.execute(sql.SQL("ALTER TABLE {} ADD COLUMN {} {}").format(former, sql.Identifier(name), kind))
