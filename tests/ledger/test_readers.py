"""The readers' tables: a whole batch or none, whatever happens in the middle; one partition a date."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psycopg
import pyarrow as pa
import pytest
from tests.ledger.facts import NIGHT, uid
from tests.ledger.reading import AGES, NEXT_NIGHT, ages, publish, seen

from headwater.ledger import Ledger, LedgerError, LedgerUnavailable, NotInLedger


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


def fail_after_publishing(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        books.readers.publish("clinic", AGES, NIGHT, uid("new"), iter([ages(7)]))
        raise KeyError


def test_a_failure_in_the_middle_leaves_the_former_batch(furnished: Ledger, reader: psycopg.Connection) -> None:
    publish(furnished, AGES, ages(1), batch="old")

    def rows() -> Iterator[pa.Table]:
        yield ages(7)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), furnished.transaction() as books:
        books.readers.publish("clinic", AGES, NIGHT, uid("new"), rows())
    assert seen(reader) == [(NIGHT, uid("old"), 1)]
    with pytest.raises(KeyError):
        fail_after_publishing(furnished)
    assert seen(reader) == [(NIGHT, uid("old"), 1)]
    assert publish(furnished, AGES, ages(7), batch="new") == 1


def test_a_first_release_that_fails_leaves_no_table(furnished: Ledger, reader: psycopg.Connection) -> None:
    with pytest.raises(LedgerError, match="other columns"):
        publish(furnished, AGES, pa.table({"ward": ["a"], "age": [1]}))
    assert reader.execute("SELECT to_regclass('synthetic.clinic')").fetchone() == (None,)


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


def publish_in_haste(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        books.readers._connection().execute("SET LOCAL lock_timeout = '200ms'")
        books.readers.publish("clinic", AGES, NIGHT, uid("new"), iter([ages(7)]))


def test_a_readers_long_query_makes_the_release_unavailable_not_torn(
    furnished: Ledger, reader: psycopg.Connection, ledger_url: str
) -> None:
    publish(furnished, AGES, ages(1), batch="old")
    with psycopg.connect(ledger_url.replace("+psycopg", "")) as analyst:
        analyst.execute("SELECT * FROM synthetic.clinic")
        with pytest.raises(LedgerUnavailable, match=r"another session holds a lock.*Cure"):
            publish_in_haste(furnished)
    assert seen(reader) == [(NIGHT, uid("old"), 1)]
