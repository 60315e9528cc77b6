"""Arrow tables as Parquet files: zstd, row groups of a useful size, a dictionary of texts in the footer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
from pyarrow import parquet

GROUP_ROWS = 131_072
"""Rows of a row group: small tables are gathered up to here, since many small groups read slowly."""

_OWN_KEYS = (b"ARROW:schema", b"pandas")


class MisfitError(ValueError):
    """A table does not fit the file it was to go into."""


def write_file(path: Path, tables: Iterable[pa.Table], schema: pa.Schema, metadata: dict[str, str]) -> int:
    """Write ``tables`` one after the other and return the number of rows.

    Raises:
        MisfitError: a table does not have the schema's columns and types, or holds an empty value where none may be.
    """
    labelled = schema.with_metadata({name.encode(): text.encode() for name, text in metadata.items()} or None)
    rows = 0
    with parquet.ParquetWriter(path, labelled, compression="zstd", compression_level=1) as writer:
        for group in _gathered((_fitted(table, labelled) for table in tables), GROUP_ROWS):
            try:
                writer.write_table(group, row_group_size=GROUP_ROWS)
            except pa.ArrowException as error:
                raise MisfitError(f"Parquet refuses the rows ({type(error).__name__})") from None
            rows += group.num_rows
    return rows


def read_rows(file: BinaryIO, columns: list[str] | None) -> pa.Table:
    """The whole table, or only ``columns``, in the order asked for.

    Raises:
        KeyError: there is no such column.
    """
    source = parquet.ParquetFile(file)
    if columns is None:
        return source.read().replace_schema_metadata(None)
    known = source.schema_arrow.names
    for name in columns:
        if name not in known:
            raise KeyError(name)
    # Parquet reads "a.b" as a path, and so more than was asked for; select keeps what was.
    return source.read(columns=columns).select(columns).replace_schema_metadata(None)


def read_pieces(file: BinaryIO, rows: int) -> Iterator[pa.Table]:
    """Tables of exactly ``rows`` rows, the last one shorter; none for a file without rows."""
    source = parquet.ParquetFile(file)
    schema = source.schema_arrow.remove_metadata()
    batches = (
        pa.Table.from_batches([batch], schema) for batch in source.iter_batches(batch_size=min(rows, GROUP_ROWS))
    )
    for gathered in _gathered(batches, rows):
        for start in range(0, gathered.num_rows, rows):
            yield gathered.slice(start, rows)


def read_metadata(file: BinaryIO) -> dict[str, str]:
    """The texts that :func:`write_file` put into the footer."""
    found = parquet.read_schema(file).metadata or {}
    return {name.decode(): text.decode() for name, text in found.items() if name not in _OWN_KEYS}


def _gathered(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The same rows in tables of a multiple of ``rows`` rows, but for the last. Copies nothing."""
    waiting: list[pa.Table] = []
    count = 0
    for table in tables:
        waiting.append(table)
        count += table.num_rows
        if count >= rows:
            joined = pa.concat_tables(waiting)
            whole = count - count % rows
            yield joined.slice(0, whole)
            waiting, count = [joined.slice(whole)], count - whole
    if count:
        yield pa.concat_tables(waiting)


def _fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """``table`` under exactly ``schema``: equal names, order and types; only the flag "may be empty" may differ."""
    if table.schema.names != schema.names:
        raise MisfitError(f"a table has other columns than the file: {_difference(table.schema.names, schema.names)}")
    for have, want, column in zip(table.schema, schema, table.columns, strict=True):
        if have.type != want.type:
            raise MisfitError(f"column {want.name!r} is {have.type}, the file's is {want.type}")
        if not want.nullable and column.null_count:
            raise MisfitError(f"column {want.name!r} may not be empty and has {column.null_count} missing values")
    return pa.Table.from_arrays(table.columns, schema=schema)


def _difference(have: list[str], want: list[str]) -> str:
    more, less = sorted(set(have) - set(want)), sorted(set(want) - set(have))
    return f"{more} are too many, {less} are missing" if more or less else "their order differs"
