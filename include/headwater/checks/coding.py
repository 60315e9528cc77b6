"""Rows as bins and as hashes: what counting checks look at. Bins are cut on the anchor's rows only.

Belongs here: how a value becomes a bin, how a row becomes an identity. Does not: distances and features of models
(``encoding.py``), any counting.

A value that makes up much of a column (an atom, such as a capital gain of 0) has a bin of its own; the other bins
hold about equally many anchor rows. The last bin of each column is "missing".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks.arrays import MISSING, category_names, codes, is_discrete, numbers
from headwater.checks.refusal import CannotJudgeError
from headwater.tables.schema import ColumnSchema, TableSchema

FINE_BINS, COARSE_BINS = 64, 8
FINE_CATEGORIES, COARSE_CATEGORIES = 2_000, 8
ATOM_FINE, ATOM_COARSE = 0.01, 0.05
"""Share of the present values from which a number has a bin of its own."""
NEAR_WIDTHS, NEAR_SHIFTS = (0.05, 0.15), 3
"""Near rows share a cell of one of these widths in standard deviations, in one of so many shifted grids."""
LARGEST = 1e150
"""Numbers beyond count as this: the variance of larger ones is no number, and no limit could be drawn."""
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class _Cut:
    """A column of numbers or dates: right-closed bins between ``edges``."""

    column: ColumnSchema
    fine_edges: NDArray[np.float64]
    coarse_edges: NDArray[np.float64]

    @property
    def fine_size(self) -> int:
        return len(self.fine_edges) + 2

    @property
    def coarse_size(self) -> int:
        return len(self.coarse_edges) + 2

    def labels(self, *, coarse: bool = False) -> list[str]:
        """The bins' upper ends, then what is above them, then missing."""
        edges = self.coarse_edges if coarse else self.fine_edges
        if self.column.sdtype == "datetime":
            named = [str(np.datetime64(round(edge), "s").astype("datetime64[D]")) for edge in edges]
        else:
            named = [f"{edge:.6g}" for edge in edges]
        return [*(f"≤ {name}" for name in named), f"> {named[-1]}" if named else "all", MISSING]

    def codes(self, raw: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        missing = np.isnan(raw)
        fine, coarse = np.searchsorted(self.fine_edges, raw), np.searchsorted(self.coarse_edges, raw)
        fine[missing], coarse[missing] = self.fine_size - 1, self.coarse_size - 1
        return fine, coarse


@dataclass(frozen=True)
class _Named:
    """A column of categories: for each its place by anchor frequency; too many share the place before "missing"."""

    column: ColumnSchema
    places: NDArray[np.int64]

    @property
    def fine_size(self) -> int:
        return self._size(FINE_CATEGORIES)

    @property
    def coarse_size(self) -> int:
        return self._size(COARSE_CATEGORIES)

    def labels(self, *, coarse: bool = False) -> list[str]:
        """The categories in the bins' order; the rest of too many, then missing."""
        most = COARSE_CATEGORIES if coarse else FINE_CATEGORIES
        names = np.array(category_names(self.column), dtype=object)[np.argsort(self.places)]
        return [*(str(name) for name in names[:most]), *(["(others)"] if len(names) > most else []), MISSING]

    def codes(self, found: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        place = np.append(self.places, -1)[found]
        return self._within(place, FINE_CATEGORIES), self._within(place, COARSE_CATEGORIES)

    def _size(self, most: int) -> int:
        return min(len(self.places), most + 1) + 1

    def _within(self, place: NDArray[np.int64], most: int) -> NDArray[np.int64]:
        return np.where(place < 0, self._size(most) - 1, np.minimum(place, most))


@dataclass(frozen=True, eq=False)
class Coder:
    """Codes frames that conform to the schema; only learned columns, in the schema's order.

    Attributes:
        columns: one cut or naming a learned column.
    """

    columns: tuple[_Cut | _Named, ...]

    @classmethod
    def fit(cls, anchor: pd.DataFrame, schema: TableSchema) -> Self:
        """Cut the bins on the anchor's rows."""
        return cls(tuple(_fit(anchor[column.name], column) for column in schema.learned))

    @property
    def names(self) -> list[str]:
        """The columns' names, in order."""
        return [cut.column.name for cut in self.columns]

    @cached_property
    def is_number(self) -> NDArray[np.bool_]:
        """Which columns are numbers or dates: bool ``(d,)``."""
        return np.array([isinstance(cut, _Cut) for cut in self.columns], dtype=bool)

    @cached_property
    def fine_starts(self) -> NDArray[np.int64]:
        """Where each column's fine bins begin in a row of counts, and their total: ``(d + 1,)``."""
        return np.cumsum([0, *(cut.fine_size for cut in self.columns)])

    @cached_property
    def coarse_starts(self) -> NDArray[np.int64]:
        """The same for coarse bins."""
        return np.cumsum([0, *(cut.coarse_size for cut in self.columns)])

    @cached_property
    def is_category(self) -> NDArray[np.bool_]:
        """Which fine bins are categories; "missing" of any column is one: bool ``(bins,)``."""
        found = np.repeat(~self.is_number, np.diff(self.fine_starts))
        found[self.fine_starts[1:] - 1] = True
        return found

    def code(self, frame: pd.DataFrame) -> Coded:
        """Bins, numbers and identities of the rows.

        Raises:
            CannotJudgeError: a number is infinite, or a value is no category of its column.
        """
        fine, coarse, exact, raw = [], [], [], []
        for cut in self.columns:
            given = frame[cut.column.name]
            if isinstance(cut, _Cut):
                found = numbers(given)
                refuse_infinite(found, cut.column.name)
                parts = cut.codes(found)
                raw.append(np.clip(found, -LARGEST, LARGEST))
                exact.append(np.where(np.isnan(found), np.nan, found + 0.0).view(np.uint64))
            else:
                place = codes(given, cut.column)
                parts = cut.codes(place)
                exact.append(place.view(np.uint64))
            fine.append(parts[0].astype(np.int16))
            coarse.append(parts[1].astype(np.uint8))
        return Coded(
            fine=np.stack(fine, axis=1),
            coarse=np.stack(coarse, axis=1),
            numbers=np.stack(raw, axis=1) if raw else np.empty((len(frame), 0)),
            identity=mix(exact),
        )


@dataclass(frozen=True, eq=False)
class Coded:
    """Coded rows.

    Attributes:
        fine, coarse: bin of each value: int16 and uint8 ``(n, d)``.
        numbers: the columns of numbers and dates, cut at :data:`LARGEST`: float64 ``(n, q)``, NaN where missing.
        identity: equal for rows that are equal in every learned column: uint64 ``(n,)``.
    """

    fine: NDArray[np.int16]
    coarse: NDArray[np.uint8]
    numbers: NDArray[np.float64]
    identity: NDArray[np.uint64]


def mix(columns: list[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """One 64-bit hash a row (the finaliser of SplitMix64, Steele, Lea and Flood 2014, chained over the columns)."""
    hashed = np.full(len(columns[0]) if columns else 0, 0x243F6A8885A308D3, dtype=np.uint64)
    for column in columns:
        hashed = (hashed ^ column) + _GOLDEN
        hashed = (hashed ^ (hashed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        hashed = (hashed ^ (hashed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        hashed ^= hashed >> np.uint64(31)
    return hashed


def near_keys(scaled: NDArray[np.float64], others: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Keys that near rows share: uint64 ``(n, widths, shifts)``.

    Two rows are near at a width when their categories are equal and their numbers lie in one cell of at least one of
    the shifted grids. The more numbers there are, the wider the cells: each of them must stay in its cell.

    Args:
        scaled: the numbers in standard deviations, NaN where missing: ``(n, q)``.
        others: a hash of all categories: ``(n,)``.
    """
    keys = np.empty((len(scaled), len(NEAR_WIDTHS), NEAR_SHIFTS), dtype=np.uint64)
    bounded = np.where(np.isnan(scaled), -1e9, np.clip(scaled, -1e6, 1e6))
    for level, width in enumerate(NEAR_WIDTHS):
        wide = width * max(1.0, scaled.shape[1] / 6)
        for shift in range(NEAR_SHIFTS):
            cells = np.floor(bounded / wide + shift / NEAR_SHIFTS).astype(np.int64)
            keys[:, level, shift] = mix([others, *cells.T.view(np.uint64)])
    return keys


def refuse_infinite(raw: NDArray[np.float64], name: str) -> None:
    """Raises: CannotJudgeError: some of the numbers are infinite."""
    infinite = int(np.isinf(raw).sum())
    if infinite:
        raise CannotJudgeError(f"column {name!r} holds {infinite} infinite values; no real row has one")


def _fit(values: pd.Series, column: ColumnSchema) -> _Cut | _Named:
    if is_discrete(column):
        found = codes(values, column)
        counts = np.bincount(found[found >= 0], minlength=len(category_names(column)))
        places = np.empty(len(counts), dtype=np.int64)
        places[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
        return _Named(column, places)
    raw = numbers(values)
    present = np.sort(raw[np.isfinite(raw)])
    return _Cut(column, _edges(present, FINE_BINS, ATOM_FINE), _edges(present, COARSE_BINS, ATOM_COARSE))


def _edges(present: NDArray[np.float64], bins: int, atom: float) -> NDArray[np.float64]:
    """Upper ends of right-closed bins; the last bin is open. ``present`` is sorted."""
    if not len(present):
        return np.empty(0)
    distinct, counts = np.unique(present, return_counts=True)
    cuts = present[np.round(np.linspace(0, len(present) - 1, bins + 1)[1:-1]).astype(np.int64)]
    place = np.flatnonzero(counts >= max(atom * len(present), 2))
    below = distinct[place[place > 0] - 1]
    middles = (below + distinct[place[place > 0]]) / 2
    edges = np.unique(np.concatenate([cuts, distinct[place], middles]))
    return edges[edges < distinct[-1]] if edges[-1] >= distinct[-1] and len(edges) > 1 else edges
