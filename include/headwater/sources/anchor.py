"""Setting the anchor aside: real rows that no generator ever trains on, the same ones in every snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from headwater.sources.errors import SourceError, SourceProblem
from headwater.spec import DatasetSpec
from headwater.tables.frames import to_arrow
from headwater.tables.hashing import block_hash, content_hash, row_digests
from headwater.tables.schema import TableSchema

SHARE = 0.2
ANCHOR_ROWS_MIN = 20
BLOCK_ROWS = 10_000


@dataclass(frozen=True)
class Split:
    """The two sides of a snapshot, each sorted by digest, so that the source's order does not matter.

    Attributes:
        train: the rows generators may learn from; conforms to the schema, a fresh RangeIndex.
        anchor: the rows set aside; the same form.
        train_digests, anchor_digests: the keyed digest of each row's key: uint64, shape ``(rows,)``, ascending.
    """

    train: pd.DataFrame
    anchor: pd.DataFrame
    train_digests: np.ndarray
    anchor_digests: np.ndarray


def split(frame: pd.DataFrame, schema: TableSchema, spec: DatasetSpec, key: bytes, share: float = SHARE) -> Split:
    """Train and anchor rows, by a keyed hash of the entity key, else the primary key, else the whole row.

    A row is in the anchor when its 64-bit digest lies below ``share`` of the range. The digest speaks of the key's
    values alone, not of their storage (3 and 3.0 are one key), so a row keeps its side in every later snapshot;
    all rows of one entity, and all equal rows, share one side.

    Args:
        frame: conforms to ``schema``.
        schema: the frame's.
        spec: names the keys.
        key: a secret of at least 16 bytes, the same for every snapshot of the dataset.
        share: part of the digests that are the anchor's, above 0 and below 1.

    Raises:
        SourceError: no rows to train on, or fewer than 20 in the anchor.
        ValueError: the key is too short, or the share impossible.
    """
    if len(key) < 16:
        raise ValueError("the anchor's key has fewer than 16 bytes; use a random secret and keep it")
    if not 0 < share < 1:
        raise ValueError(f"the anchor's share must lie between 0 and 1, not {share}")
    table = to_arrow(frame, schema)
    columns = key_columns(spec, schema)
    digests = key_digests(table, columns, key)
    order = _order(table, schema, digests, key, is_whole_row=sorted(columns) == sorted(schema.names))
    held = digests[order] < np.uint64(round(share * 2.0**53)) << np.uint64(11)
    anchor, train = order[held], order[~held]
    _large_enough(spec, len(train), len(anchor), share)
    return Split(
        frame.take(train).reset_index(drop=True),
        frame.take(anchor).reset_index(drop=True),
        digests[train],
        digests[anchor],
    )


def key_columns(spec: DatasetSpec, schema: TableSchema) -> list[str]:
    """The columns that decide a row's side: the entity key, else the primary key, else all."""
    return list(spec.keys.entity or spec.keys.primary or schema.names)


def key_digests(table: pa.Table, columns: Sequence[str], key: bytes) -> np.ndarray:
    """The keyed digest of these columns' values for each row: uint64 ``(rows,)``; one row, in any snapshot, has one."""
    return row_digests(_canonical(table, columns), sorted(columns), key)


def snapshot_hash(parts: Split, schema: TableSchema) -> str:
    """The content hash of all rows, anchor first, in blocks of 10,000: hex SHA-256.

    The anchor's digests lie below those of the training rows, so this is the hash of all rows sorted by digest.
    """
    table = pa.concat_tables([to_arrow(parts.anchor, schema), to_arrow(parts.train, schema)])
    starts = range(0, table.num_rows, BLOCK_ROWS)
    return content_hash(block_hash(table.slice(start, BLOCK_ROWS)) for start in starts)


def _order(table: pa.Table, schema: TableSchema, digests: np.ndarray, key: bytes, *, is_whole_row: bool) -> np.ndarray:
    """Row numbers sorted by digest; rows of one digest by the digest of the whole row."""
    order: np.ndarray = np.argsort(digests, kind="stable")
    if is_whole_row:  # rows of one digest are equal: no order among them can be seen
        return order
    ranked = digests[order]
    same = ranked[1:] == ranked[:-1]
    tied = order[np.append(False, same) | np.append(same, False)]
    whole = np.zeros(len(digests), dtype=np.uint64)
    if len(tied):
        rows = table.take(pa.array(np.sort(tied)))
        whole[np.sort(tied)] = row_digests(_canonical(rows, schema.names), sorted(schema.names), key)
    return np.lexsort((whole, digests))


def _canonical(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    """The columns as texts that do not depend on how a snapshot happens to store a value.

    Whole numbers are written without a point, midnights without a time; missing stays missing.
    """
    return pa.table({name: _text(table.column(name)) for name in columns})


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    text = column.cast(pa.string())
    if pa.types.is_floating(column.type):
        whole = pc.and_(pc.equal(column, pc.trunc(column)), pc.less_equal(pc.abs(column), 2.0**53))
        as_integer = pc.if_else(whole, column, pa.scalar(0.0)).cast(pa.int64()).cast(pa.string())
        return pc.if_else(whole, as_integer, text)
    if pa.types.is_timestamp(column.type):
        day = column.cast(pa.date32(), safe=False)
        midnight = pc.equal(day.cast(column.type), column)
        return pc.if_else(midnight, day.cast(pa.string()), text)
    return text


def _large_enough(spec: DatasetSpec, train: int, anchor: int, share: float) -> None:
    keyed = "entity key" if spec.keys.entity else "primary key" if spec.keys.primary else "rows"
    cure = f"More rows are needed (about {round(1.5 * ANCHOR_ROWS_MIN / share):,}), with enough different {keyed}."
    if anchor < ANCHOR_ROWS_MIN:
        what = f"The anchor would hold {anchor:,} rows; fewer than {ANCHOR_ROWS_MIN} cannot judge anything."
        raise SourceError(spec.dataset, [SourceProblem(what, cure)])
    if train == 0:
        raise SourceError(
            spec.dataset, [SourceProblem("All rows fall into the anchor; none is left to train on.", cure)]
        )
