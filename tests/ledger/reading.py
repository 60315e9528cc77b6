"""Publishing and reading back, for the tests of the readers' tables."""

from __future__ import annotations

from datetime import date

import psycopg
import pyarrow as pa
from tests.ledger.facts import NIGHT, uid

from headwater.ledger import Ledger
from headwater.tables.frames import arrow_schema
from headwater.tables.schema import ColumnSchema, Storage, TableSchema

NEXT_NIGHT = date(2026, 1, 2)


def schema_of(**columns: Storage) -> TableSchema:
    return TableSchema(
        columns=tuple(
            ColumnSchema(name=name, sdtype="id", storage=storage, nullable=True) for name, storage in columns.items()
        )
    )


AGES = schema_of(age="integer", ward="text")


def ages(*values: int | None) -> pa.Table:
    wards = ["a" if value else None for value in values]
    return pa.Table.from_arrays([pa.array(values, pa.int64()), pa.array(wards, pa.string())], schema=arrow_schema(AGES))


def publish(ledger: Ledger, schema: TableSchema, *tables: pa.Table, night: date = NIGHT, batch: str = "batch") -> int:
    with ledger.transaction() as books:
        return books.readers.publish("clinic", schema, night, uid(batch), iter(tables))


def seen(reader: psycopg.Connection) -> list[tuple[object, ...]]:
    return reader.execute("SELECT batch_date, _batch_id::text, age FROM synthetic.clinic ORDER BY 1, 3").fetchall()
