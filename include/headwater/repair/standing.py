"""How rows stand to the frozen profile: how far away, and which bins hold too few of them.

Belongs here: the figures before and after a repair, and the bins that lack rows. Does not: exchanging rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks.statistic import too_few
from headwater.repair.frozen import Bins

SHORT_P = 0.002
"""A bin is short when so few rows come by chance more rarely than this. Many bins are looked at, so now and then an
honest one is called short; what that costs is a few exchanged rows."""


@dataclass(frozen=True)
class Short:
    """One bin of a margin or pair that holds too few rows.

    Attributes:
        table: place among margins and then pairs.
        place: of the bin.
        lacking: rows that it lacks, at least 1.
    """

    table: int
    place: int
    lacking: int


@dataclass(frozen=True)
class Standing:
    """Where rows stand.

    Attributes:
        margin_tvd, pair_tvd: the largest total variation distance of a column, and of a pair of columns.
        short: bins that lack rows, margins before pairs, the largest lack first.
    """

    margin_tvd: float
    pair_tvd: float
    short: tuple[Short, ...]

    @property
    def distance(self) -> float:
        """Smaller is nearer to the profile."""
        return self.margin_tvd + self.pair_tvd

    @property
    def lacking(self) -> int:
        """Rows that the short bins lack, all together; a row is counted in every table that lacks it."""
        return sum(each.lacking for each in self.short)

    def told(self) -> dict[str, Any]:
        """The figures as JSON: no value of any row."""
        return {
            "margin_tvd": round(self.margin_tvd, 6),
            "pair_tvd": round(self.pair_tvd, 6),
            "short_bins": len(self.short),
            "lacking_rows": self.lacking,
        }


def standing(bins: Bins, frame: pd.DataFrame) -> Standing:
    """Hold rows, one or more, against the profile.

    Raises:
        CannotJudgeError: a value is no category of its column.
    """
    known, n = len(bins.profile.margins), len(frame)
    far: list[float] = []
    short: list[Short] = []
    for table, (placed, counts) in enumerate(bins.of(frame)):
        found = np.bincount(placed, minlength=len(counts)).astype(np.float64)
        far.append(_tvd(found, counts))
        rare = too_few(found, counts, float(n), float(bins.profile.rows))
        lacking = np.rint(counts * n / bins.profile.rows - found)
        for place in np.flatnonzero((rare <= SHORT_P) & (lacking >= 1)):
            short.append(Short(table, int(place), int(lacking[place])))
    short.sort(key=lambda each: (each.table >= known, -each.lacking, each.table, each.place))
    return Standing(max(far[:known], default=0.0), max(far[known:], default=0.0), tuple(short))


def _tvd(found: NDArray[np.float64], counts: NDArray[np.float64]) -> float:
    return float(np.abs(found / max(found.sum(), 1) - counts / max(counts.sum(), 1)).sum() / 2)
