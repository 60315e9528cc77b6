"""Real rows from a database, through SQLAlchemy, in chunks and without writing. Judging them is conform's work."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Executable,
    MetaData,
    Table,
    create_engine,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import quoted_name

from headwater.sources.drift import Kind, kind_drift, name_drift
from headwater.sources.errors import SourceError, SourceProblem
from headwater.sources.raw import Chunks
from headwater.sources.sql_errors import explain
from headwater.spec import DatasetSpec, QuerySource, TableSource

CHUNK_ROWS = 20_000
CONNECT_SECONDS = 10
_BIND = re.compile(r"(?<![:\w\\]):(?=\w)")


def read_table(spec: DatasetSpec, source: TableSource, connect: Callable[[str], str]) -> pd.DataFrame:
    """The spec's columns of one table or view.

    Raises:
        SourceError, SourceUnavailable: see :func:`headwater.sources.read.read_source`.
    """
    with _reading(spec, source.connection, connect) as connection:
        kinds = _reflect(spec, source, connection)
        if name_drift(list(kinds), spec):
            raise SourceError(spec.dataset, [*name_drift(list(kinds), spec), *kind_drift(kinds, spec)])
        return _fetch(connection, select(_table(source, spec.columns)))


def read_unknown_table(
    spec: DatasetSpec, source: TableSource, connect: Callable[[str], str]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """All columns of a table or view that no spec describes yet, and the primary key that the database declares.

    Args:
        spec: its name stands in errors; its columns are not looked at.
        source: names the table.
        connect: as in :func:`headwater.sources.read.read_source`.

    Raises:
        SourceError, SourceUnavailable: see :func:`headwater.sources.read.read_source`.
    """
    with _reading(spec, source.connection, connect) as connection:
        names = list(_reflect(spec, source, connection))
        declared = inspect(connection).get_pk_constraint(source.table, schema=source.schema_)
        return _fetch(connection, select(_table(source, names))), tuple(declared["constrained_columns"])


def read_query(spec: DatasetSpec, source: QuerySource, connect: Callable[[str], str]) -> pd.DataFrame:
    """The rows of one SELECT, run in a transaction that may not write and is rolled back.

    Raises:
        SourceError, SourceUnavailable: see :func:`headwater.sources.read.read_source`.
    """
    with _reading(spec, source.connection, connect) as connection:
        # A spec's query takes no parameters, so every colon in it is meant literally.
        return _fetch(connection, text(_BIND.sub(r"\:", source.query.strip().rstrip(";"))))


def normalise_url(given: str) -> URL:
    """A SQLAlchemy URL of what Airflow or a person wrote: ``postgres://`` means psycopg 3.

    Raises:
        sqlalchemy.exc.ArgumentError: it is no URL.
    """
    url = make_url(given)
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    return url.difference_update_query(["__extra__"])  # Airflow's JSON extras; no driver knows them


@contextmanager
def _reading(spec: DatasetSpec, connection_id: str, connect: Callable[[str], str]) -> Iterator[Connection]:
    """A connection inside a transaction that only reads; whatever happens, it is rolled back and closed."""
    engine = _engine(spec, connection_id, connect)
    stage = "connect"
    try:
        with engine.connect() as connection:
            stage = "read"
            if engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin() as transaction:
                yield connection
                transaction.rollback()
    except SQLAlchemyError as error:
        raise explain(spec, connection_id, engine, stage, error) from None  # the cause may quote a row
    finally:
        engine.dispose()


def _engine(spec: DatasetSpec, connection_id: str, connect: Callable[[str], str]) -> Engine:
    try:
        given = connect(connection_id)
    except LookupError:
        given = ""
    if not given:
        what = f"There is no connection {connection_id!r}."
        cure = "Add it in Airflow (Admin, Connections) under this id, or correct source.connection."
        raise SourceError(spec.dataset, [SourceProblem(what, cure)])
    try:
        url = normalise_url(given)
        seconds = {"connect_timeout": CONNECT_SECONDS} if url.get_backend_name() == "postgresql" else {}
        return create_engine(url, poolclass=NullPool, connect_args=seconds, hide_parameters=True)
    except (ArgumentError, ValueError):
        what = f"Connection {connection_id!r} is no database URL."
        problem = SourceProblem(what, "Write it as dialect://user:password@host:port/database.")
    except (NoSuchModuleError, ImportError):
        what = f"Connection {connection_id!r} names a database whose driver is not installed."
        problem = SourceProblem(what, "Install the SQLAlchemy driver of that database where the workers run.")
    raise SourceError(spec.dataset, [problem]) from None


def _reflect(spec: DatasetSpec, source: TableSource, connection: Connection) -> dict[str, Kind | None]:
    """The table's column names, each with the kind its SQL type says (None where it says nothing)."""
    inspector = inspect(connection)
    if not inspector.has_table(source.table, schema=source.schema_):
        names = [*inspector.get_table_names(source.schema_), *inspector.get_view_names(source.schema_)]
        close = difflib.get_close_matches(source.table, names, n=1, cutoff=0.6)
        place = f" in schema {source.schema_!r}" if source.schema_ is not None else ""
        what = f"Connection {source.connection!r} has no table {source.table!r}{place} that its user can see."
        cure = f"Did you mean {close[0]!r}?" if close else "Correct source.schema and source.table, or grant access."
        raise SourceError(spec.dataset, [SourceProblem(what, cure)])
    columns = inspector.get_columns(source.table, schema=source.schema_)
    return {column["name"]: _kind(column["type"]) for column in columns}


def _table(source: TableSource, names: Iterable[str]) -> Table:
    """These columns of the table, every name quoted as it stands."""
    schema = quoted_name(source.schema_, quote=True) if source.schema_ is not None else None
    columns: list[Column[Any]] = [Column(quoted_name(name, quote=True)) for name in names]
    return Table(quoted_name(source.table, quote=True), MetaData(), *columns, schema=schema)


def _kind(sql_type: Any) -> Kind | None:
    try:
        name = sql_type.python_type.__name__
    except NotImplementedError:
        return None
    kinds: dict[str, Kind] = {"int": "number", "float": "number", "Decimal": "number", "str": "text", "UUID": "text"}
    kinds |= {"bool": "boolean", "date": "time", "datetime": "time"}
    return kinds.get(name)


def _fetch(connection: Connection, statement: Executable) -> pd.DataFrame:
    """All rows of ``statement``, a chunk at a time, each turned into columns before the next is read."""
    with connection.execution_options(stream_results=True, yield_per=CHUNK_ROWS).execute(statement) as result:
        chunks = Chunks(list(result.keys()))
        for rows in result.partitions():
            chunks.add(rows)
    return chunks.frame()
