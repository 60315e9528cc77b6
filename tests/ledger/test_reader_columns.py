"""The readers' columns: hostile names, new ones, lost ones."""

from __future__ import annotations

import psycopg
import pyarrow as pa
import pytest
from tests.ledger.facts import NIGHT, uid
from tests.ledger.reading import AGES, NEXT_NIGHT, ages, publish, schema_of, seen

from headwater.ledger import Ledger, LedgerError
from headwater.ledger.readers.columns import postgres_name
from headwater.tables.frames import arrow_schema
from headwater.tables.schema import ColumnSchema, TableSchema

LONG = "x" * 63
NAMES = [
    "two words",
    'quo"te',
    "select",
    "SELECT",
    "per%cent %s %(x)s",
    "brace {0} {} {x}",
    "back\\slash",
    "semi;colon -- comment",
    "new\nline",
    "naïve 数 🙂",
    "ctid",
    "xmin",
    "tableoid",
    LONG,
    LONG + "a",
    LONG + "b",
    "ü" * 40,
    "ü" * 40 + "b",
    " ",
    "'",
    "$1",
    ":name",
]


def test_hostile_column_names(furnished: Ledger, reader: psycopg.Connection) -> None:
    schema = TableSchema(
        columns=tuple(ColumnSchema(name=name, sdtype="id", storage="integer", nullable=True) for name in NAMES)
    )
    table = pa.Table.from_arrays([pa.array([n, -n]) for n in range(len(NAMES))], schema=arrow_schema(schema))
    for _ in range(2):
        assert publish(furnished, schema, table) == 2
    result = reader.execute("SELECT * FROM synthetic.clinic")
    found = result.fetchall()
    assert found[0][:-2] == tuple(range(len(NAMES)))
    assert result.description is not None
    columns = [column.name for column in result.description][:-2]
    assert len(set(columns)) == len(NAMES)
    assert max(len(name.encode()) for name in columns) <= 63
    comments = """
        SELECT attname, col_description(attrelid, attnum) FROM pg_attribute
        WHERE attrelid = 'synthetic.clinic'::regclass AND attnum > 0 ORDER BY attnum
    """
    true = [(comment or f"True name: {name}") for name, comment in reader.execute(comments).fetchall()]
    assert true[:-2] == [f"True name: {name}" for name in NAMES]


def test_a_new_column_is_added_and_old_rows_lack_it(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1))
    wider = schema_of(pulse="real", age="integer", ward="text", **{"long " * 20: "text"})
    columns = [pa.array([60.5]), pa.array([2]), pa.array(["b"]), pa.array(["c"])]
    publish(furnished, wider, pa.Table.from_arrays(columns, schema=arrow_schema(wider)), night=NEXT_NIGHT)
    found = reader.execute("SELECT age, ward, pulse FROM synthetic.clinic ORDER BY batch_date").fetchall()
    assert found == [(1, "a", None), (2, "b", 60.5)]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (schema_of(age="integer"), "column 'ward' is gone"),
        (schema_of(age="real", ward="text"), "column 'age' was bigint and is now double precision"),
        (schema_of(age="integer", station="text"), "column 'ward' is gone"),
    ],
)
def test_a_column_gone_or_retyped_is_an_error_with_a_cure(
    furnished: Ledger, reader: psycopg.Connection, schema: TableSchema, message: str
) -> None:
    publish(furnished, AGES, ages(1))
    with pytest.raises(LedgerError, match=rf"synthetic.clinic cannot take the new rows: {message}.*Cure"):
        publish(furnished, schema, arrow_schema(schema).empty_table())
    assert seen(reader) == [(NIGHT, uid("batch"), 1)]


def test_two_columns_of_one_name_in_postgres_are_refused(furnished: Ledger) -> None:
    long = "x" * 70
    clash = TableSchema(columns=schema_of(**{long: "integer", postgres_name(long): "integer"}).columns)
    with pytest.raises(LedgerError, match=r"same name in Postgres.*Cure"):
        publish(furnished, clash)


def test_the_table_says_that_it_is_synthetic(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1))
    comment = reader.execute("SELECT obj_description('synthetic.clinic'::regclass)").fetchone()
    assert comment is not None
    assert "Synthetic rows" in comment[0]
    assert "owner: nurse" in comment[0]
    assert "do not treat as real" in comment[0]
