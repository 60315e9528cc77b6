"""Rows that equal a training row in every learned column. Exact: values are compared, no hashes and no distances."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks.arrays import codes, is_discrete, numbers
from headwater.tables.schema import TableSchema


def row_numbers(frames: Sequence[pd.DataFrame], schema: TableSchema) -> list[NDArray[np.int64]]:
    """One number for each row of each frame; equal numbers are equal rows. Missing values equal each other."""
    together: NDArray[np.int64] = np.zeros(sum(map(len, frames)), dtype=np.int64)
    for column in schema.learned:
        read = codes if is_discrete(column) else lambda values, _: numbers(values)
        values = np.concatenate([read(frame[column.name], column) for frame in frames])
        _, place = np.unique(values, return_inverse=True)
        # Numbered anew after each column, so that the product never outgrows int64.
        _, together = np.unique(together * (int(place.max(initial=0)) + 1) + place, return_inverse=True)
    cuts = np.cumsum([len(frame) for frame in frames])[:-1]
    return list(np.split(together, cuts))


def copied_share(rows: NDArray[np.int64], train: NDArray[np.int64]) -> float:
    """Share of ``rows`` that equal some row of ``train``."""
    return float(np.isin(rows, train).mean())
