"""Rows of former revisions: readable beside the readers' table, whole, until they come back or go for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import psycopg
import pyarrow as pa
from tests.ledger.facts import NIGHT, uid
from tests.ledger.reading import AGES, ages, publish, schema_of, seen

from headwater.ledger import Ledger
from headwater.tables.frames import arrow_schema


def replace(ledger: Ledger, *values: int, batch: str, former: str, night: date = NIGHT) -> None:
    with ledger.transaction() as books:
        books.readers.publish("clinic", AGES, night, uid(batch), iter([ages(*values)]), former=uid(former))


def former(reader: psycopg.Connection) -> list[tuple[object, ...]]:
    query = "SELECT batch_date, _batch_id::text, age FROM synthetic_former.clinic ORDER BY 1, 3"
    return reader.execute(query).fetchall()


def test_the_former_rows_of_a_date_stay_readable(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1, 2), batch="one")
    replace(furnished, 3, batch="two", former="one")
    replace(furnished, 4, 5, batch="three", former="two")
    assert seen(reader) == [(NIGHT, uid("three"), 4), (NIGHT, uid("three"), 5)]
    assert former(reader) == [(NIGHT, uid("one"), 1), (NIGHT, uid("one"), 2), (NIGHT, uid("two"), 3)]
    comment = reader.execute("SELECT obj_description('synthetic_former.clinic'::regclass, 'pg_class')").fetchone()
    assert comment is not None
    assert "do not treat as real" in comment[0]


def test_a_batch_that_comes_back_is_no_former_one(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1), batch="one")
    replace(furnished, 2, batch="two", former="one")
    replace(furnished, 1, batch="one", former="two")
    assert seen(reader) == [(NIGHT, uid("one"), 1)]
    assert former(reader) == [(NIGHT, uid("two"), 2)]


def test_without_rows_for_readers_nothing_is_kept(furnished: Ledger, reader: psycopg.Connection) -> None:
    replace(furnished, 1, batch="two", former="one")
    assert seen(reader) == [(NIGHT, uid("two"), 1)]
    assert reader.execute("SELECT to_regclass('synthetic_former.clinic')").fetchone() == (None,)


def test_former_rows_take_new_columns(furnished: Ledger, reader: psycopg.Connection) -> None:
    wider = schema_of(age="integer", ward="text", cost="real")
    publish(furnished, AGES, ages(1), batch="one")
    replace(furnished, 2, batch="two", former="one")
    rows = pa.Table.from_pylist([{"age": 3, "ward": "a", "cost": 1.5}], schema=arrow_schema(wider))
    with furnished.transaction() as books:
        books.readers.publish("clinic", wider, NIGHT, uid("three"), iter([rows]), former=uid("two"))
    found = reader.execute("SELECT age, cost FROM synthetic_former.clinic ORDER BY 1").fetchall()
    assert found == [(1, None), (2, None)]


def test_they_are_dropped_or_set_aside_batch_by_batch(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1), batch="one")
    replace(furnished, 2, batch="two", former="one")
    replace(furnished, 3, batch="three", former="two")
    with furnished.transaction() as books:
        name = books.readers.set_aside("clinic", NIGHT, uid("one"), "RECALLED", is_former=True)
        assert books.readers.set_aside("clinic", NIGHT, uid("one"), "RECALLED", is_former=True) is None
    assert former(reader) == [(NIGHT, uid("two"), 2)]
    assert name == f"synthetic_recalled.clinic@{NIGHT}@{uid('one')[:8]}"
    kept = reader.execute(f'SELECT age FROM synthetic_recalled."clinic@{NIGHT}@{uid("one")[:8]}"').fetchall()
    assert kept == [(1,)]
    with furnished.transaction() as books:
        books.readers.drop_former("clinic", NIGHT, uid("two"))
        books.readers.drop_former("clinic", NIGHT, uid("two"))
    assert former(reader) == []
    assert seen(reader) == [(NIGHT, uid("three"), 3)]


def test_an_exception_leaves_the_former_batch_with_its_readers(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1), batch="one")
    try:
        with furnished.transaction() as books:
            books.readers.publish("clinic", AGES, NIGHT, uid("two"), iter([ages(2)]), former=uid("one"))
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert seen(reader) == [(NIGHT, uid("one"), 1)]


def test_four_nights_give_way_at_the_same_time(furnished: Ledger, reader: psycopg.Connection) -> None:
    """Each loads beside the readers' table, then detaches from it: none may wait for one that waits for it."""
    nights = [NIGHT + timedelta(days=day) for day in range(4)]
    for night in nights:
        publish(furnished, AGES, ages(1), night=night, batch=f"{night} one")
    together = Barrier(4)

    def give_way(night: date) -> None:
        together.wait()
        for turn, (newer, older) in enumerate([("two", "one"), ("three", "two"), ("four", "three")]):
            replace(furnished, turn, batch=f"{night} {newer}", former=f"{night} {older}", night=night)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(give_way, nights))
    assert seen(reader) == [(night, uid(f"{night} four"), 2) for night in nights]
    assert len(former(reader)) == 12
