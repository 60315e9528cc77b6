"""Columns that are the sum or the product of two others. Only told: a generator cannot draw a sum until it fits.

Such a column is best left out of what is learned, and reckoned from the others by whoever reads the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.proposal.finding import Finding
from headwater.proposal.rules.rule import EVIDENCE_MIN, Found

COLUMNS_MAX, SAMPLE = 15, 200
TOLD_MAX = 5


def look(frame: pd.DataFrame, findings: Sequence[Finding]) -> Found:
    """What is told of sums and products among the first numerical columns."""
    names = [found.name for found in findings if found.sdtype == "numerical"][:COLUMNS_MAX]
    values = {name: frame[name].to_numpy(dtype="float64", na_value=np.nan) for name in names}
    told: list[str] = []
    for total in names:
        for first, second in combinations([name for name in names if name != total], 2):
            sign = _relation(values[total], values[first], values[second])
            if sign is not None:
                what = f"{total!r} is {first!r} {sign} {second!r} in every row, which no generator keeps by drawing"
                told.append(f"{what}: leave {total!r} out by a query or view, and reckon it from the batch")
    return Found((), tuple(told[:TOLD_MAX]))


def _relation(total: NDArray[np.float64], first: NDArray[np.float64], second: NDArray[np.float64]) -> str | None:
    for sign, reckon in (("+", np.add), ("*", np.multiply)):
        for rows in (slice(SAMPLE), slice(None)):
            made, given = reckon(first[rows], second[rows]), total[rows]
            known = ~np.isnan(made - given)
            if not known.any() or not np.allclose(made[known], given[known], rtol=1e-9, atol=0.0051):
                break
        else:
            # Where one of the two is always 0 (or 1), the total is the other one alone.
            tells = known & (np.abs(first - total) > 0.0051) & (np.abs(second - total) > 0.0051)
            if tells.sum() >= EVIDENCE_MIN:
                return sign
    return None
