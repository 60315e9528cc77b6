"""The demo's real rows: two small public tables that come with our dependencies, put into Postgres as ``source.*``.

No other source of rows stands here, and nothing of the chain.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import psycopg
from psycopg import sql

SCHEMA = "source"
_TYPES = {"i": "bigint", "f": "double precision", "O": "text"}


def load_demo_tables(url: str) -> dict[str, int]:
    """Put both tables into the database ``url`` (SQLAlchemy or libpq form) and return rows by table name.

    A table that has the right number of rows already is left alone; any other is replaced. One transaction: readers see
    both whole tables or what was there before. Raises psycopg.Error if Postgres refuses.
    """
    frames = {"breast_cancer": breast_cancer, "fair": fair}
    counts: dict[str, int] = {}
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1)) as connection:
        present = _present(connection)
        for name, make in frames.items():
            counts[name] = present.get(name, 0)
            if counts[name] != ROWS[name]:
                counts[name] = _replace(connection, name, make())
    return counts


def breast_cancer() -> pd.DataFrame:
    """Return the Wisconsin diagnostic table: 569 rows; 30 float64 columns, and ``diagnosis`` (benign, malignant)."""
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer(as_frame=True)
    frame = pd.DataFrame(bunch.data)
    # Its code 0 means malignant, 1 benign.
    frame["diagnosis"] = pd.Series(bunch.target).map(dict(enumerate(map(str, bunch.target_names)))).astype(object)
    return frame


def fair() -> pd.DataFrame:
    """Return the marriage survey of 1974 (Fair 1978): 6,366 rows, 9 columns; whole numbers int64, others float64."""
    from statsmodels.datasets import fair as survey

    frame = pd.DataFrame(survey.load_pandas().data)
    whole = [column for column in frame if (frame[column] % 1 == 0).all()]
    return frame.astype(dict.fromkeys(whole, "int64"))


ROWS: Mapping[str, int] = {"breast_cancer": 569, "fair": 6366}


def _present(connection: psycopg.Connection) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in ROWS:
        found = connection.execute("SELECT to_regclass(%s)", [f"{SCHEMA}.{name}"]).fetchone()
        if found and found[0]:
            row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(SCHEMA, name))).fetchone()
            counts[name] = int(row[0]) if row else 0
    return counts


def _replace(connection: psycopg.Connection, name: str, frame: pd.DataFrame) -> int:
    table = sql.Identifier(SCHEMA, name)
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(str(column)), sql.SQL(_TYPES[frame[column].dtype.kind]))
        for column in frame
    ]
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(", ").join(columns)))
    with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
        for row in frame.itertuples(index=False, name=None):
            copy.write_row(row)
    return len(frame)
