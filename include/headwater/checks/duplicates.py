"""Does the batch repeat itself, or yesterday? Sees copied rows, near copies, and columns with too few values.

Statistics: rows with an exact or a near twin in the batch, all of them and those whose twin no anchor row explains, and
both once more among rows that stand alone, where hardly any row has a twin by chance; pairs of rows that equal each
other and no honest row, where even in a table of few values twins are few; the number of distinct values of each
continuous column; pairs of equal rows in the whole batch, of which a sample of a large batch holds few; and rows that
yesterday's batch had already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headwater.checks.collisions import Collisions, chance
from headwater.checks.crowd import LEVELS, WORDS, among
from headwater.checks.statistic import Counted, Measured, Statistic, Vector, deviate
from headwater.checks.telling import Bound, Told, chance_of, count_interval, fewest, most_of
from headwater.checks.telling import rows as rows_of

if TYPE_CHECKING:
    from headwater.checks.prepared import Prepared
    from headwater.checks.sample import Sample

NAME = "duplicates"
EXACT = Statistic("duplicates.exact", "upper", "Rows repeat each other no more often than real rows do.")
NEAR = Statistic("duplicates.near", "upper", "Rows nearly repeat each other no more often than real rows do.")
DISTINCT = Statistic("duplicates.distinct", "both", "Continuous columns have as many different values as in real rows.")
RARE = Statistic(
    "duplicates.rare", "upper", "Rare rows come in pairs no more often than among honest rows.", is_exact=True
)
REPEATED = Statistic("duplicates.repeated", "upper", "The batch is not the last one again.", is_exact=True)
WHOLE = Statistic(
    "duplicates.whole",
    "upper",
    "In the whole batch rows equal each other no more often than honest rows.",
    is_exact=True,
    is_whole=True,
)
STATISTICS = (EXACT, NEAR, RARE, DISTINCT, WHOLE, REPEATED)
CONTINUOUS_SHARE = 0.05
"""Distinct values a row from which a column of numbers counts as continuous."""


def measure(sample: Sample) -> Measured:
    """Roots of counts, exact and near at each width, and log counts of distinct values.

    A kind of twin has ``2 * LEVELS`` counts: all, and those that no anchor row explains, at each level of loneliness.
    """
    rows, anchor = sample.rows, sample.prepared.yardstick.anchor
    twin = twins(rows.identity)
    known = np.isin(rows.identity, anchor.identity)
    near: list[int] = []
    for level in range(rows.near.shape[1]):
        keys, others = rows.near[:, level], anchor.near[:, level]
        found = np.any([twins(shifted) for shifted in keys.T], axis=0) & ~twin
        explained = np.any([np.isin(*pair) for pair in zip(keys.T, others.T, strict=True)], axis=0)
        near += [*among(found, rows.alone), *among(found & ~explained, rows.alone)]
    return {
        EXACT.name: _roots(*among(twin, rows.alone), *among(twin & ~known, rows.alone)),
        NEAR.name: _roots(*near),
        DISTINCT.name: np.log(np.maximum(_distinct(rows.numbers, _continuous(anchor.numbers)), 1.0)),
    }


def measure_exact(sample: Sample) -> Measured:
    """Deviates of rare pairs, of all equal pairs, and of rows that the last batch had, against the baseline's."""
    measured: Measured = {RARE.name: _too_many(*_rare_pairs(sample))}
    if sample.seen.whole is not None:
        measured[WHOLE.name] = deviate(chance(*_collisions(sample)))
    if sample.seen.last_batch is not None:
        measured[REPEATED.name] = _too_many(*_again(sample))
    return measured


def grains(prepared: Prepared) -> Measured:
    """How much one row can move each component; a root of a count has a spread of 1 by itself."""
    return {EXACT.name: np.ones(1), NEAR.name: np.ones(1), DISTINCT.name: np.array([1 / prepared.n])}


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """How many rows repeat each other, or yesterday; which column has too few or too many values."""
    if name == WHOLE.name:
        return _tell_whole(sample, bound)
    n = rows_of(len(sample.rows))
    if name == RARE.name:
        return _tell_count(
            _rare_pairs(sample),
            bound,
            lambda found, expected: (
                f"{found:,.0f} pairs among {n} equal each other and no third row, honest rows "
                f"included; among as many of {bound.whose} it would be {expected:,.0f}."
            ),
        )
    if name == REPEATED.name:
        return _tell_count(
            _again(sample),
            bound,
            lambda found, expected: (
                f"{found:,.0f} of {n} stood in the last batch already; of as many honest rows it "
                f"would be {expected:,.0f}."
            ),
        )
    if name == DISTINCT.name:
        return _tell_distinct(sample, place, bound)
    found, honest, limit = (
        max((max(value, 0.0) / 2) ** 2 - 0.375, 0.0) for value in (bound.value, bound.mean, bound.limit)
    )
    kind = "an exact twin" if name == EXACT.name else "a near twin"
    known, level = divmod(place % (2 * LEVELS), LEVELS)
    unexplained = " that no real row explains" if known else ""
    words = (
        f"{rows_of(found)}{WORDS[level]} have {kind} in the batch{unexplained}; of {bound.whose} it is {honest:,.0f}."
    )
    return Told(words, round(found), limit, count_interval(round(found)), honest)


def _tell_distinct(sample: Sample, place: int, bound: Bound) -> Told:
    coder = sample.prepared.yardstick.coder
    column = np.flatnonzero(coder.is_number)[_continuous(sample.prepared.yardstick.anchor.numbers)[place]]
    value, limit, mean = (float(np.exp(number)) for number in (bound.value, bound.limit, bound.mean))
    words = f"{coder.names[int(column)]} has {value:,.0f} different values; {bound.whose} have {mean:,.0f}."
    spread = float(np.exp(1.96 * bound.sd))
    return Told(words, value, limit, (value / spread, value * spread), mean)


def _collisions(sample: Sample) -> tuple[Collisions, Collisions]:
    """Of all rows of the batch, and of the baseline."""
    whole = sample.seen.whole
    found = Collisions.among(sample.rows.identity) if whole is None else whole.collisions
    return found, Collisions.among(sample.honest)


def _tell_whole(sample: Sample, bound: Bound) -> Told:
    found, honest = _collisions(sample)
    expected, limit = honest.expected(found.rows), chance_of(bound.deviate, 1)

    def passes(pairs: Vector) -> NDArray[np.bool_]:
        return np.array([chance(replace(found, pairs=float(pairs[0])), honest) < limit])

    words = (
        f"{found.pairs:,.0f} pairs of rows are equal among all {found.rows:,.0f}; among as many of {bound.whose} it "
        f"would be {expected:,.0f}."
    )
    most = float(fewest(passes, int(found.all_pairs)) - 1)
    return Told(words, found.pairs, most, found.interval(), expected)


def _again(sample: Sample) -> tuple[Counted, Counted]:
    """Rows of the sample, and of the baseline, that the last batch had."""
    last = np.zeros(0, np.uint64) if sample.seen.last_batch is None else sample.seen.last_batch
    found, others = (
        Counted(np.array([np.isin(side, last).sum()], dtype=np.float64), np.array([float(len(side))]))
        for side in (sample.rows.identity, sample.honest)
    )
    return found, others


def _rare_pairs(sample: Sample) -> tuple[Counted, Counted]:
    """Pairs of rows, both of the sample or both of the baseline, that no third row of either equals.

    Where both sides are of one kind, such a pair falls into either as often as any two rows do: that is what they are
    counted beside.
    """
    sides = sample.rows.identity, sample.honest
    _, kind, times = np.unique(np.concatenate(sides), return_inverse=True, return_counts=True)
    in_sample = np.bincount(kind[: len(sides[0])], minlength=len(times))
    pairs = [float(np.count_nonzero((times == 2) & (in_sample == both))) for both in (2, 0)]
    found, others = (
        Counted(np.array([count]), np.array([len(side) * (len(side) - 1) / 2]))
        for count, side in zip(pairs, sides, strict=True)
    )
    return found, others


def _too_many(found: Counted, others: Counted) -> Vector:
    return deviate(found.chances(others)[0])


def _tell_count(sides: tuple[Counted, Counted], bound: Bound, words: Callable[[float, float], str]) -> Told:
    """The count beside what the baseline's rate makes of it; ``words`` are told both."""
    (found, n), (others, rest) = ((float(side.found[0]), float(side.rows[0])) for side in sides)
    most, expected = most_of(others, (n, rest), chance_of(bound.deviate, 1)), others * n / rest
    return Told(words(found, expected), found, most, count_interval(found), expected)


def twins(keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which keys occur more than once: bool ``(n,)``."""
    order = np.argsort(keys, kind="stable")
    same = keys[order][1:] == keys[order][:-1]
    found = np.zeros(len(keys), dtype=bool)
    found[order[1:][same]] = True
    found[order[:-1][same]] = True
    return found


def _roots(*counts: int) -> Vector:
    """Twice the root: a count's scale of constant spread (Anscombe 1948)."""
    return 2 * np.sqrt(np.array(counts, dtype=np.float64) + 0.375)


def _continuous(anchor: NDArray[np.float64]) -> NDArray[np.intp]:
    """Which numbers have so many values that their count means something."""
    counts = [len(np.unique(values)) for values in anchor.T]
    return (
        np.flatnonzero(np.array(counts) > max(CONTINUOUS_SHARE * len(anchor), 10)) if counts else np.zeros(0, np.intp)
    )


def _distinct(numbers: NDArray[np.float64], columns: NDArray[np.intp]) -> Vector:
    return np.array([len(np.unique(numbers[:, place])) for place in columns], dtype=np.float64)
