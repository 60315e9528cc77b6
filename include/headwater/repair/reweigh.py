"""First step: weigh the batch and more rows of the same generator towards the profile, and exchange some.

Rows that the batch has too many of make room. In their place come rows of the pool, drawn by the ratio of what the
batch lacks to what the pool has: importance resampling. The pool comes from the same generator, so nothing is repeated
and nothing is taken from real rows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from headwater.repair.exchange import Repaired, drawn, exchange
from headwater.repair.frozen import Bins, Codes, Counts
from headwater.repair.raking import rake
from headwater.repair.standing import Short, standing

POOL, POOL_MAX = 40, 2
"""Rows that are made to choose from: so many for each that is exchanged, but not more than so many batches."""

Make = Callable[[int], pd.DataFrame]
"""A number of rows; so many rows, conforming to the schema."""


def reweigh(bins: Bins, rows: Repaired, make: Make, limit: int, random: np.random.Generator) -> Repaired:
    """Exchange up to ``limit`` rows; none where no bin is short, or where the batch would not come nearer.

    Args:
        bins: of the frozen profile.
        rows: the batch.
        make: further rows of its generator.
        limit: rows that may be exchanged.
        random: of the draws.
    """
    before = standing(bins, rows.frame)
    count = min(limit, _lacking(before.short))
    if not count:
        return rows
    pool = rows.fitting(make(min(POOL * count, POOL_MAX * len(rows.frame))))
    if pool.empty:
        return rows
    room = np.where(rows.touched, 0.0, np.maximum(0.0, 1 - rake(bins.of(rows.frame))))
    leaving = drawn(room, count, random)
    coming = drawn(rake(_asked(bins, pool, before.short, len(leaving))), len(leaving), random)
    leaving = leaving[: len(coming)]
    found = exchange(rows, leaving, pool.iloc[coming], bins.schema)
    return found if standing(bins, found.frame).distance < before.distance else rows


def _lacking(short: tuple[Short, ...]) -> int:
    """Rows that would do: one row fills a bin in every table, so the table that lacks most decides."""
    by_table: dict[int, int] = {}
    for each in short:
        by_table[each.table] = by_table.get(each.table, 0) + each.lacking
    return max(by_table.values(), default=0)


def _asked(bins: Bins, pool: pd.DataFrame, short: tuple[Short, ...], count: int) -> list[tuple[Codes, Counts]]:
    """What ``count`` rows of the pool should be: of the short bins what they lack, of the others as the pool is.

    Tables without a short bin ask for nothing: what they lack is noise.
    """
    placed, found = bins.of(pool), []
    for table in sorted({each.table for each in short}):
        place, counts = placed[table]
        lack = np.zeros(len(counts))
        for each in short:
            if each.table == table:
                lack[each.place] = each.lacking
        rest = np.where(lack > 0, 0.0, np.bincount(place, minlength=len(counts)))
        found.append((place, lack + rest * max(0.0, count - lack.sum()) / max(rest.sum(), 1)))
    return found
