"""Fingerprints of rows: what is kept of a released batch, so that its rows are known again when they come back.

Belongs here: from a frame to its fingerprints, and from fingerprints to hashes of cells. Does not: searching for rows,
where fingerprints lie.

A category is kept as 32 bits of a digest of its text, a number or moment as itself: a consumer may round it, and then
its rounded form must be found too. Ids and personal data are not kept: a batch has them made up anew.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from headwater.checks.arrays import codes, is_discrete, numbers
from headwater.tables.schema import ColumnSchema, TableSchema

_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_BLOCK = 32_768
"""Words that are mixed at a time: they stay in the processor's cache over all eight steps."""
_MISSING = np.uint64(0x7FF8000000000000)
"""The bits of every missing number, however its NaN was made."""


def fingerprints(frame: pd.DataFrame, schema: TableSchema) -> pa.Table:
    """The learned columns of ``frame``: float64 for numbers and moments (seconds since 1970), uint32 for categories.

    A missing number is NaN, a missing category 0. Rows keep their order; see :func:`distinct`.

    Args:
        frame: conforms to ``schema``.
        schema: the frame's.

    Raises:
        CannotJudgeError: a value is no category of its column.
    """
    arrays = [_column(frame[column.name], column) for column in schema.learned]
    return pa.table(arrays, schema=fingerprint_schema(schema))


def fingerprint_schema(schema: TableSchema) -> pa.Schema:
    """Columns of the fingerprints of such rows: double for numbers and moments, uint32 for categories."""
    return pa.schema([(each.name, pa.uint32() if is_discrete(each) else pa.float64()) for each in schema.learned])


def distinct(table: pa.Table) -> pa.Table:
    """Each row of a table of fingerprints once, in the order of their hashes, which says nothing of their making."""
    whole = np.bitwise_xor.reduce(
        [cell_hashes(table.column(name).to_numpy(), name) for name in table.column_names], axis=0
    )
    _, first = np.unique(whole, return_index=True)
    return table.take(pa.array(first))


def cell_hashes(values: NDArray[Any], name: str) -> NDArray[np.uint64]:
    """A 64-bit hash of each cell of a column of fingerprints, float64 or uint32 ``(rows,)``: uint64 ``(rows,)``.

    It depends on the column's name and the value alone. Hashes of the cells of a row, joined by exclusive or, are the
    hash of any choice of columns (Zobrist 1970); equal rows have equal hashes, others differ but for 1 in 2**64.
    """
    return mixed(bits(values) if values.dtype == np.float64 else values.astype(np.uint64), name)


def bits(values: NDArray[np.float64]) -> NDArray[np.uint64]:
    """The bits of numbers: equal numbers, and all missing ones, have equal bits. Shape as given."""
    plain: NDArray[np.uint64] = (values + 0.0).view(np.uint64)  # -0.0 becomes 0.0
    plain[np.isnan(values)] = _MISSING
    return plain


def mixed(words: NDArray[np.uint64], name: str) -> NDArray[np.uint64]:
    """Words of a column as hashes: the finaliser of SplitMix64 (Steele, Lea and Flood 2014), salted by the name."""
    salt = np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))
    mix = words ^ salt
    for start in range(0, len(mix), _BLOCK):
        part = mix[start : start + _BLOCK]
        part ^= part >> np.uint64(30)
        part *= _MIX[0]
        part ^= part >> np.uint64(27)
        part *= _MIX[1]
        part ^= part >> np.uint64(31)
    return mix


def _column(values: pd.Series, column: ColumnSchema) -> NDArray[np.float64] | NDArray[np.uint32]:
    if not is_discrete(column):
        return numbers(values)
    categories = (False, True) if column.categories is None else column.categories
    # A missing category has the code -1 and so the last digest, which is 0.
    return np.array([*map(_digest, categories), 0], dtype=np.uint32)[codes(values, column)]


def _digest(value: Any) -> int:
    """32 bits, never 0. The text does not depend on the storage: 3 and 3.0 are one category, true and 1 are not."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, float) and value.is_integer():
        text = str(int(value))
    else:
        text = str(value)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "little") or 1
