"""The frozen profile: what the training rows hold, as counts alone, kept with their snapshot.

Belongs here: binning columns, counting bins and pairs of them. Does not: comparing rows with counts (``standing.py``).

Numbers and times are cut at quantiles of the training rows, every 5 % and at the outer 1 %; categories stay as they
are. Pairs of columns are counted in fewer bins, and only those that depend on each other most, by mutual information.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks.arrays import codes, is_discrete, numbers
from headwater.spec.model import Model
from headwater.tables.schema import ColumnSchema, TableSchema

QUANTILES = (0.01, *(round(0.05 * step, 2) for step in range(1, 20)), 0.99)
PAIRS_MAX = 30
COARSE_MAX = 8
"""Bins of a column in a pair, without the one of missing values."""

Codes = NDArray[np.int64]
Counts = NDArray[np.float64]


class Margin(Model):
    """One learned column.

    Attributes:
        column: its name.
        edges: of numbers the inner edges, ascending; a value on an edge is in the upper bin. Empty for categories.
        counts: training rows of each bin, or category in the schema's order; the last is "missing".
    """

    column: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]


class PairCounts(Model):
    """Two columns by their places among the margins, and training rows of each pair of coarse bins, row by row."""

    first: int
    second: int
    counts: tuple[int, ...]


class FrozenProfile(Model):
    """Counts of the training rows.

    Attributes:
        rows: how many there are.
        margins: the learned columns, in the schema's order.
        pairs: the most dependent pairs of them.
    """

    rows: int
    margins: tuple[Margin, ...]
    pairs: tuple[PairCounts, ...]


def freeze(train: pd.DataFrame, schema: TableSchema) -> FrozenProfile:
    """Count the training rows, which conform to the schema.

    Raises:
        CannotJudgeError: a value is no category of its column.
    """
    margins = []
    for column in schema.learned:
        edges = () if is_discrete(column) else _edges(train[column.name])
        bins = bins_of(train[column.name], column, edges)
        size = _size(column, edges)
        margins.append(
            Margin(column=column.name, edges=edges, counts=tuple(np.bincount(bins, minlength=size).tolist()))
        )
    bare = Bins(FrozenProfile(rows=len(train), margins=tuple(margins), pairs=()), schema)
    return bare.profile.model_copy(update={"pairs": _pairs(bare, bare.margins(train))})


@dataclass(frozen=True)
class Bins:
    """Rows in the bins of a profile.

    Attributes:
        profile: the counts.
        schema: of the table that the profile was taken of.
    """

    profile: FrozenProfile
    schema: TableSchema

    @cached_property
    def columns(self) -> tuple[ColumnSchema, ...]:
        """The column of each margin."""
        by_name = {column.name: column for column in self.schema.columns}
        return tuple(by_name[margin.column] for margin in self.profile.margins)

    @cached_property
    def coarse(self) -> tuple[Codes, ...]:
        """Of each margin the coarse bin of each bin: int64 ``(bins,)``; "missing" keeps its own."""
        return tuple(_coarse(margin) for margin in self.profile.margins)

    def margins(self, frame: pd.DataFrame) -> list[Codes]:
        """The bin of each row, margin by margin: int64 ``(rows,)``.

        Raises:
            CannotJudgeError: a value is no category of its column.
        """
        paired = zip(self.columns, self.profile.margins, strict=True)
        return [bins_of(frame[column.name], column, margin.edges) for column, margin in paired]

    def pair(self, first: int, second: int, bins: Sequence[Codes]) -> Codes:
        """The pair of coarse bins of each row: int64 ``(rows,)``."""
        width = int(self.coarse[second].max()) + 1
        joined: Codes = self.coarse[first][bins[first]] * width + self.coarse[second][bins[second]]
        return joined

    def tables(self, bins: Sequence[Codes]) -> list[tuple[Codes, Counts]]:
        """Every margin and pair: the place of each row, and the profile's counts of all places."""
        found = [
            (each, np.array(margin.counts, dtype=np.float64))
            for each, margin in zip(bins, self.profile.margins, strict=True)
        ]
        for pair in self.profile.pairs:
            found.append((self.pair(pair.first, pair.second, bins), np.array(pair.counts, dtype=np.float64)))
        return found

    def of(self, frame: pd.DataFrame) -> list[tuple[Codes, Counts]]:
        """The same for rows of the schema."""
        return self.tables(self.margins(frame))


def bins_of(values: pd.Series, column: ColumnSchema, edges: Sequence[float]) -> Codes:
    """The bin of each value: int64 ``(rows,)``; missing values have the last one."""
    last = _size(column, edges) - 1
    if is_discrete(column):
        found = codes(values, column)
        return np.where(found < 0, last, found)
    number = numbers(values)
    return np.where(np.isnan(number), last, np.searchsorted(np.array(edges), number, side="right")).astype(np.int64)


def _size(column: ColumnSchema, edges: Sequence[float]) -> int:
    """Bins of a column, the one of missing values included."""
    if not is_discrete(column):
        return len(edges) + 2
    return (2 if column.categories is None else len(column.categories)) + 1


def _edges(values: pd.Series) -> tuple[float, ...]:
    number = numbers(values)
    number = number[np.isfinite(number)]
    return tuple(np.unique(np.quantile(number, QUANTILES, method="nearest")).tolist()) if len(number) else ()


def _coarse(margin: Margin) -> Codes:
    """Numbers in even groups of bins; categories by themselves as long as they are common, the others together."""
    size = len(margin.counts) - 1
    if margin.edges:
        groups = np.arange(size) * min(COARSE_MAX, size) // size
    else:
        order = np.argsort(-np.array(margin.counts[:size]), kind="stable")
        groups = np.empty(size, dtype=np.int64)
        groups[order] = np.minimum(np.arange(size), COARSE_MAX - 1)
    return np.append(groups, groups.max(initial=-1) + 1).astype(np.int64)


def _pairs(bins: Bins, placed: Sequence[Codes]) -> tuple[PairCounts, ...]:
    """The pairs of the largest mutual information, largest first."""
    found = []
    for first, second in combinations(range(len(placed)), 2):
        size = (int(bins.coarse[first].max()) + 1) * (int(bins.coarse[second].max()) + 1)
        counts = np.bincount(bins.pair(first, second, placed), minlength=size)
        found.append((_information(counts, int(bins.coarse[second].max()) + 1), first, second, counts))
    found.sort(key=lambda each: -each[0])
    return tuple(
        PairCounts(first=first, second=second, counts=tuple(counts.tolist()))
        for _, first, second, counts in found[:PAIRS_MAX]
    )


def _information(counts: NDArray[np.int64], width: int) -> float:
    """Mutual information of a table of counts, in nats."""
    share = counts.reshape(-1, width) / max(counts.sum(), 1)
    alone = share.sum(axis=1, keepdims=True) * share.sum(axis=0, keepdims=True)
    seen = share > 0
    return float((share[seen] * np.log(share[seen] / alone[seen])).sum())
