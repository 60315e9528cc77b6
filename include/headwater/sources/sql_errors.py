"""A database's errors in plain words: what, where, the cure, and whether trying again may help.

A database quotes rows and passwords in its messages, so they are read here and never passed on;
only messages of SQLSTATE class 42 (syntax, unknown names, missing rights) are shown, for they speak of the query alone.
"""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from headwater.sources.errors import SourceError, SourceProblem, SourceUnavailable
from headwater.spec import DatasetSpec

_PASSING = ("08", "40", "53", "55", "57")  # connection, rollback, resources, lock, operator intervention
_REFUSED_FOR_GOOD = (
    ("password authentication failed", "user or password is wrong", "Correct the login of the connection in Airflow."),
    ("no password supplied", "the connection has no password", "Add the password to the connection in Airflow."),
    ("no pg_hba.conf entry", "the server does not admit this user or host", "Allow it in the server's pg_hba.conf."),
    ("does not exist", "the database or the user does not exist", "Correct the connection in Airflow."),
    ("permission denied", "the user has no right to connect", "Grant CONNECT on the database to the user."),
)


def explain(spec: DatasetSpec, connection_id: str, engine: Engine, stage: str, error: SQLAlchemyError) -> SourceError:
    """The error to raise for ``error``, met while ``stage`` ("connect" or "read")."""
    where = f"Connection {connection_id!r}"
    if engine.url.host:
        where += f" (host {engine.url.host!r}, port {engine.url.port or 'default'})"
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = str(getattr(cause, "sqlstate", None) or "")
    if stage == "connect":
        return _on_connect(spec, where, str(cause), state)
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or state[:2] in _PASSING or (_is_operational(cause) and not state and engine.dialect.name != "sqlite"):
        cure = "Nothing to change in the spec: try again when the database is well."
        problem = SourceProblem(f"{where} was lost or refused while the rows were read.", cure)
        return SourceUnavailable(spec.dataset, [problem])
    return SourceError(spec.dataset, [_on_read(where, cause, state)])


def _on_connect(spec: DatasetSpec, where: str, message: str, state: str) -> SourceError:
    for phrase, what, cure in _REFUSED_FOR_GOOD:
        if phrase in message or state[:2] == "28":
            return SourceError(spec.dataset, [SourceProblem(f"{where} is refused: {what}.", cure)])
    cure = "Check that the server runs and that host and port are right; then try again."
    return SourceUnavailable(spec.dataset, [SourceProblem(f"{where} cannot be reached.", cure)])


def _on_read(where: str, cause: BaseException | None, state: str) -> SourceProblem:
    if state == "25006":
        return SourceProblem(f"{where}: the query tries to write.", "Write one SELECT that only reads.")
    if state[:2] == "42":
        said = str(getattr(getattr(cause, "diag", None), "message_primary", None) or "the query is not valid")
        return SourceProblem(f"{where}: {said} (SQLSTATE {state}).", "Correct source in the spec, or grant SELECT.")
    if "too large" in str(cause) or "too small" in str(cause):
        what = f"{where}: a date lies outside the years 1 to 9999, or is infinite."
        return SourceProblem(what, "Leave such rows out, or cut the dates, by a query.")
    kind = type(cause).__name__ + (f", SQLSTATE {state}" if state else "")
    return SourceProblem(f"{where}: the rows cannot be read ({kind}).", "Run the statement in a SQL client to see why.")


def _is_operational(cause: BaseException | None) -> bool:
    return type(cause).__name__ in ("OperationalError", "InterfaceError")
