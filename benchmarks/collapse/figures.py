"""What is measured of a generation's rows, on real rows that no regime ever saw.

Belongs here: which measure, on which rows. Does not: the measures of ``benchmarks/fidelity`` and ``headwater.checks``.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.collapse.ground import Ground
from benchmarks.fidelity import two_samples
from headwater.checks.arrays import category_names, codes, is_discrete
from headwater.checks.coding import Coder
from headwater.checks.neighbours import covered
from headwater.tables.schema import TableSchema

NAMES = ("coverage", "rare_kept", "rare_of", "pair_tvd", "c2st_auc", "tstr")
RARE_SHARE = 0.001
"""Categories of at least this share of the real table are counted."""
Figures = dict[str, float]


def figures(ground: Ground, rows: pd.DataFrame) -> Figures:
    """The figures of one batch, by :data:`NAMES`.

    ``coverage``: k-NN coverage of the held-out rows (Naeem et al. 2020), as many rows on both sides.
    ``rare_kept`` of ``rare_of``: categories of at least .1 % of the real table that the batch still holds.
    ``pair_tvd``: total variation distance to the held-out rows, mean over all pairs of columns, numbers in bins.
    ``c2st_auc``: gradient boosting, five folds (Lopez-Paz and Oquab 2017), as many rows on both sides.
    ``tstr``: mean AUC of three families of models that learned from the rows, on the held-out rows.
    """
    side, schema = ground.side, ground.table.schema
    holdout = side.split.holdout
    n = min(len(holdout), len(rows))
    real, made, encoder = holdout.iloc[:n], rows.iloc[:n], side.encoder
    tstr = side.auc(rows, len(rows))
    kept, of = rare(ground.table.rows, rows, schema)
    return {
        "coverage": float(covered(encoder.distances(real), encoder.distances(made)).mean()),
        "rare_kept": kept,
        "rare_of": of,
        "pair_tvd": pair_tvd(holdout, rows, schema),
        "c2st_auc": two_samples.boosted_auc(
            encoder.features(real), encoder.features(made), encoder.categorical, side.seed
        ),
        "tstr": float("nan") if tstr is None else tstr,
    }


def rare(table: pd.DataFrame, rows: pd.DataFrame, schema: TableSchema) -> tuple[int, int]:
    """How many categories of at least :data:`RARE_SHARE` of the table the rows hold, and of how many."""
    kept = of = 0
    for column in schema.learned:
        if is_discrete(column):
            size = len(category_names(column))
            counts, found = (_counts(codes(one[column.name], column), size) for one in (table, rows))
            is_counted = counts >= RARE_SHARE * len(table)
            kept, of = kept + int((found[is_counted] > 0).sum()), of + int(is_counted.sum())
    return kept, of


def pair_tvd(real: pd.DataFrame, rows: pd.DataFrame, schema: TableSchema) -> float:
    """Half the sum of absolute differences of shares, mean over pairs of columns; bins are cut on the real rows.

    One minus sdmetrics' ContingencySimilarity, in the bins of the product's own checks of pairs.
    """
    coder = Coder.fit(real, schema)
    sides = [coder.code(one).coarse.astype(np.int64) for one in (real, rows)]
    sizes = np.diff(coder.coarse_starts)
    found = []
    for one, two in combinations(range(len(sizes)), 2):
        cells = [_counts(side[:, one] * sizes[two] + side[:, two], sizes[one] * sizes[two]) for side in sides]
        shares = [counts / counts.sum() for counts in cells]
        found.append(float(np.abs(shares[0] - shares[1]).sum() / 2))
    return float(np.mean(found)) if found else 0.0


def _counts(places: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    return np.bincount(places[places >= 0], minlength=size).astype(np.float64)
