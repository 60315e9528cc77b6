"""Values in the readers' tables: what goes in comes out; what cannot go in is named by its column."""

from __future__ import annotations

import traceback
from datetime import date, datetime

import psycopg
import pyarrow as pa
import pytest
from tests.ledger.reading import publish, schema_of

from headwater.ledger import Ledger, LedgerError
from headwater.tables.frames import arrow_schema
from headwater.tables.schema import Storage

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
