"""Rows as points in the field's usual space: standardised numbers, one-hot categories. Fitted on training rows.

Belongs here: that space and exact nearest neighbours in any space. Does not: the product's own space of ranks
(``headwater.checks.encoding``), which the bench uses beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks.arrays import category_names, codes, is_discrete, numbers
from headwater.checks.encoding import ONE_HOT_MAX
from headwater.tables.schema import ColumnSchema, TableSchema

Points = NDArray[np.float32]
_HALF = np.float32(np.sqrt(0.5))


@dataclass(frozen=True)
class _Axis:
    """One column: mean and standard deviation of a number, or the place of each category (the commonest first)."""

    column: ColumnSchema
    mean: float
    deviation: float
    places: NDArray[np.int64] | None

    @property
    def width(self) -> int:
        """A number and whether it is missing; or a place each category, one for the rare, one for the missing."""
        return 2 if self.places is None else min(len(self.places), ONE_HOT_MAX) + 2

    def write(self, values: pd.Series, out: Points) -> None:
        if self.places is None:
            raw = numbers(values)
            missing = np.isnan(raw)
            out[:, 0] = np.where(missing, 0.0, (raw - self.mean) / self.deviation)
            out[:, 1] = missing * _HALF
            return
        place = np.append(self.places, -1)[codes(values, self.column)]
        place = np.where(place < 0, self.width - 1, np.minimum(place, self.width - 2))
        out[np.arange(len(values)), place] = _HALF


@dataclass(frozen=True, eq=False)
class StandardSpace:
    """Numbers less their mean by their standard deviation; categories one-hot / sqrt(2), so that two differ by 1.

    The commonest 50 categories of a column have a place of their own, the others share one.
    """

    axes: tuple[_Axis, ...]

    @classmethod
    def fit(cls, train: pd.DataFrame, schema: TableSchema) -> Self:
        """Learn means, deviations (1 where a column is constant) and frequencies."""
        return cls(tuple(_axis(train[column.name], column) for column in schema.learned))

    def points(self, rows: pd.DataFrame) -> Points:
        """float32 ``(n, d)``, no NaN."""
        out = np.zeros((len(rows), sum(axis.width for axis in self.axes)), dtype=np.float32)
        start = 0
        for axis in self.axes:
            axis.write(rows[axis.column.name], out[:, start : start + axis.width])
            start += axis.width
        return out


def nearest(points: Points, pool: Points) -> NDArray[np.float64]:
    """Euclidean distance of each of ``points`` to the nearest of ``pool``: float64 ``(n,)``.

    Brute force, and the distance to the neighbour found is computed anew: equal rows are exactly 0 apart, and two
    equally distant rows tie.
    """
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(pool)
    found = search.kneighbors(points, return_distance=False)[:, 0]
    gap = points.astype(np.float64) - pool[found]
    distance: NDArray[np.float64] = np.sqrt(np.einsum("ij,ij->i", gap, gap))
    return distance


def _axis(values: pd.Series, column: ColumnSchema) -> _Axis:
    if not is_discrete(column):
        raw = numbers(values)
        known = raw[~np.isnan(raw)]
        mean, deviation = (float(known.mean()), float(known.std())) if len(known) else (0.0, 0.0)
        return _Axis(column, mean, deviation or 1.0, None)
    found = codes(values, column)
    counts = np.bincount(found[found >= 0], minlength=len(category_names(column)))
    places = np.empty(len(counts), dtype=np.int64)
    places[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return _Axis(column, 0.0, 1.0, places)
