"""The door: errors that name host and cure but no password, transactions that are whole, a Postgres that stops."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import text
from tests.ledger.facts import NIGHT, batch, check, furnish, uid, validation
from tests.ledger.reading import AGES, ages

from headwater.ledger import Books, Ledger, LedgerError, LedgerUnavailable
from headwater.ledger.migrate import migrate
from headwater.local.postgres import EmbeddedPostgres

WRONG = "hush-hush"


def enter(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        books.batches.older_than("clinic", "planned", NIGHT)


def shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite:///x.db", "mysql://u:hush@h/d", "postgresql://u:hush@h"])
def test_what_is_no_postgres_is_refused_at_once(url: str) -> None:
    with pytest.raises(LedgerError, match="Cure: postgresql://") as caught:
        Ledger(url)
    assert "hush" not in shown(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_any_spelling_of_postgres_is_taken(ledger_url: str, scheme: str) -> None:
    ledger = Ledger(ledger_url.replace("postgresql+psycopg", scheme))
    with ledger.transaction() as books:
        assert books.batches.older_than("clinic", "planned", NIGHT) == []
    ledger.close()


def test_nobody_at_the_door(unused_port: int) -> None:
    ledger = Ledger(f"postgresql://nurse:{WRONG}@127.0.0.1:{unused_port}/headwater")
    with pytest.raises(
        LedgerUnavailable, match=rf"127\.0\.0\.1:{unused_port}/headwater does not answer.*Cure"
    ) as caught:
        enter(ledger)
    assert WRONG not in shown(caught.value)
    assert WRONG not in repr(ledger)
    with pytest.raises(LedgerUnavailable, match="does not answer"):
        migrate(f"postgresql://nurse:{WRONG}@127.0.0.1:{unused_port}/headwater")


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def test_a_wrong_password_is_not_repeated(ledger_url: str) -> None:
    place = ledger_url.split("@", 1)[1]
    with pytest.raises(LedgerUnavailable, match="password authentication failed") as caught:
        enter(Ledger(f"postgresql://headwater:{WRONG}@{place}"))
    assert WRONG not in shown(caught.value)


def test_a_missing_database_is_named(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(LedgerUnavailable, match=r'database "nowhere" does not exist.*Cure'):
        enter(Ledger(postgres.url("nowhere")))


def test_a_ledger_that_is_not_migrated_says_so(database: str) -> None:
    ledger = Ledger(database)
    with pytest.raises(LedgerError, match=r"lacks a table. Cure: migrate"):
        enter(ledger)
    ledger.close()


def test_an_exception_rolls_everything_back_and_passes_through(ledger: Ledger) -> None:
    def write(books: Books) -> None:
        furnish(books)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), ledger.transaction() as books:
        write(books)
    with ledger.transaction() as books:
        assert books.snapshots.latest("clinic") is None
        furnish(books)


def test_no_value_is_in_an_error_nor_its_traceback(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bad = check("c", sentence="patient-4711", detail={"row": "patient-4711"}).model_copy(update={"severity": "loud"})
    with ledger.transaction() as books:
        furnish(books)
        books.batches.open(batch())
    with pytest.raises(LedgerError, match="ck_checks_severity_is_known") as caught, ledger.transaction() as books:
        books.validations.record(validation(), [bad])
    assert "patient-4711" not in shown(caught.value)
    assert "patient-4711" not in caplog.text


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A Postgres of the test's own, durable, that it may stop."""
    server = EmbeddedPostgres(tmp_path / "mortal", port=0)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_postgres_stopped_in_the_middle_leaves_nothing_half_written(mortal: EmbeddedPostgres) -> None:
    mortal.create_database("headwater")
    url = mortal.url("headwater")
    migrate(url)
    ledger = Ledger(url)
    with ledger.transaction() as books:
        furnish(books)
        books.batches.open(batch())

    def rows() -> Iterator[pa.Table]:
        yield ages(1)
        mortal.stop()
        yield ages(*range(100_000))

    def release(tables: Iterator[pa.Table]) -> None:
        with ledger.transaction() as books:
            books.validations.record(validation(), [check("coverage")])
            books.batches.mark(uid("batch"), "passed", content_hash="c" * 64)
            books.readers.publish("clinic", AGES, NIGHT, uid("batch"), tables)
            books.batches.mark(uid("batch"), "released")

    with pytest.raises(
        LedgerUnavailable, match=rf"127\.0\.0\.1:{mortal.port}/headwater does not answer.*Cure"
    ) as caught:
        release(rows())
    assert url.split(":")[2].split("@")[0] not in shown(caught.value)
    with pytest.raises(LedgerUnavailable, match="does not answer"):
        enter(ledger)
    mortal.start()
    assert mortal.url("headwater") == url
    with ledger.transaction() as books:
        assert books.batches.get(uid("batch")) == batch()
        assert books.validations.attempts(uid("batch")) == []
        assert books.readers.count("clinic", NIGHT) == 0
    release(iter([ages(1, 2)]))
    with ledger.transaction() as books:
        assert books.batches.get(uid("batch")).status == "released"
        assert books.readers.count("clinic", NIGHT) == 2
    ledger.close()


def test_a_session_ended_by_the_server_is_replaced(ledger: Ledger, ledger_url: str) -> None:
    enter(ledger)
    other = Ledger(ledger_url)
    with other.transaction() as books:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        end = f"SELECT pg_terminate_backend(pid) {others}"
        ended = books.batches._session.execute(text(end)).all()
    assert ended == [(True,)]
    with ledger.transaction() as books:
        assert books.batches.older_than("clinic", "planned", NIGHT) == []
    other.close()


def test_the_session_is_in_utc_whatever_the_server_says(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        assert books.batches._session.scalar(text("SHOW timezone")) == "UTC"
        assert books.batches._session.scalar(text("SHOW lock_timeout")) == "1min"


def test_no_statement_is_prepared_however_often_it_is_asked(ledger: Ledger) -> None:
    """A plan for any values reads whole tables where a page asks about a few datasets."""
    for _ in range(12):
        with ledger.transaction() as books:
            books.batches.older_than("clinic", "planned", NIGHT)
    with ledger.transaction() as books:
        found = books.readers._connection().execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
    assert found == (0,)
