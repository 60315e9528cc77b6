"""The union of many nights: what no single night can show. Rows that come again, values and regions that go.

Statistics, each an exact test of counts with a normal deviate, large where bad:

- ``union.repeats``: pairs of equal rows from two different nights, beside those within one night. A generator draws its
  nights independently, so a pair of equal rows falls between two nights as often as chance puts any pair there.
- ``union.distinct``: values (and whole rows) that the older half of a generator's nights has and the newer half
  lacks, beside those that are new. Nights are exchangeable, so either is as likely (McNemar 1947).
- ``union.coverage``: regions around anchor rows that hold fewer rows than the generator's certificate says, or than
  they did in the older half of its nights.

Belongs here: gathering nights one at a time, and these tests. Does not: which nights (``chain/watch.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from headwater.checks.collisions import Collisions
from headwater.checks.statistic import deviate, too_few, too_many
from headwater.checks.tally import Counts

if TYPE_CHECKING:
    from headwater.checks.prepared import Prepared

REPEATS, DISTINCT, COVERAGE = "union.repeats", "union.distinct", "union.coverage"
NAMES = (REPEATS, DISTINCT, COVERAGE)
ROWS = "whole rows"
"""What rows as a whole are called among the columns."""
LOOKS = 365
"""Looks a year: one a night."""
NIGHTS_MIN = 4
"""A generator's nights before their halves are compared."""
BALL_ROWS_MAX = 20_000
"""Rows of a night that are looked for in the balls of the scan; a batch's rows are in random order."""


@dataclass(frozen=True, eq=False)
class Night:
    """What the union keeps of one night's rows.

    Attributes:
        identity: hashes of the rows, uint64 ``(n,)``.
        values: by column its different values: of numbers the values, of categories their bins.
        balls: rows in each ball of the scan, ``(balls,)``, out of the first ``ball_rows``.
    """

    identity: NDArray[np.uint64]
    values: dict[str, NDArray[np.float64]]
    balls: Counts
    ball_rows: int


@dataclass(frozen=True)
class Finding:
    """One statistic of the union.

    Attributes:
        name: of the statistic.
        deviate: standard normal deviate of its exact p-value, all its parts together.
        value, expected: what was counted, and what chance makes of it.
        words: the finding in a plain sentence; no value of a row in it.
    """

    name: str
    deviate: float
    value: float
    expected: float
    words: str


def gather(chunks: Iterable[pd.DataFrame], prepared: Prepared) -> Night:
    """One night's rows, read chunk by chunk; only what :class:`Night` holds stays in memory.

    Raises:
        CannotJudgeError: a number is infinite, or a value is no category of its column.
    """
    coder = prepared.yardstick.coder
    identity: list[NDArray[np.uint64]] = []
    values: dict[str, list[NDArray[np.float64]]] = {name: [] for name in coder.names}
    balls, ball_rows = np.zeros(prepared.scan.total), 0
    for chunk in chunks:
        coded = coder.code(chunk)
        identity.append(coded.identity)
        number = iter(coded.numbers.T)
        for place, name in enumerate(coder.names):
            found = next(number) if coder.is_number[place] else coded.fine[:, place].astype(np.float64)
            values[name].append(np.unique(found[~np.isnan(found)]))
        few = chunk.iloc[: BALL_ROWS_MAX - ball_rows]
        if len(few):
            balls += prepared.scan.counts(prepared.yardstick.encoder.distances(few))
            ball_rows += len(few)
    return Night(
        np.concatenate([np.zeros(0, np.uint64), *identity]),
        {name: np.unique(np.concatenate([np.zeros(0), *parts])) for name, parts in values.items()},
        balls,
        ball_rows,
    )


def repeats(nights: Sequence[Night]) -> Finding | None:
    """Equal rows across nights beside equal rows within; None for fewer than two nights.

    Given how often each row occurs in all nights, each pair of equal rows falls within one night with the chance of any
    pair: mean and variance of the count are those of the binomial test, also where some rows are common.
    """
    if len(nights) < 2:
        return None
    within = [Collisions.among(night.identity) for night in nights]
    every = Collisions.among(np.concatenate([night.identity for night in nights]))
    inside, room = sum(each.pairs for each in within), sum(each.all_pairs for each in within)
    across, across_room = every.pairs - inside, every.all_pairs - room
    if room == 0 or across_room == 0:
        return None
    chance = float(too_many(*(np.array([side]) for side in (across, inside, across_room, room)))[0])
    expected = every.pairs * across_room / every.all_pairs
    words = (
        f"{across:,.0f} pairs of rows of different nights are equal, among {len(nights)} nights; by how rows repeat "
        f"within a night it would be {expected:,.0f}."
    )
    return Finding(REPEATS, float(deviate(chance)[0]), across, expected, words)


def distinct(older: Sequence[Night], newer: Sequence[Night]) -> Finding:
    """Values that only the older nights have beside those that only the newer ones have; the worst column tells.

    Both sides need equally many rows: then a value that one side lacks is as likely the other's.
    """
    told: list[tuple[float, float, float, str]] = []
    columns = list(older[0].values) if older else []
    for column in (*columns, ROWS):
        before, after = (_different(side, column) for side in (older, newer))
        shared = len(np.intersect1d(before, after, assume_unique=True))
        lost, gained = float(len(before) - shared), float(len(after) - shared)
        chance = float(too_many(np.array([lost]), np.array([gained]), 1.0, 1.0)[0]) if lost + gained else 1.0
        told.append((chance, lost, gained, column))
    chance, lost, gained, column = min(told)
    words = (
        f"Of {column}, {lost:,.0f} different values of the older half of the nights are gone and {gained:,.0f} are "
        "new; by chance it is as many."
    )
    return Finding(DISTINCT, float(deviate(chance, len(told))[0]), lost, (lost + gained) / 2, words)


def coverage(older: Sequence[Night], newer: Sequence[Night], certificate: tuple[Counts, float]) -> Finding:
    """The emptiest region: all nights beside the certificate, newer nights beside older ones.

    Args:
        older, newer: a generator's nights.
        certificate: rows in each ball among those of its certificate, and how many rows those are.
    """
    (before, rows_before), (after, rows_after) = (_balls(side) for side in (older, newer))
    made, rows_made = certificate
    sides = (
        (before + after, made, rows_before + rows_after, rows_made, "all nights together", "its certificate"),
        (after, before, rows_after, rows_before, "the newer half of the nights", "the older half"),
    )
    told = []
    for found, others, rows, rest, where, beside in sides:
        chances = too_few(found, others, rows, rest)
        at = int(chances.argmin())
        told.append((float(chances[at]), float(found[at]), float(others[at] * rows / rest), where, beside))
    chance, here, expected, where, beside = min(told)
    words = (
        f"A region around a real row holds {here:,.0f} rows of {where}; by {beside} it would be {expected:,.0f}. "
        f"{np.mean(before + after > 0):.2%} of the regions hold any row."
    )
    return Finding(COVERAGE, float(deviate(chance, 2 * len(made))[0]), here, expected, words)


def halves(nights: Sequence[Night]) -> tuple[Sequence[Night], Sequence[Night]] | None:
    """Older and newer nights, equally many with equally many rows; the oldest is left out of an odd number.

    None where there are too few nights, or their sizes differ.
    """
    even = nights[len(nights) % 2 :]
    if len(even) < NIGHTS_MIN or len({len(night.identity) for night in even}) > 1:
        return None
    return even[: len(even) // 2], even[len(even) // 2 :]


def _different(nights: Sequence[Night], column: str) -> NDArray[np.generic]:
    parts = [night.identity if column == ROWS else night.values[column] for night in nights]
    return np.unique(np.concatenate(parts))


def _balls(nights: Sequence[Night]) -> tuple[Counts, float]:
    return np.sum([night.balls for night in nights], axis=0), float(sum(night.ball_rows for night in nights))


def limit(rate: float) -> float:
    """The deviate that the nightly look at one statistic passes with this chance in a year, at most (Bonferroni)."""
    return float(norm.isf(rate / LOOKS))
