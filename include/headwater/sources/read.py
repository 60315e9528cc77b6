"""The way in: a spec's source to raw rows, whatever kind of source it is. What the rows are worth is conform's work."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from headwater.sources.files import read_csv, read_parquet
from headwater.sources.raw import as_frame
from headwater.sources.sql import read_query, read_table
from headwater.spec import CsvSource, DatasetSpec, ParquetSource, TableSource


def read_source(spec: DatasetSpec, connect: Callable[[str], str]) -> pd.DataFrame:
    """All rows of the spec's source, as they came: shape ``(rows, columns)``, names in the source's order.

    Args:
        spec: names the source.
        connect: gives the SQLAlchemy URL of an Airflow connection id; raises ``LookupError`` (or returns an
            empty text) where there is no such connection. Not called for files.

    Raises:
        SourceError: the source cannot be used as the spec names it (wrong password, missing table, file or
            connection, empty file, bad encoding, drifted columns); trying again does not help.
        SourceUnavailable: the server or store does not answer; trying again may help.
    """
    source = spec.source
    if isinstance(source, CsvSource):
        return as_frame(read_csv(spec, source))
    if isinstance(source, ParquetSource):
        return as_frame(read_parquet(spec, source))
    if isinstance(source, TableSource):
        return read_table(spec, source, connect)
    return read_query(spec, source, connect)
