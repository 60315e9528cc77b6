"""The readers' tables: hostile names and values come back as they were; a whole batch or none; columns may be added."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import psycopg
import pyarrow as pa
import pytest
from tests.ledger.facts import NIGHT, furnish, uid

from headwater.ledger import Ledger, LedgerError, LedgerUnavailable, NotInLedger
from headwater.ledger.readers.columns import postgres_name
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


@pytest.fixture
def furnished(ledger: Ledger) -> Ledger:
    with ledger.transaction() as books:
        furnish(books)
    return ledger


def publish(ledger: Ledger, schema: TableSchema, *tables: pa.Table, night: date = NIGHT, batch: str = "batch") -> int:
    with ledger.transaction() as books:
        return books.readers.publish("clinic", schema, night, uid(batch), iter(tables))


def seen(reader: psycopg.Connection) -> list[tuple[object, ...]]:
    return reader.execute("SELECT batch_date, _batch_id::text, age FROM synthetic.clinic ORDER BY 1, 3").fetchall()


def test_a_batch_is_seen_with_its_date_and_id(furnished: Ledger, reader: psycopg.Connection) -> None:
    assert publish(furnished, AGES, ages(1, 2), ages(3)) == 3
    assert seen(reader) == [(NIGHT, uid("batch"), age) for age in (1, 2, 3)]
    with furnished.transaction() as books:
        assert books.readers.count("clinic", NIGHT) == 3
        assert books.readers.count("clinic", NEXT_NIGHT) == 0
        assert books.readers.count("nobody", NIGHT) == 0


def test_publishing_again_replaces_only_the_date(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1, 2), batch="old")
    publish(furnished, AGES, ages(7), night=NEXT_NIGHT)
    for _ in range(8):
        assert publish(furnished, AGES, ages(9), batch="new") == 1
    assert seen(reader) == [(NIGHT, uid("new"), 9), (NEXT_NIGHT, uid("batch"), 7)]
    partitions = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'synthetic.clinic'::regclass"
    assert sorted(reader.execute(partitions).fetchall()) == [
        ('synthetic."clinic@2026-01-01"',),
        ('synthetic."clinic@2026-01-02"',),
    ]
    every = reader.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'synthetic'").fetchone()
    assert every == (3,)


def test_no_rows_are_a_batch_too(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1))
    assert publish(furnished, AGES) == 0
    assert publish(furnished, AGES, ages()) == 0
    assert seen(reader) == []


def test_a_dropped_date_is_gone_and_may_be_dropped_again(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1))
    publish(furnished, AGES, ages(2), night=NEXT_NIGHT)
    for _ in range(2):
        with furnished.transaction() as books:
            books.readers.drop("clinic", NIGHT)
            books.readers.drop("never published", NIGHT)
    assert seen(reader) == [(NEXT_NIGHT, uid("batch"), 2)]


def test_a_second_session_sees_the_former_batch_until_the_commit(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1, 2), batch="old")
    former = [(NIGHT, uid("old"), 1), (NIGHT, uid("old"), 2)]

    def rows() -> Iterator[pa.Table]:
        yield ages(7)
        assert seen(reader) == former
        yield ages(8)
        assert seen(reader) == former

    with furnished.transaction() as books:
        books.readers.publish("clinic", AGES, NIGHT, uid("new"), rows())
    assert seen(reader) == [(NIGHT, uid("new"), 7), (NIGHT, uid("new"), 8)]


def test_a_reader_in_the_middle_waits_and_then_sees_the_whole_new_batch(
    furnished: Ledger, reader: psycopg.Connection, ledger_url: str
) -> None:
    """A reader whose snapshot is older than the release sees the new batch whole, never an empty date."""
    publish(furnished, AGES, ages(1), batch="old")
    with psycopg.connect(ledger_url.replace("+psycopg", "")) as old:
        old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        old.execute("SELECT 1 FROM pg_class LIMIT 1")
        publish(furnished, AGES, ages(7, 8), batch="new")
        assert seen(old) == [(NIGHT, uid("new"), 7), (NIGHT, uid("new"), 8)]


def test_a_failure_in_the_middle_leaves_the_former_batch(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1), batch="old")

    def rows() -> Iterator[pa.Table]:
        yield ages(7)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), furnished.transaction() as books:
        books.readers.publish("clinic", AGES, NIGHT, uid("new"), rows())
    assert seen(reader) == [(NIGHT, uid("old"), 1)]
    with pytest.raises(KeyError), furnished.transaction() as books:
        books.readers.publish("clinic", AGES, NIGHT, uid("new"), iter([ages(7)]))
        raise KeyError
    assert seen(reader) == [(NIGHT, uid("old"), 1)]
    assert publish(furnished, AGES, ages(7), batch="new") == 1


def test_a_first_release_that_fails_leaves_no_table(furnished: Ledger, reader: psycopg.Connection) -> None:
    with pytest.raises(LedgerError, match="other columns"):
        publish(furnished, AGES, pa.table({"ward": ["a"], "age": [1]}))
    assert reader.execute("SELECT to_regclass('synthetic.clinic')").fetchone() == (None,)


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


VALUES: dict[Storage, list[object]] = {
    "text": [
        "",
        None,
        "\\.",
        "\\N",
        'quo"te',
        "a,b",
        "line\nfeed",
        "a\n\\.\nb",
        "cr\r\nlf",
        " pad ",
        "'",
        "NULL",
        "ü🙂",
        "%s",
    ],
    "integer": [2**63 - 1, -(2**63), 0, None],
    "real": [0.1, -0.0, 1e308, 5e-324, float("inf"), float("-inf"), None, 123456789.123456789],
    "boolean": [True, False, None],
    "date": [date(1, 1, 1), date(1969, 12, 31), date(2262, 4, 12), date(9999, 12, 31), None],
    "timestamp": [
        datetime(1066, 10, 14, 9, 0, 0, 1),  # noqa: DTZ001 - the column has no zone
        datetime(2026, 1, 1, 12, 34, 56, 789012),  # noqa: DTZ001
        datetime(9999, 12, 31, 23, 59, 59, 999999),  # noqa: DTZ001
        None,
    ],
}


@pytest.mark.parametrize("storage", list(VALUES))
def test_every_value_comes_back(furnished: Ledger, reader: psycopg.Connection, storage: Storage) -> None:
    """One column alone: an empty line of CSV must be a missing value and no end."""
    schema = schema_of(value=storage)
    table = pa.Table.from_arrays([pa.array(VALUES[storage])], schema=arrow_schema(schema))
    assert publish(furnished, schema, table) == len(VALUES[storage])
    found = [row[0] for row in reader.execute("SELECT value FROM synthetic.clinic").fetchall()]
    assert found == VALUES[storage]
    assert [str(value) for value in found] == [str(value) for value in VALUES[storage]]


def test_a_frame_of_all_types_comes_back(furnished: Ledger, reader: psycopg.Connection) -> None:
    rows = 7
    schema = schema_of(**{f"a {storage}": storage for storage in VALUES})
    columns = [pa.array([values[row % len(values)] for row in range(rows)]) for values in VALUES.values()]
    table = pa.Table.from_arrays(columns, schema=arrow_schema(schema))
    publish(furnished, schema, table)
    found = reader.execute("SELECT * FROM synthetic.clinic").fetchall()
    assert [row[:-2] for row in found] == [tuple(row.values()) for row in table.to_pylist()]


@pytest.mark.parametrize(
    ("storage", "values"),
    [
        ("text", ["fine", "secret\x00value"]),
        ("date", pa.array([-800_000], pa.date32())),
        ("timestamp", pa.array([10**18], pa.timestamp("us"))),
    ],
)
def test_what_postgres_cannot_hold_is_named_by_column_and_not_by_value(
    furnished: Ledger, reader: psycopg.Connection, storage: Storage, values: list[str] | pa.Array
) -> None:
    schema = schema_of(**{"other": "integer", "my: column": storage})
    table = pa.Table.from_arrays([pa.array([5] * len(values)), pa.array(values)], schema=arrow_schema(schema))
    with pytest.raises(LedgerError, match=r"Column 'my: column' holds a value that Postgres cannot.*Cure") as caught:
        publish(furnished, schema, table)
    shown = "".join(traceback.format_exception(caught.value))
    assert "secret" not in shown
    assert "-0221" not in shown
    assert reader.execute("SELECT to_regclass('synthetic.clinic')").fetchone() == (None,)


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


def test_only_a_registered_dataset_is_published(ledger: Ledger) -> None:
    with pytest.raises(NotInLedger, match="no dataset 'clinic'"):
        publish(ledger, AGES, ages(1))


def test_attaching_reads_no_row_again(furnished: Ledger, reader: psycopg.Connection) -> None:
    notices: list[str] = []
    with furnished.transaction() as books:
        connection = books.readers._connection()
        connection.execute("SET LOCAL client_min_messages = debug1")
        connection.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
        books.readers.publish("clinic", AGES, NIGHT, uid("batch"), iter([ages(1)]))
    assert any("is implied by existing constraints" in notice for notice in notices)


def test_first_releases_of_two_dates_at_once(furnished: Ledger, reader: psycopg.Connection) -> None:
    nights = [date(2026, 1, day) for day in range(1, 7)]
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda night: publish(furnished, AGES, ages(night.day), night=night), nights))
    assert seen(reader) == [(night, uid("batch"), night.day) for night in nights]


def test_a_readers_long_query_makes_the_release_unavailable_not_torn(
    furnished: Ledger, reader: psycopg.Connection, ledger_url: str
) -> None:
    publish(furnished, AGES, ages(1), batch="old")
    with psycopg.connect(ledger_url.replace("+psycopg", "")) as analyst:
        analyst.execute("SELECT * FROM synthetic.clinic")
        with (
            pytest.raises(LedgerUnavailable, match=r"another session holds a lock.*Cure"),
            furnished.transaction() as books,
        ):
            books.readers._connection().execute("SET LOCAL lock_timeout = '200ms'")
            books.readers.publish("clinic", AGES, NIGHT, uid("new"), iter([ages(7)]))
    assert seen(reader) == [(NIGHT, uid("old"), 1)]
