"""Columns of which one is never above the other: dates in their order, bounds, parts of a whole.

A gap between two columns that never falls below zero is a rule where it comes close to zero: the smallest gaps then
lie evenly between zero and the next ones. Columns that merely lie far apart (heights above weights) have no such edge.
Dates need none: that one day is after another is meant, however far.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks.arrays import numbers
from headwater.proposal.finding import Finding
from headwater.proposal.rules.rule import COLUMNS_MAX, EVIDENCE_MIN, Found, Rule
from headwater.proposal.wording import are_of_a_kind

NEAREST, EDGE_MAX = 20, 0.25
"""Of so many smallest gaps the smallest is at most this part of the largest, where zero is an edge."""
TOLD_MAX = 5
SAMPLE = 500


def look(frame: pd.DataFrame, findings: Sequence[Finding]) -> Found:
    """Inequalities between numbers of one unit, and between dates; without those that follow from others."""
    rules: list[Rule] = []
    unsure: list[str] = []
    maybe: list[Rule] = []
    for sdtype in ("numerical", "datetime"):
        names = [found.name for found in findings if found.sdtype == sdtype][:COLUMNS_MAX]
        values = {name: numbers(frame[name]) for name in names}
        pairs = {pair: each for pair in permutations(names, 2) if (each := _evidence(values, *pair)) is not None}
        if sdtype == "numerical":
            pairs = {pair: each for pair, each in pairs.items() if _has_edge(*(values[name] for name in pair))}
        same = {pair for pair in pairs if pair[::-1] in pairs}
        twins = {max(pair, key=names.index) for pair in same}
        unsure += [
            f"{low!r} and {high!r} are equal in every row: leave one of them out" for low, high in same if low < high
        ]
        for low, high in _direct({pair for pair in pairs if not twins & set(pair)}):
            rule = Rule({"kind": "inequality", "low": low, "high": high}, pairs[low, high])
            (rules if sdtype == "datetime" or are_of_a_kind(low, high) else maybe).append(rule)
    for rule in sorted(maybe, key=lambda each: -each.evidence)[:TOLD_MAX]:
        low, high = rule.constraint["low"], rule.constraint["high"]
        unsure.append(f"{low!r} is at most {high!r} in every row, and comes close: an inequality, if it is meant")
    return Found(tuple(rules), tuple(unsure))


def _evidence(values: dict[str, NDArray[np.float64]], low: str, high: str) -> float | None:
    """Rows in which unrelated columns would break the order; None where it does not hold, or proves nothing."""
    first, second = values[low], values[high]
    if (first[:SAMPLE] > second[:SAMPLE]).any():
        return None
    both = ~(np.isnan(first) | np.isnan(second))
    first, second = first[both], second[both]
    gaps = second - first
    if len(gaps) < NEAREST or (gaps < 0).any():
        return None
    breaks = float(np.searchsorted(np.sort(second), first, side="left").mean())
    if breaks < EVIDENCE_MIN:
        return None
    return breaks


def _has_edge(low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
    """Whether the gap between two columns comes close to zero."""
    gaps = (high - low)[~np.isnan(high - low)]
    nearest = np.partition(gaps, NEAREST - 1)[:NEAREST]
    return bool(nearest.min() <= EDGE_MAX * nearest.max())


def _direct(pairs: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs without those that follow from two others."""
    names = {name for pair in pairs for name in pair}
    return sorted(
        (low, high)
        for low, high in pairs
        if not any((low, middle) in pairs and (middle, high) in pairs for middle in names - {low, high})
    )
