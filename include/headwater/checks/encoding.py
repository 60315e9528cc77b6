"""Rows as numbers: one form for nearest neighbours, one for tree models. Fitted on real training rows only.

Belongs here: encoding frames. Does not: measuring anything on them.

**Distances.** A number becomes its mid-rank among the training values, between 0 and 1 (linear between two
training values). Rank scaling of mixed tables is Gower's (1971) as extended to ordered values by Podani (1999).
Why not standard deviation or IQR: real columns have atoms and heavy tails. In a column that is 0 for nine rows
in ten the IQR is 0 and nothing can be divided by it, and one huge value stretches the standard deviation until all
others look equal. Ranks know neither trouble. Beyond the training range the rank goes on, up to 1 further, in
units of that range, so a runaway value is far away and not clipped into the crowd. A category becomes one-hot
divided by sqrt(2): two different categories are 1 apart, as far as the two ends of a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks.arrays import category_names, codes, is_discrete, numbers
from headwater.tables.schema import ColumnSchema, TableSchema

ONE_HOT_MAX = 50
"""Categories with a place of their own in distances; rarer ones share one (and count as equal)."""
ORDINAL_MAX = 255
"""Categories with a code of their own in features: trees learn little of rarer ones, and pay for each."""
_HALF = np.float32(np.sqrt(0.5))
_STRANGE = 3.0


@dataclass(frozen=True)
class _Ranked:
    """A numerical or datetime column: its distinct training values (sorted), their mid-ranks."""

    column: ColumnSchema
    values: NDArray[np.float64]
    ranks: NDArray[np.float64]
    marks_missing: bool

    @property
    def width(self) -> int:
        return 2 if self.marks_missing else 1

    def write(self, given: pd.Series, out: NDArray[np.float32]) -> None:
        """Rank, and 1 where missing. Missing where training never was lies farther off than any number."""
        raw = numbers(given)
        missing = np.isnan(raw)
        out[:, 0] = self._rank(raw)
        out[missing, 0] = 0.5 if self.marks_missing else _STRANGE
        if self.marks_missing:
            out[:, 1] = missing

    def _rank(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        if not len(self.values):
            return np.zeros(len(raw))
        low, high = self.values[0], self.values[-1]
        outside = np.maximum(raw - high, 0) - np.maximum(low - raw, 0)
        reach = (high - low) or np.finfo(np.float64).tiny
        with np.errstate(over="ignore"):  # anything beyond a constant is infinitely far; the clip brings it to 1
            beyond = np.clip(outside / reach, -1, 1)
        inside: NDArray[np.float64] = np.interp(raw, self.values, self.ranks)
        return inside + beyond


@dataclass(frozen=True)
class _Coded:
    """A categorical or boolean column: for each category its place by training frequency, 0 the commonest."""

    column: ColumnSchema
    places: NDArray[np.int64]

    @property
    def width(self) -> int:
        return min(len(self.places), ONE_HOT_MAX) + (len(self.places) > ONE_HOT_MAX) + 1

    def write(self, given: pd.Series, out: NDArray[np.float32]) -> None:
        """One-hot / sqrt(2); the last place is "missing", the one before it "other" where there are too many."""
        place = self._place(given, ONE_HOT_MAX)
        out[np.arange(len(given)), np.where(place < 0, self.width - 1, place)] = _HALF

    def ordinal(self, given: pd.Series) -> NDArray[np.float64]:
        place = self._place(given, ORDINAL_MAX - 1).astype(np.float64)
        place[place < 0] = np.nan
        return place

    def _place(self, given: pd.Series, most: int) -> NDArray[np.int64]:
        place = np.append(self.places, -1)[codes(given, self.column)]
        return np.minimum(place, most)


@dataclass(frozen=True, eq=False)
class Encoder:
    """Encodes frames that conform to the schema; only learned columns, in the schema's order."""

    columns: tuple[_Ranked | _Coded, ...]

    @classmethod
    def fit(cls, frame: pd.DataFrame, schema: TableSchema) -> Self:
        """Learn ranks and frequencies from real training rows."""
        return cls(tuple(_fit(frame[column.name], column) for column in schema.learned))

    @property
    def names(self) -> list[str]:
        """Names of the feature columns, in order."""
        return [encoded.column.name for encoded in self.columns]

    @cached_property
    def categorical(self) -> NDArray[np.bool_]:
        """Which feature columns are category codes: bool ``(d,)``."""
        return np.array([isinstance(encoded, _Coded) for encoded in self.columns], dtype=bool)

    def distances(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        """Rows for Euclidean nearest neighbours: float32 ``(n, d)``, no NaN."""
        out = np.zeros((len(frame), sum(encoded.width for encoded in self.columns)), dtype=np.float32)
        start = 0
        for encoded in self.columns:
            encoded.write(frame[encoded.column.name], out[:, start : start + encoded.width])
            start += encoded.width
        return out

    def features(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Rows for tree models: float64 ``(n, d)``, NaN where missing, categories as codes (see ``categorical``)."""
        out = np.empty((len(frame), len(self.columns)), dtype=np.float64)
        for index, encoded in enumerate(self.columns):
            given = frame[encoded.column.name]
            out[:, index] = encoded.ordinal(given) if isinstance(encoded, _Coded) else numbers(given)
        return out

    def slice_of(self, place: int) -> slice:
        """Which columns of the distances belong to the feature at ``place``."""
        widths = [encoded.width for encoded in self.columns]
        return slice(sum(widths[:place]), sum(widths[: place + 1]))

    def category_at(self, place: int, code: int) -> str:
        """The category whose code among the features at ``place`` is ``code``."""
        encoded = self.columns[place]
        if not isinstance(encoded, _Coded):
            raise ValueError(f"{encoded.column.name!r} is no column of categories")
        return category_names(encoded.column)[int(np.flatnonzero(encoded.places == code)[0])]


def _fit(values: pd.Series, column: ColumnSchema) -> _Ranked | _Coded:
    if is_discrete(column):
        found = codes(values, column)
        counts = np.bincount(found[found >= 0], minlength=len(category_names(column)))
        places = np.empty(len(counts), dtype=np.int64)
        places[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
        return _Coded(column, places)
    raw = numbers(values)
    present = raw[~np.isnan(raw)]
    distinct, counts = np.unique(present, return_counts=True)
    ranks = (np.cumsum(counts) - counts / 2) / max(len(present), 1)
    return _Ranked(column, distinct, ranks, column.nullable or len(present) < len(raw))
