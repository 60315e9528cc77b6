"""Bringing the ledger's database to a version of its schema, one process at a time. Versions: ``migrations/``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from headwater.ledger.engine import CONNECT_SECONDS, SESSION, ledger_url
from headwater.ledger.errors import translate
from headwater.ledger.models.base import SCHEMA

LOCK = 4_702_111_234_234_974_585
"""Number of the advisory lock: whoever holds it migrates; the others wait, and then find nothing to do."""
WAIT_SECONDS = 120
LOCK_SECONDS = 10
STATEMENT_SECONDS = 300


def migrate(url: str, revision: str = "head") -> None:
    """Create or upgrade the ledger's tables in the database of ``url``. Does nothing when they are at ``revision``.

    Safe to call from several processes at once. Everything happens in one transaction, or nothing.

    Raises:
        LedgerUnavailable: Postgres does not answer, or another session holds a lock on a table too long.
        LedgerError: the schema cannot be changed (for want of rights, for example).
    """
    _within_lock(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str = "base") -> None:
    """Go back to ``revision``; ``base`` drops all tables of the ledger, but not the readers' tables.

    Raises: as :func:`migrate`.
    """
    _within_lock(url, lambda config: command.downgrade(config, revision))


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for one open connection; there is no ini file and no URL in it."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _within_lock(url: str, work: Callable[[Config], None]) -> None:
    parsed = ledger_url(url)
    try:
        _work_within_lock(parsed, work)
    except (DBAPIError, psycopg.Error) as error:
        raise translate(error, parsed) from error


def _work_within_lock(url: URL, work: Callable[[Config], None]) -> None:
    connect_args = {"connect_timeout": CONNECT_SECONDS, "application_name": "headwater migrate", "options": SESSION}
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=connect_args)
    with engine.connect() as connection, connection.begin():
        # Another migrator is waited for long, a reader's lock only briefly: more readers queue up behind it.
        _set(connection, "lock_timeout", WAIT_SECONDS)
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        _set(connection, "lock_timeout", LOCK_SECONDS)
        _set(connection, "statement_timeout", STATEMENT_SECONDS)
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        work(alembic_config(connection))


def _set(connection: Connection, name: str, seconds: int) -> None:
    """Set a timeout for this transaction only."""
    connection.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": f"{seconds}s"})
