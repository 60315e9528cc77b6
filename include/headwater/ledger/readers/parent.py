"""The partitioned table of one dataset: made at the first release, given new columns when the spec has new ones."""

from __future__ import annotations

import psycopg
from psycopg import sql

from headwater.ledger.errors import LedgerError
from headwater.ledger.readers.columns import ReaderColumn

SCHEMA = "synthetic"
OWN_COLUMNS = {"batch_date": "date", "_batch_id": "uuid"}


def table_name(dataset: str) -> sql.Identifier:
    """The quoted name of the dataset's readers' table."""
    return sql.Identifier(SCHEMA, dataset)


def ensure_parent(connection: psycopg.Connection, dataset: str, owner: str, columns: list[ReaderColumn]) -> None:
    """Make the dataset's table, or add the columns it lacks.

    Raises:
        LedgerError: a column is gone or has another type; readers would be misled.
    """
    if found_columns(connection, dataset) == _wanted(columns):
        return
    # Only whoever finds a difference waits here; it looks again, since another session may have removed it meanwhile.
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"headwater readers {dataset}"])
    found = found_columns(connection, dataset)
    if not found:
        _create(connection, dataset, owner, columns)
    elif found != _wanted(columns):
        _add_columns(connection, dataset, columns, found)


def found_columns(connection: psycopg.Connection, dataset: str, schema: str = SCHEMA) -> dict[str, str]:
    """Name to type of the table's columns, without Headwater's own; empty when there is no table."""
    query = """
        SELECT a.attname, format_type(a.atttypid, a.atttypmod)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped
    """
    rows = connection.execute(query, [schema, dataset]).fetchall()
    return {name: kind for name, kind in rows if name not in OWN_COLUMNS}


def refuse_changes(dataset: str, columns: list[ReaderColumn], found: dict[str, str]) -> None:
    """Do nothing if the table with the columns ``found`` can take rows of ``columns``.

    Raises:
        LedgerError: a column is gone or has another type.
    """
    wanted = _wanted(columns)
    gone = sorted(set(found) - set(wanted))
    retyped = sorted(name for name, kind in found.items() if wanted.get(name, kind) != kind)
    if gone or retyped:
        changes = [f"column {name!r} is gone" for name in gone]
        changes += [f"column {name!r} was {found[name]} and is now {wanted[name]}" for name in retyped]
        raise LedgerError(
            f"The readers' table synthetic.{dataset} cannot take the new rows: {'; '.join(changes)}. "
            "Cure: keep the column, or give the changed table a new dataset name, or drop the readers' table by hand."
        )


def _wanted(columns: list[ReaderColumn]) -> dict[str, str]:
    return {column.postgres_name: column.postgres_type for column in columns}


def _create(connection: psycopg.Connection, dataset: str, owner: str, columns: list[ReaderColumn]) -> None:
    _refuse_clashes(dataset, columns)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))
    lines: list[sql.Composable] = [_definition(column) for column in columns]
    lines += [sql.SQL('"batch_date" date NOT NULL'), sql.SQL('"_batch_id" uuid NOT NULL')]
    statement = sql.SQL("CREATE TABLE {} ({}) PARTITION BY LIST (batch_date)")
    connection.execute(statement.format(table_name(dataset), sql.SQL(", ").join(lines)))
    text = (
        f"Synthetic rows made by Headwater from the dataset {dataset}; owner: {owner}. "
        "No row is a real record: do not treat as real. "
        "One partition a batch_date; _batch_id leads to headwater.batch_lineage."
    )
    connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table_name(dataset), sql.Literal(text)))
    for column in columns:
        _comment(connection, dataset, column)


def _add_columns(
    connection: psycopg.Connection, dataset: str, columns: list[ReaderColumn], found: dict[str, str]
) -> None:
    refuse_changes(dataset, columns, found)
    _refuse_clashes(dataset, columns)
    new = [column for column in columns if column.postgres_name not in found]
    added = sql.SQL(", ").join(sql.SQL("ADD COLUMN {}").format(_definition(column)) for column in new)
    connection.execute(sql.SQL("ALTER TABLE {} {}").format(table_name(dataset), added))
    for column in new:
        _comment(connection, dataset, column)


def _refuse_clashes(dataset: str, columns: list[ReaderColumn]) -> None:
    """Two columns of one name can only be had by a name that was built for it; better an error than a mixture."""
    if len({column.postgres_name for column in columns}) < len(columns):
        raise LedgerError(
            f"Two columns of {dataset} get the same name in Postgres. Cure: rename one of them in the source."
        )


def _definition(column: ReaderColumn) -> sql.Composed:
    kind = sql.SQL(column.postgres_type)
    return sql.SQL("{} {}").format(sql.Identifier(column.postgres_name), kind)


def _comment(connection: psycopg.Connection, dataset: str, column: ReaderColumn) -> None:
    """The true name, where Postgres could not hold it."""
    if column.name != column.postgres_name:
        place = sql.Identifier(SCHEMA, dataset, column.postgres_name)
        text = sql.Literal(f"True name: {column.name}")
        connection.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(place, text))
