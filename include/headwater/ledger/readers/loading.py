"""Rows into one new table by COPY: Arrow to CSV here, CSV to rows in Postgres, both at work at the same time."""

from __future__ import annotations

import re
from collections.abc import Iterable

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from headwater.ledger.errors import LedgerError
from headwater.ledger.readers.columns import ReaderColumn
from headwater.tables.hashing import csv_bytes

CHUNK_ROWS = 10_000
"""Rows turned into text at a time: few, so that Postgres has work while the next ones are turned."""


def load(
    connection: psycopg.Connection, target: sql.Identifier, columns: list[ReaderColumn], tables: Iterable[pa.Table]
) -> int:
    """COPY all rows into ``target``, a table made in this transaction, and return their number.

    FREEZE: the rows need no later pass of VACUUM, and whoever sees the new partition sees all of its rows.

    Raises:
        LedgerError: a table has other columns, or holds a value that Postgres cannot. No value is named.
    """
    names = sql.SQL(", ").join(sql.Identifier(column.postgres_name) for column in columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv, FREEZE)").format(target, names)
    rows = 0
    try:
        with connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for table in tables:
                    for chunk in _chunks(table, columns):
                        copy.write(csv_bytes(chunk))
                        rows += chunk.num_rows
            arrived = cursor.rowcount
    except psycopg.DataError as error:
        # The driver's text quotes the row: only the column's name is taken from it.
        raise LedgerError(_unfit(_column_in(str(error.diag.context), columns))) from None
    if arrived != rows:
        raise LedgerError(f"Of {rows} rows Postgres took {arrived}. Cure: use Postgres 18, for which this is tested.")
    return rows


def _chunks(table: pa.Table, columns: list[ReaderColumn]) -> Iterable[pa.Table]:
    wanted = [column.name for column in columns]
    if table.schema.names != wanted:
        raise LedgerError("The rows have other columns than their schema. Cure: conform them to the snapshot's schema.")
    for start in range(0, table.num_rows, CHUNK_ROWS):
        chunk = table.slice(start, CHUNK_ROWS)
        for name, values in zip(wanted, chunk.columns, strict=True):
            if pa.types.is_string(values.type) and pc.any(pc.match_substring(values, "\0")).as_py():
                raise LedgerError(_unfit(name))
        yield chunk


def _unfit(column: str | None) -> str:
    place = f"Column {column!r}" if column else "A column"
    return (
        f"{place} holds a value that Postgres cannot: a text with the character NUL, or a moment before the year 1 or "
        "after 9999. Cure: bound the column in the spec (min, max) or clean it at the source, and train again."
    )


def _column_in(context: str, columns: list[ReaderColumn]) -> str | None:
    """The column that a COPY error speaks of: ``COPY t, line 3, column c: "value"``."""
    place = re.match(r"COPY .*?, line \d+, column (.*)", context, re.DOTALL)
    if place is None:
        return None
    found = [column for column in columns if place.group(1).startswith(f"{column.postgres_name}:")]
    return max(found, key=lambda column: len(column.name)).name if found else None
