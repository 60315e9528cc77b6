"""How the ledger connects: psycopg 3, UTC, timeouts for locks, no parameter in any message."""

from __future__ import annotations

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError

from headwater.ledger.documents import to_json
from headwater.ledger.errors import LedgerError

CONNECT_SECONDS = 10
SESSION = "-c timezone=UTC -c search_path=public"
"""A user called headwater would else have our schema as its default, and Alembic take it for another one."""
LOCK_SECONDS = 60
"""How long a statement waits for another session's lock, such as that of an analyst's query."""


def ledger_url(url: str | URL) -> URL:
    """The URL with the driver that the ledger uses.

    Raises:
        LedgerError: it is no URL of a Postgres database.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise LedgerError(
            "The ledger's URL cannot be read. Cure: postgresql://USER:PASSWORD@HOST:PORT/headwater."
        ) from None
    if parsed.get_backend_name() not in ("postgresql", "postgres") or not parsed.database:
        kind = parsed.get_backend_name()
        raise LedgerError(f"The ledger needs a Postgres database, not {kind}. Cure: postgresql://…/headwater.")
    return parsed.set(drivername="postgresql+psycopg")


def ledger_engine(url: URL) -> Engine:
    """An engine whose connections are tested before use, so that a restarted Postgres is met with a new one."""
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=2,
        hide_parameters=True,
        json_serializer=to_json,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "headwater",
            # No prepared statements: after some uses Postgres plans them for any values, and a page's query that takes
            # .15 s for the datasets it is about took 2 s so. They are in the way of connection poolers, too.
            "prepare_threshold": None,
            "options": f"{SESSION} -c lock_timeout={LOCK_SECONDS * 1000}",
        },
    )
