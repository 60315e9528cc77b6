"""Fingerprints of rows: what is kept of a released batch, so that its rows are known again when they come back.

Belongs here: from a frame to its fingerprints, and from fingerprints to hashes of cells. Does not: searching for rows
(``sources/contamination``), where fingerprints lie.

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

from headwater.tables.schema import ColumnSchema, TableSchema

_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_MISSING = np.uint64(0x7FF8000000000000)
"""The bits of every missing number, however its NaN was made."""


def fingerprints(frame: pd.DataFrame, schema: TableSchema) -> pa.Table:
    """The learned columns of ``frame``: float64 for numbers and moments (seconds since 1970), uint32 for categories.

    A missing number is NaN, a missing category 0. Rows keep their order; see :func:`distinct`.

    Args:
        frame: conforms to ``schema``.
        schema: the frame's.
    """
    arrays = [_numbers(frame[c.name]) if _is_number(c) else _codes(frame[c.name], c) for c in schema.learned]
    return pa.table(arrays, schema=fingerprint_schema(schema))


def fingerprint_schema(schema: TableSchema) -> pa.Schema:
    """Columns of the fingerprints of such rows: double for numbers and moments, uint32 for categories."""
    kinds = {True: pa.float64(), False: pa.uint32()}
    return pa.schema([(column.name, kinds[_is_number(column)]) for column in schema.learned])


def distinct(table: pa.Table) -> pa.Table:
    """Each row of a table of fingerprints once, in the order of their hashes, which says nothing of their making."""
    whole = np.bitwise_xor.reduce(np.stack([cell_hashes(table, name) for name in table.column_names]), axis=0)
    _, first = np.unique(whole, return_index=True)
    return table.take(pa.array(first))


def cell_hashes(table: pa.Table, name: str) -> NDArray[np.uint64]:
    """A 64-bit hash of each cell of a column of fingerprints: uint64 ``(rows,)``.

    It depends on the column's name and the value alone. Hashes of the cells of a row, joined by exclusive or, are the
    hash of any choice of columns (Zobrist 1970); equal rows have equal hashes, others differ but for 1 in 2**64.
    """
    values = table.column(name).to_numpy()
    return mixed(bits(values) if values.dtype == np.float64 else values.astype(np.uint64), name)


def bits(values: NDArray[np.float64]) -> NDArray[np.uint64]:
    """The bits of numbers: equal numbers, and all missing ones, have equal bits. Shape as given."""
    plain: NDArray[np.uint64] = (values + 0.0).view(np.uint64)  # -0.0 becomes 0.0
    return np.where(np.isnan(values), _MISSING, plain)


def mixed(words: NDArray[np.uint64], name: str) -> NDArray[np.uint64]:
    """Words of a column as hashes: the finaliser of SplitMix64 (Steele, Lea and Flood 2014), salted by the name."""
    salt = np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))
    mix = words ^ salt
    mix ^= mix >> np.uint64(30)
    mix *= _MIX[0]
    mix ^= mix >> np.uint64(27)
    mix *= _MIX[1]
    mix ^= mix >> np.uint64(31)
    return mix


def _is_number(column: ColumnSchema) -> bool:
    return column.sdtype in ("numerical", "datetime")


def _numbers(values: pd.Series) -> NDArray[np.float64]:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        instants = values.to_numpy().astype("datetime64[us]")
        seconds = instants.astype(np.int64) / 1e6
        seconds[np.isnat(instants)] = np.nan
        return seconds
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _codes(values: pd.Series, column: ColumnSchema) -> NDArray[np.uint32]:
    """Digests of the categories' texts; a category keeps its digest whatever the other ones are."""
    as_category = values.astype("category") if not isinstance(values.dtype, pd.CategoricalDtype) else values
    digests = [_digest(value, column) for value in as_category.cat.categories]
    return np.array([*digests, 0], dtype=np.uint32)[as_category.cat.codes.to_numpy()]


def _digest(value: Any, column: ColumnSchema) -> int:
    """32 bits, never 0. The text does not depend on the storage: 3 and 3.0 are one category, true and 1 are not."""
    if isinstance(value, bool | np.bool_) or column.storage == "boolean":
        text = str(bool(value)).lower()
    elif isinstance(value, float | np.floating) and float(value).is_integer():
        text = str(int(value))
    else:
        text = str(value)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "little") or 1
