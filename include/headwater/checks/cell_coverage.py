"""Joint cells: is every cluster of real rows still populated? The check that sees a dropped cluster.

Belongs here: cells of the anchor and their shares. Does not: single columns (see ``category_presence.py``).

The anchor's rows are cut into k-means cells (Lloyd 1982; k-means++ seeds, Arthur and Vassilvitskii 2007). A cell
counts as covered when the batch has at least ``cell_keep_min`` of the cell's real share. The statistic is the
real mass in covered cells. The number of cells follows the smaller side, about twenty rows a cell, so an honest
batch rarely misses one; how rarely is the noise floor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from headwater.checks.encoding import Encoder
from headwater.checks.limits import at_least
from headwater.checks.reference import JUDGE_ROWS_MAX, Reference
from headwater.checks.result import CheckResult
from headwater.checks.seeds import rng, state

NAME = "cell_coverage"
ROWS_A_CELL = 20
CELLS_MIN, CELLS_MAX = 5, 100
BATCH_ROWS_MAX = 100_000
_CHUNK = 20_000


@dataclass(frozen=True)
class Cells:
    """Rows of each cell on both sides: int64 ``(cells,)``."""

    real: NDArray[np.int64]
    batch: NDArray[np.int64]

    def covered(self, keep: float) -> NDArray[np.bool_]:
        """Which cells have at least ``keep`` of their real share in the batch."""
        return is_covered(self.batch, self.real, keep)

    def mass(self, keep: float) -> float:
        """Real share of the covered cells."""
        return float(self.real[self.covered(keep)].sum() / self.real.sum())


def check(batch: pd.DataFrame, reference: Reference) -> CheckResult:
    """Real mass in covered cells, against ``cell_coverage_min``.

    The interval is a parametric bootstrap of the batch's cell counts (200 multinomial draws, Efron 1979).
    """
    keep = reference.contract.cell_keep_min
    cells = measure(batch, reference)
    value, n = cells.mass(keep), min(int(cells.real.sum()), int(cells.batch.sum()))
    limit = at_least(reference.contract.cell_coverage_min, reference.floors.get(NAME), n)
    lost = int((~cells.covered(keep)).sum())
    sentence = (
        f"{value:.1%} of the real rows lie in cells that the batch covers; {lost} of {len(cells.real)} cells are "
        f"thinned out. At least {limit.value:.1%} is needed ({limit.words()})."
    )
    return CheckResult(
        name=NAME,
        severity="critical",
        value=value,
        limit=limit.value,
        direction="at_least",
        limit_origin=limit.origin,
        interval=_interval(cells, keep, reference.seed),
        n=n,
        passed=value >= limit.value,
        sentence=sentence,
        detail=_picture(cells),
    )


def measure(batch: pd.DataFrame, reference: Reference) -> Cells:
    """Cells of the anchor (at most :data:`JUDGE_ROWS_MAX` rows) and what the batch (at most 100,000) puts in them."""
    encoder = reference.encoder
    real = reference.some_rows(len(reference.anchor), JUDGE_ROWS_MAX, f"{NAME}:anchor")
    made = reference.some_rows(len(batch), BATCH_ROWS_MAX, f"{NAME}:batch")
    points = encoder.distances(reference.anchor.iloc[real])
    model = _fit(points, min(len(real), len(made)), state(reference.seed, NAME))
    counts = np.zeros(model.n_clusters, dtype=np.int64)
    for start in range(0, len(made), _CHUNK):
        counts += _counts(model, encoder, batch.iloc[made[start : start + _CHUNK]])
    return Cells(np.bincount(model.labels_, minlength=model.n_clusters).astype(np.int64), counts)


def is_covered(batch: NDArray[np.int64], real: NDArray[np.int64], keep: float) -> NDArray[np.bool_]:
    """Which cells hold at least ``keep`` of their real share; ``batch`` may be ``(draws, cells)``."""
    total = batch.sum(axis=-1, keepdims=True)
    covered: NDArray[np.bool_] = batch * real.sum() >= keep * real * total - 1e-9
    return covered


def _fit(points: NDArray[np.float32], rows: int, seed: int) -> KMeans:
    wanted = int(np.clip(rows // ROWS_A_CELL, CELLS_MIN, CELLS_MAX))
    # More cells than different rows: k-means would warn and leave cells empty.
    cells = min(wanted, len(np.unique(points, axis=0)))
    return KMeans(n_clusters=cells, n_init=1, max_iter=30, random_state=seed).fit(points)


def _counts(model: KMeans, encoder: Encoder, rows: pd.DataFrame) -> NDArray[np.int64]:
    return np.bincount(model.predict(encoder.distances(rows)), minlength=model.n_clusters).astype(np.int64)


def _interval(cells: Cells, keep: float, seed: int) -> tuple[float, float]:
    total = cells.batch.sum()
    draws = rng(seed, NAME, "interval").multinomial(total, cells.batch / total, size=200)
    masses = is_covered(draws, cells.real, keep) @ (cells.real / cells.real.sum())
    low, high = np.quantile(masses, [0.025, 0.975])
    return float(low), float(high)


def _picture(cells: Cells) -> dict[str, Any]:
    order = np.argsort(-cells.real, kind="stable")
    real, batch = cells.real[order], cells.batch[order]
    return {"real": (real / real.sum()).tolist(), "synthetic": (batch / max(batch.sum(), 1)).tolist()}
