"""How far rows lie from each other.

Belongs here: Gower's distance to one row, and how dense the space is around a row. Does not: any fault.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from headwater.checks.arrays import codes, is_discrete, numbers
from headwater.checks.encoding import Encoder
from headwater.tables.schema import TableSchema

NEIGHBOUR = 10
REFERENCE_ROWS_MAX = 1_500
"""Neighbours are looked for among so many rows: enough to tell a dense region from a thin one."""
_BLOCK_ROWS = 4_000


def distances_to(centre: int, rows: pd.DataFrame, schema: TableSchema) -> NDArray[np.float64]:
    """Gower's distance of every row to the one at position ``centre``, between 0 and 1.

    The mean over the columns of: the difference of ranks among these rows, as a share of them, for numbers and dates;
    0 or 1 for categories, and where one of the two is missing.
    """
    total = np.zeros(len(rows))
    for column in schema.learned:
        given = rows[column.name]
        if is_discrete(column):
            code = codes(given, column)
            total += code != code[centre]
            continue
        raw = numbers(given)
        missing = np.isnan(raw)
        rank = rankdata(raw, nan_policy="omit") / len(raw)
        apart = np.abs(rank - rank[centre])
        total += np.where(missing & missing[centre], 0.0, np.where(missing | missing[centre], 1.0, apart))
    return total / len(schema.learned)


def densities(rows: pd.DataFrame, encoder: Encoder, random: np.random.Generator) -> NDArray[np.float64]:
    """One over the distance of each row to its tenth nearest of a random part of the rows.

    A tenth of the mean distance is added, so that no row is more than about ten times as dense as the mean.
    """
    points = encoder.distances(rows)
    reference = points[random.permutation(len(rows))[:REFERENCE_ROWS_MAX]]
    own = (reference**2).sum(axis=1)
    nearest = np.empty(len(points))
    place = min(NEIGHBOUR, len(reference) - 1)
    for start in range(0, len(points), _BLOCK_ROWS):
        block = points[start : start + _BLOCK_ROWS]
        squares = own - 2 * (block @ reference.T)
        tenth = np.partition(squares, place, axis=1)[:, place] + (block**2).sum(axis=1)
        nearest[start : start + len(block)] = np.sqrt(np.maximum(tenth, 0))
    return 1 / (nearest + 0.1 * nearest.mean() + np.finfo(np.float64).tiny)
