"""The ledger's three errors, and how a driver's error becomes one of them without a value or a password in it."""

from __future__ import annotations

import psycopg
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError


class LedgerError(Exception):
    """The ledger refuses: asking again would not help (but for LedgerUnavailable). Names the thing and the cure."""


class NotInLedger(LedgerError):  # noqa: N818 - says what is so, and reads well where it is caught
    """There is no such row."""


class LedgerUnavailable(LedgerError):  # noqa: N818 - the same
    """The ledger cannot be reached or is busy: nothing half-written stays, and the stage may run again.

    The one ledger error that is worth a retry; catch it before LedgerError.
    """


_BUSY = {
    "55P03": "another session holds a lock that was waited for in vain",
    "40P01": "two sessions waited for each other (deadlock)",
    "40001": "another session changed the same rows",
    "57014": "the statement took longer than its timeout",
}
_REFUSED = {
    "23502": "a value is missing that must be there",
    "23503": "it names something the ledger does not hold; record that first",
    "23505": "there is one already",
    "23514": "a value is outside what is allowed",
}


def place_of(url: URL) -> str:
    """Host, port and database of a URL; never user or password."""
    return f"{url.host or 'localhost'}:{url.port or 5432}/{url.database}"


def translate(error: DBAPIError | psycopg.Error, url: URL) -> LedgerError:
    """The ledger's error for a driver's. The driver's own text may hold values, and is left out or cut to be safe."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(origin, "sqlstate", None)
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if isinstance(origin, psycopg.DataError) and state is None:
        # psycopg itself refuses it, before the server has seen it.
        return LedgerError("The ledger refuses the row: a text holds the character NUL, which Postgres cannot store.")
    if state in _BUSY:
        return LedgerUnavailable(f"The ledger at {place_of(url)} is busy: {_BUSY[state]}. Cure: run the stage again.")
    if state is None or lost or state[:2] in ("08", "28", "3D", "53", "57"):
        return _unavailable(origin, state, url)
    if state in ("3F000", "42P01"):
        return LedgerError(f"The ledger at {place_of(url)} lacks a table. Cure: migrate it (headwater.ledger.migrate).")
    diagnosis = getattr(origin, "diag", None)
    table = getattr(diagnosis, "table_name", None)
    where = f" in {table}" if table else ""
    constraint = getattr(diagnosis, "constraint_name", None)
    rule = f" (constraint {constraint})" if constraint else ""
    reason = _REFUSED.get(state, f"{type(origin).__name__}, SQLSTATE {state}")
    if state.startswith("42"):
        # A fault of the statement or of rights: its text names tables and columns, never values.
        return LedgerError(
            f"The ledger at {place_of(url)} refuses the statement: {diagnosis and diagnosis.message_primary}."
        )
    return LedgerError(f"The ledger refuses the row{where}: {reason}{rule}.")


def _unavailable(origin: object, state: str | None, url: URL) -> LedgerUnavailable:
    lines = [line.strip() for line in str(origin).splitlines() if line.strip()]
    # Only errors of the connection itself are quoted: they come from libpq, and speak of no row.
    reason = lines[0] if lines and isinstance(origin, psycopg.OperationalError) else type(origin).__name__
    if url.password:
        reason = reason.replace(str(url.password), "***")
    cure = {
        "28": "check the user and password in the ledger's URL",
        "3D": "create the database, then migrate it",
        "53": "free space or connections on the server, then run the stage again",
    }.get((state or "")[:2], "start Postgres (make up), check host and port, then run the stage again")
    return LedgerUnavailable(f"The ledger at {place_of(url)} does not answer: {reason[:300]}. Cure: {cure}.")
