"""Recalled rows: gone from the readers' table in one step, kept whole for an auditor, closed to readers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psycopg
import pytest
from psycopg import sql
from tests.ledger.facts import NIGHT, uid
from tests.ledger.reading import AGES, NEXT_NIGHT, ages, publish, schema_of, seen

from headwater.ledger import Ledger, LedgerError, LedgerUnavailable

NOTE = 'RECALLED by ada: it\'s "bad"; DROP TABLE x; -- ü \U0001f41f'


def set_aside(ledger: Ledger, night: date = NIGHT, batch: str = "batch", note: str = NOTE) -> str | None:
    with ledger.transaction() as books:
        return books.readers.set_aside("clinic", night, uid(batch), note)


def table(night: date = NIGHT, batch: str = "batch") -> str:
    return f'synthetic_recalled."clinic@{night}@{uid(batch)[:8]}"'


def rows(reader: psycopg.Connection, name: str) -> list[tuple[object, ...]]:
    return reader.execute(f"SELECT batch_date, _batch_id::text, age FROM {name} ORDER BY 1, 3").fetchall()


def test_rows_leave_the_readers_and_stay_for_an_auditor(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1, 2))
    publish(furnished, AGES, ages(7), night=NEXT_NIGHT)
    assert set_aside(furnished) == table().replace('"', "")
    assert seen(reader) == [(NEXT_NIGHT, uid("batch"), 7)]
    assert rows(reader, table()) == [(NIGHT, uid("batch"), 1), (NIGHT, uid("batch"), 2)]
    comment = reader.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [table()]).fetchone()
    assert comment == (NOTE,)
    with furnished.transaction() as books:
        assert books.readers.count("clinic", NIGHT) == 0


def test_the_date_can_be_published_and_recalled_again(furnished: Ledger, reader: psycopg.Connection) -> None:
    for number, batch in enumerate(("first", "second")):
        publish(furnished, AGES, ages(number), batch=batch)
        set_aside(furnished, batch=batch)
    publish(furnished, AGES, ages(9), batch="third")
    assert seen(reader) == [(NIGHT, uid("third"), 9)]
    assert rows(reader, table(batch="first")) == [(NIGHT, uid("first"), 0)]
    assert rows(reader, table(batch="second")) == [(NIGHT, uid("second"), 1)]


def test_what_readers_do_not_see_is_not_set_aside(furnished: Ledger, reader: psycopg.Connection) -> None:
    assert set_aside(furnished) is None
    publish(furnished, AGES, ages(1))
    assert set_aside(furnished, night=NEXT_NIGHT) is None
    assert seen(reader) == [(NIGHT, uid("batch"), 1)]


def fail_after_setting_aside(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        books.readers.set_aside("clinic", NIGHT, uid("batch"), NOTE)
        raise ZeroDivisionError


def test_a_failure_afterwards_leaves_the_rows_with_the_readers(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1))
    with pytest.raises(ZeroDivisionError):
        fail_after_setting_aside(furnished)
    assert seen(reader) == [(NIGHT, uid("batch"), 1)]
    assert reader.execute("SELECT to_regnamespace('synthetic_recalled')").fetchone() == (None,)


def test_dropped_rows_are_gone_and_may_be_dropped_again(furnished: Ledger, reader: psycopg.Connection) -> None:
    with furnished.transaction() as books:
        books.readers.drop_aside("clinic", NIGHT, uid("batch"))
    publish(furnished, AGES, ages(1))
    set_aside(furnished)
    for _ in range(2):
        with furnished.transaction() as books:
            books.readers.drop_aside("clinic", NIGHT, uid("another"))
            books.readers.drop_aside("clinic", NIGHT, uid("batch"))
    assert reader.execute("SELECT to_regclass(%s)", [table()]).fetchone() == (None,)


def test_the_longest_name_fits(furnished: Ledger, reader: psycopg.Connection) -> None:
    longest = "d" * 40
    with furnished.transaction() as books:
        books.datasets.register(longest, "tests", "")
        books.readers.publish(longest, AGES, NIGHT, uid("batch"), iter([ages(1)]))
        name = books.readers.set_aside(longest, NIGHT, uid("batch"), NOTE)
    held = reader.execute("SELECT relname FROM pg_class WHERE relname LIKE 'dddd%' AND relname LIKE '%@%'").fetchall()
    assert name == f"synthetic_recalled.{held[0][0]}"


def test_first_recalls_of_several_dates_at_once(furnished: Ledger, reader: psycopg.Connection) -> None:
    nights = [date(2026, 1, day) for day in range(1, 7)]
    for night in nights:
        publish(furnished, AGES, ages(night.day), night=night)
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda night: set_aside(furnished, night=night), nights))
    assert seen(reader) == []
    assert [rows(reader, table(night)) for night in nights] == [[(n, uid("batch"), n.day)] for n in nights]


def test_who_may_read_the_table_may_not_read_what_was_recalled(
    furnished: Ledger, reader: psycopg.Connection, ledger_url: str
) -> None:
    role = sql.Identifier(f"analyst_{uid(ledger_url)[:8]}")
    publish(furnished, AGES, ages(1))
    reader.execute(sql.SQL("CREATE ROLE {}").format(role))
    try:
        reader.execute(sql.SQL("GRANT USAGE ON SCHEMA synthetic TO {}").format(role))
        reader.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA synthetic TO {}").format(role))
        set_aside(furnished)
        reader.execute(sql.SQL("SET ROLE {}").format(role))
        assert seen(reader) == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="synthetic_recalled"):
            rows(reader, table())
    finally:
        reader.execute("RESET ROLE")
        reader.execute(sql.SQL("DROP OWNED BY {}").format(role))
        reader.execute(sql.SQL("DROP ROLE {}").format(role))


def set_aside_in_haste(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        books.readers._connection().execute("SET LOCAL lock_timeout = '200ms'")
        books.readers.set_aside("clinic", NIGHT, uid("batch"), NOTE)


def test_a_readers_long_query_makes_the_recall_unavailable_not_torn(
    furnished: Ledger, reader: psycopg.Connection, ledger_url: str
) -> None:
    publish(furnished, AGES, ages(1))
    with psycopg.connect(ledger_url.replace("+psycopg", "")) as analyst:
        analyst.execute("SELECT * FROM synthetic.clinic")
        with pytest.raises(LedgerUnavailable, match=r"another session holds a lock.*Cure"):
            set_aside_in_haste(furnished)
    assert seen(reader) == [(NIGHT, uid("batch"), 1)]


def test_a_table_of_another_shape_is_told_before_rows_are_made(furnished: Ledger) -> None:
    with furnished.transaction() as books:
        books.readers.refuse_misfit("clinic", AGES)
    publish(furnished, AGES, ages(1))
    with furnished.transaction() as books:
        books.readers.refuse_misfit("clinic", AGES)
        books.readers.refuse_misfit("clinic", schema_of(age="integer", ward="text", more="date"))
        with pytest.raises(LedgerError, match=r"column 'ward' is gone.*Cure"):
            books.readers.refuse_misfit("clinic", schema_of(age="integer"))
        with pytest.raises(LedgerError, match=r"column 'age' was bigint and is now text.*Cure"):
            books.readers.refuse_misfit("clinic", schema_of(age="text", ward="text"))
