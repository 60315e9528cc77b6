"""First step: weigh the batch and more rows of the same generator towards the profile, and exchange some.

Rows that the batch has too many of make room. In their place come rows of the pool, drawn by the ratio of what the
batch lacks to what the pool has: importance resampling. The pool comes from the same generator, so nothing is repeated
and nothing is taken from real rows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from headwater.repair.exchange import Repaired, drawn, exchange
from headwater.repair.frozen import Bins, Codes, Counts
from headwater.repair.raking import rake
from headwater.repair.standing import Short, standing


def reweigh(bins: Bins, rows: Repaired, pool: pd.DataFrame, limit: int, random: np.random.Generator) -> Repaired:
    """Exchange up to ``limit`` rows; none where no bin is short, or where the batch would not come nearer.

    Args:
        bins: of the frozen profile.
        rows: the batch.
        pool: further rows of its generator, which conform to the same schema.
        limit: rows that may be exchanged.
        random: of the draws.
    """
    before = standing(bins, rows.frame)
    count = min(limit, len(pool), _lacking(before.short))
    if not count:
        return rows
    tables = bins.of(rows.frame)
    leaving = drawn(np.where(rows.touched, 0.0, np.maximum(0.0, 1 - rake(tables))), count, random)
    left = np.delete(np.arange(len(rows.frame)), leaving)
    wanted = [_deficit(placed[left], counts, len(placed)) for placed, counts in tables]
    offered = [(placed, lack) for (placed, _), lack in zip(bins.of(pool), wanted, strict=True)]
    coming = drawn(rake(offered), len(leaving), random)
    found = exchange(rows, leaving, pool.iloc[coming], bins.schema)
    return found if standing(bins, found.frame).distance < before.distance else rows


def _lacking(short: tuple[Short, ...]) -> int:
    """Rows that would do: one row fills a bin in every table, so the table that lacks most decides."""
    by_table: dict[int, int] = {}
    for each in short:
        by_table[each.table] = by_table.get(each.table, 0) + each.lacking
    return max(by_table.values(), default=0)


def _deficit(placed: Codes, counts: Counts, n: int) -> Counts:
    """Rows that each bin lacks once the leaving rows have gone: float64 ``(bins,)``."""
    expected = counts * n / max(counts.sum(), 1)
    lack: Counts = np.maximum(0.0, expected - np.bincount(placed, minlength=len(counts)))
    return lack
