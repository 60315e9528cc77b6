"""Where a table is, out of one text of a person: a file, a database URL with a table, a connection with a table.

Belongs here: reading that text. Does not: reading the table (``reading.py``).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from headwater.proposal.finding import ProposalError
from headwater.spec import CsvSource, ParquetSource, TableSource

DATABASES = (
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "sqlite",
    "oracle",
    "mssql",
    "snowflake",
    "redshift",
    "duckdb",
)
_URL = re.compile(rf"({'|'.join(DATABASES)})(\+\w+)?://.*", re.IGNORECASE | re.DOTALL)
_CONNECTION = re.compile(r"([A-Za-z0-9_.-]+)#(.*)", re.DOTALL)
PARQUET = (".parquet", ".pq", ".parq")

TAKES = (
    "Name a file (data/rooms.csv, s3://bucket/rooms.parquet), a connection with a table (clinic_db#public.rooms), or a "
    "database URL with a table (postgresql://user:password@host/base#public.rooms)."
)


@dataclass(frozen=True)
class Place:
    """A source, and what else is known of it.

    Attributes:
        source: as the spec will have it; a CSV's separator is not known yet.
        url: of the database where a person gave one; a secret. Airflow needs it as a connection.
    """

    source: CsvSource | ParquetSource | TableSource
    url: str | None = None

    def connect(self, otherwise: Callable[[str], str]) -> Callable[[str], str]:
        """Connection id to URL: the URL that was given, or what ``otherwise`` knows."""
        return otherwise if self.url is None else lambda _: str(self.url)


def place_of(given: str, name: str) -> Place:
    """The place that the text ``given`` names, for a dataset called ``name``.

    Raises:
        ProposalError: it is empty, or a database without a table.
    """
    text = given.strip()
    if not text:
        raise ProposalError("SOURCE is empty: there is no table to look at.", TAKES)
    if _URL.fullmatch(text):
        url, _, table = text.partition("#")
        return Place(_table(f"{name}_source", table), url)
    connection = _CONNECTION.fullmatch(text)
    if connection is not None and not Path(text).exists():
        return Place(_table(*connection.groups()))
    path = _absolute(text)
    bare = re.sub(r"\.(gz|bz2|xz|zip|zst)$", "", path.partition("?")[0].lower())
    if bare.endswith(PARQUET):
        return Place(ParquetSource(kind="parquet", path=path))
    return Place(CsvSource(kind="csv", path=path))


def environment_connection(connection_id: str) -> str:
    """The URL of a connection that the environment holds as Airflow reads it: ``AIRFLOW_CONN_`` and the id in capitals.

    Raises:
        LookupError: there is none.
    """
    found = os.environ.get(f"AIRFLOW_CONN_{connection_id.upper()}")
    if not found:
        raise LookupError(f"AIRFLOW_CONN_{connection_id.upper()} is not set")
    return found


def _table(connection: str, table: str) -> TableSource:
    schema, _, bare = table.strip().rpartition(".")
    if not bare:
        raise ProposalError("SOURCE names a database and no table.", "Add it after a #: …#schema.table, or …#table.")
    return TableSource(kind="table", connection=connection, table=bare, schema=schema or None)


def _absolute(path: str) -> str:
    """Workers run elsewhere, so a path on this machine is written in full; a URL or a variable stays as it is."""
    return path if "://" in path or path.startswith("${") else str(Path(path).expanduser().resolve())
