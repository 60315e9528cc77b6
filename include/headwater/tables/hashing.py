"""Content hashes of rows. The hash is of the rows' CSV form, so that anybody can compute it again."""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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
    rows = table.select(list(columns))
    starts = range(0, rows.num_rows, _SLICE_ROWS)
    texts = (text for start in starts for text in _row_texts(rows.slice(start, _SLICE_ROWS)))
    heads = b"".join(hmac.digest(key, text, "sha256")[:8] for text in texts)
    return np.frombuffer(heads, dtype=">u8").astype(np.uint64)


_SLICE_ROWS = 100_000


def _row_texts(table: pa.Table) -> list[bytes]:
    """One unambiguous byte text a row: each cell's length in characters, then its text (-1 marks missing)."""
    cells = [_cell_texts(column.cast(pa.string())) for column in table.columns]
    joined = pc.binary_join_element_wise(*cells, "")
    return joined.cast(pa.binary()).to_pylist()


def _cell_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    length = pc.utf8_length(column).cast(pa.string())
    return pc.coalesce(pc.binary_join_element_wise(length, ":", column, ";", ""), "-1;")
