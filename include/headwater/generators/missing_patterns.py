"""Which values of a row are missing, as one column of categories: each joint pattern over all columns is one.

Belongs here: learning, numbering and reading the patterns. Does not: values, or how a member learns the column.

A column of yes and no for each column of the table would leave it to the member how they go together, and a normal
copula weakens that, a short training misses it. Here every pattern of the real rows is a category, so a member that
keeps the shares of one column keeps the joint pattern (the patterns of Rubin 1976; Little and Rubin, "Statistical
Analysis with Missing Data", 2019, section 1.2).

What is missing may depend on a category ("only where the group is b"). The column of categories that says most about
it leads the patterns: the categories are then pairs of its category and a pattern, and it needs no column of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from headwater.generators.conditions import Wanted

NAME = "missing"
"""Of the column in the plain frame of the bridge."""
MOST = 2_000
"""Patterns that are told apart. Of more, half are the most frequent; the others are those of rows drawn by chance from
the rest, and each row left gets one of them by chance: the rest keep their shares as a group, and which columns are
missing together in it, but not which of its rows have what."""
MOST_LED = 200
"""A column with which there would be more pairs than this does not lead."""


@dataclass(frozen=True)
class Patterns:
    """The patterns of missing values of a table; a pattern's number is its place in these lists.

    In the order of the leader's category, then of the marks: alike patterns are neighbours, and the leader's categories
    stay in one piece each, so a copula sees of the leader what it would see in a column of its own.

    Attributes:
        positions: of the columns that are sometimes, but not always, missing; ascending.
        marks: of each pattern a text with a sign for each of ``positions``: 1 is missing, 0 is not.
        leader: position of the column of categories that is learned together with the patterns, or None.
        leads: the leader's code in each pattern, -1 for missing; empty without a leader.
        stand_ins: numbers of the patterns that rows of any other pattern may get; empty when all are told apart.
    """

    positions: list[int]
    marks: list[str]
    leader: int | None
    leads: list[int]
    stand_ins: list[int]

    @cached_property
    def absent(self) -> dict[int, np.ndarray]:
        """Position to which patterns leave it out: bool, shape ``(patterns,)``."""
        table = _read(self.marks, len(self.positions))
        return {position: np.ascontiguousarray(table[:, place]) for place, position in enumerate(self.positions)}

    @cached_property
    def lead(self) -> np.ndarray:
        """The leader's codes by pattern: int32, shape ``(patterns,)``, or ``(0,)`` without one."""
        return np.array(self.leads, dtype=np.int32)

    def number(self, absent: np.ndarray, lead: np.ndarray | None) -> np.ndarray:
        """The pattern of each real row: int32, shape ``(rows,)``.

        Args:
            absent: bool, shape ``(rows, positions)``: where values are missing.
            lead: the leader's codes, shape ``(rows,)``; None without a leader.
        """
        first, inverse, _ = _distinct(absent, lead)
        leads = self.leads or [0] * len(self.marks)
        place = {pair: number for number, pair in enumerate(zip(leads, self.marks, strict=True))}
        known = [place.get(pair, -1) for pair in _pairs(absent[first], None if lead is None else lead[first])]
        numbers = np.array(known, dtype=np.int32)[inverse]
        others = np.flatnonzero(numbers < 0)
        if len(others):
            numbers[others] = _rng().choice(np.array(self.stand_ins, dtype=np.int32), len(others))
        return numbers

    def allowed(self, asked: Mapping[int, Wanted]) -> np.ndarray:
        """Which patterns meet the conditions, as far as they speak of missing values or the leader: bool."""
        met = np.ones(len(self.marks), dtype=bool)
        for position, one in asked.items():
            if position == self.leader:
                met &= one.holds(self.lead, None)
            elif position in self.absent:
                met &= self.absent[position] == one.missing
        return met

    def to_json(self) -> dict[str, Any]:
        """The patterns as JSON-safe values; ``Patterns(**patterns.to_json())`` are the same."""
        return asdict(self)


def learn_patterns(absent: np.ndarray, positions: list[int], categories: Mapping[int, np.ndarray]) -> Patterns:
    """The patterns of real rows.

    Args:
        absent: bool, shape ``(rows, positions)``: where values are missing; in each column somewhere, not everywhere.
        positions: of the columns, ascending, 1 or more.
        categories: position to codes, shape ``(rows,)``, -1 for missing: the columns of categories that may lead.
    """
    for leader in _leaders(absent, positions, categories):
        pairs = _pairs_of(absent, categories[leader])
        if len(pairs) <= MOST_LED:
            return Patterns(positions, [mark for _, mark in pairs], leader, [code for code, _ in pairs], [])
    first, inverse, counts = _distinct(absent, None)
    if len(first) <= MOST:
        return Patterns(positions, [mark for _, mark in _pairs_of(absent, None)], None, [], [])
    kept = np.argsort(-counts, kind="stable")[: MOST // 2]
    rest = np.flatnonzero(~np.isin(inverse, kept))
    drawn = np.unique(inverse[_rng().choice(rest, min(len(rest), MOST - len(kept)), replace=False)])
    found = sorted(
        [(mark, False) for _, mark in _pairs(absent[first[kept]], None)]
        + [(mark, True) for _, mark in _pairs(absent[first[drawn]], None)]
    )
    stand_ins = [number for number, (_, stands_in) in enumerate(found) if stands_in]
    return Patterns(positions, [mark for mark, _ in found], None, [], stand_ins)


def _leaders(absent: np.ndarray, positions: list[int], categories: Mapping[int, np.ndarray]) -> list[int]:
    """The columns whose categories say more about what is missing than chance would, the best first.

    Measured by the extended Bayesian information criterion (Chen and Chen 2008), summed over the columns that depend on
    it: twice the log-likelihood gained by a share of missing values for each category, less the price of the shares and
    of having looked at so many pairs of columns.
    """
    totals: dict[int, float] = {}
    looks = 2.0 * np.log(max(len(positions) * len(categories), 1))
    for position, codes in categories.items():
        known = codes >= 0
        levels = np.unique(codes[known])
        price = (len(levels) - 1) * np.log(max(known.sum(), 1)) + looks
        total = 0.0
        for place, other in enumerate(positions):
            if other != position and len(levels) > 1:
                total += max(0.0, _gain(np.searchsorted(levels, codes[known]), absent[known, place]) - price)
        if total > 0.0:
            totals[position] = total
    return sorted(totals, key=lambda position: -totals[position])


def _gain(groups: np.ndarray, absent: np.ndarray) -> float:
    """Twice the log-likelihood that the shares of missing values by group have over one share for all."""
    counts = np.bincount(2 * groups + absent, minlength=2 * (int(groups.max()) + 1)).reshape(-1, 2).astype(float)
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / counts.sum()
    there = counts > 0
    return float(2.0 * (counts[there] * np.log(counts[there] / expected[there])).sum())


def _distinct(absent: np.ndarray, lead: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The distinct rows: where each is first, which of them each row is, how many rows each has."""
    bits = np.packbits(absent, axis=1)
    if lead is not None:
        bits = np.concatenate((lead.astype(">i4")[:, None].view(np.uint8), bits), axis=1)
    keys = np.ascontiguousarray(bits).view(np.dtype((np.void, bits.shape[1]))).ravel()
    _, first, inverse, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    return first, inverse, counts


def _pairs(absent: np.ndarray, lead: np.ndarray | None) -> list[tuple[int, str]]:
    """Each row's code of the leader (0 without one) and marks."""
    signs = np.where(absent, "1", "0")
    codes = [0] * len(absent) if lead is None else lead.tolist()
    return [(code, "".join(row)) for code, row in zip(codes, signs.tolist(), strict=True)]


def _pairs_of(absent: np.ndarray, lead: np.ndarray | None) -> list[tuple[int, str]]:
    """The distinct pairs of all rows, in order."""
    first = _distinct(absent, lead)[0]
    return sorted(_pairs(absent[first], None if lead is None else lead[first]))


def _read(marks: list[str], width: int) -> np.ndarray:
    """Marks as bool, shape ``(patterns, width)``. Raises: ValueError for what are no marks of this width."""
    if any(len(mark) != width or set(mark) - {"0", "1"} for mark in marks):
        raise ValueError("the marks of the patterns of missing values do not fit their columns")
    return np.array([[sign == "1" for sign in mark] for mark in marks], dtype=bool).reshape(len(marks), width)


def _rng() -> np.random.Generator:
    """Chance of its own, the same in every fit: which of many rare patterns are kept is no matter of a seed."""
    return np.random.Generator(np.random.PCG64(0x5EED))
