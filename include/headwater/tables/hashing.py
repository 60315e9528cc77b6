"""Content hashes of rows. The hash is of the rows' CSV form, so that anybody can compute it again."""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from pyarrow import csv


def csv_bytes(table: pa.Table, *, header: bool = False) -> bytes:
    """``table`` as RFC 4180 CSV in UTF-8: missing is an empty field, the empty text is ``""``."""
    sink = io.BytesIO()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=header, quoting_style="needed"))
    return sink.getvalue()


def block_hash(table: pa.Table) -> str:
    """Hex SHA-256 of one block of rows (column names and types, then CSV)."""
    digest = hashlib.sha256(repr([(field.name, str(field.type)) for field in table.schema]).encode())
    digest.update(csv_bytes(table))
    return digest.hexdigest()


def content_hash(block_hashes: Iterable[str]) -> str:
    """Hex SHA-256 over the hashes of all blocks in order: the same for any number of shards."""
    digest = hashlib.sha256()
    for block in block_hashes:
        digest.update(bytes.fromhex(block))
    return digest.hexdigest()


def row_digests(table: pa.Table, columns: Sequence[str], key: bytes) -> np.ndarray:
    """A keyed 64-bit digest for each row over ``columns``: uint64, shape ``(rows,)``.

    HMAC-SHA256, cut to 64 bits; equal values give equal digests in every snapshot.
    """
    digests = np.empty(table.num_rows, dtype=np.uint64)
    for index, row in enumerate(_row_texts(table.select(list(columns)))):
        digests[index] = int.from_bytes(hmac.digest(key, row, "sha256")[:8], "big")
    return digests


def _row_texts(table: pa.Table) -> Iterable[bytes]:
    """One unambiguous byte text a row: each cell's length, then its text (-1 marks missing)."""
    columns = [column.cast(pa.string()).to_pylist() for column in table.columns]
    for cells in zip(*columns, strict=True):
        yield "".join("-1;" if cell is None else f"{len(cell)}:{cell};" for cell in cells).encode()
