"""Ids: made anew in every sample, never learned. PII is in ``personal``."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from headwater.generators.errors import FitError
from headwater.tables.schema import ColumnSchema

_RUN_BITS = 20
_PREFIX_BITS = {"integer": 42, "text": 42, "real": 33}
_TEXT_DIGITS = 19


def check_identifier(column: ColumnSchema) -> None:
    """Raise :class:`FitError` when no ids can be made for the column's type."""
    if column.storage not in _PREFIX_BITS:
        cure = "an id is integer or text; change its sdtype in the spec"
        raise FitError(f"id column {column.name!r} is stored as {column.storage}; {cure}")


def fresh_identifiers(column: ColumnSchema, position: int, rows: int, seed: int) -> pd.Series:
    """Ids that are unique within the call and, with near certainty, between calls of different seeds.

    Rule: the call is cut into runs of 2^20 rows; row ``i`` of a run gets ``prefix * 2^20 + i``, the run's prefix
    being 42 bits of SHA-256 over (seed, column position, run). So ids lie in [0, 2^62). Two among 10,000 blocks share
    a prefix once in 90,000 batches. Text ids are the same number in 19 digits; real ids keep 33 bits of the prefix,
    so that float64 holds them exactly.

    Args:
        column: its storage decides the type.
        position: of the column in the schema; two id columns of a table differ by it.
        rows: how many.
        seed: of the sample.
    """
    bits = _PREFIX_BITS[column.storage]
    runs = range(-(-rows // 2**_RUN_BITS))
    prefixes = _unlike_prefixes([f"{seed}/{position}/{run}" for run in runs], bits)
    numbers = np.arange(rows, dtype=np.int64)
    numbers = (numbers & (2**_RUN_BITS - 1)) + (prefixes[numbers >> _RUN_BITS] << _RUN_BITS)
    if column.storage == "text":
        return pd.Series([f"{number:0{_TEXT_DIGITS}d}" for number in numbers.tolist()], dtype="string")
    return pd.Series(numbers).astype("Int64" if column.storage == "integer" else "float64")


def _unlike_prefixes(texts: list[str], bits: int) -> np.ndarray:
    """One prefix a run; a run that meets an earlier run's prefix takes the next free number."""
    taken: dict[int, None] = {}
    for text in texts:
        prefix = int.from_bytes(hashlib.sha256(f"headwater id/{text}".encode()).digest()[:8], "big") >> (64 - bits)
        while prefix in taken:
            prefix = (prefix + 1) % 2**bits
        taken[prefix] = None
    return np.fromiter(taken, dtype=np.int64, count=len(taken))
