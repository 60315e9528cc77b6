"""k-NN coverage: the share of real rows that have a synthetic row nearby. The check that sees lost regions.

Belongs here: the statistic and its judgement. Does not: how rows become points (see ``encoding.py``).

Source: Naeem, Oh, Uh, Choi and Yoo, "Reliable fidelity and diversity metrics for generative models", ICML 2020.
A real row is covered when at least one synthetic row lies within the distance of its k-th nearest real
neighbour. Both sides have the same number of rows, because coverage rises to 1 as the synthetic side grows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from headwater.checks.limits import at_least
from headwater.checks.reference import Reference
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.result import CheckResult

NAME = "knn_coverage"
NEIGHBOURS = 5
_ROUNDING = 1e-6
"""Distances of equal rows may differ by rounding; a row on the border is covered."""


def check(batch: pd.DataFrame, reference: Reference) -> CheckResult:
    """Coverage of the anchor by the batch, against ``coverage_min`` times what real rows reach.

    The interval is Wilson's (1927) for the judged rows; more repeats make it narrower than stated, not wider.
    """
    values = measures(batch, reference)
    value, n = float(np.mean(values)), reference.judge_rows(len(batch))
    floor = reference.floors.get(NAME)
    real = expected(n) if floor is None else floor.mean
    limit = at_least(reference.contract.coverage_min * real, floor, n)
    sentence = (
        f"{value:.1%} of the anchor's rows have a synthetic row nearby; two samples of real rows reach {real:.1%}. "
        f"At least {limit.value:.1%} is needed ({limit.words()}; {n:,} rows a side)."
    )
    detail: dict[str, Any] = {"neighbours": NEIGHBOURS, "repeats": values, "real_mean": real}
    return CheckResult(
        name=NAME,
        severity="critical",
        value=value,
        limit=limit.value,
        direction="at_least",
        limit_origin=limit.origin,
        interval=_wilson(value, n),
        n=n,
        passed=value >= limit.value,
        sentence=sentence,
        detail=detail,
    )


def measures(batch: pd.DataFrame, reference: Reference) -> list[float]:
    """Coverage in each of the reference's equal-size pairs."""
    encoder = reference.encoder
    found = []
    for real, made in reference.pairs(len(batch), NAME):
        points = encoder.distances(reference.anchor.iloc[real])
        found.append(float(covered(points, encoder.distances(batch.iloc[made])).mean()))
    return found


def covered(real: NDArray[np.float32], synthetic: NDArray[np.float32], k: int = NEIGHBOURS) -> NDArray[np.bool_]:
    """Which real points have a synthetic point within the distance of their k-th nearest real one: bool ``(n,)``.

    Args:
        real: ``(n, d)``, n > k.
        synthetic: ``(m, d)``, m >= 1.
        k: neighbours, the row itself not counted.

    Raises:
        CannotJudgeError: too few points.
    """
    if len(real) <= k or not len(synthetic):
        raise CannotJudgeError(
            f"coverage with {k} neighbours needs more than {k} real rows and at least one synthetic row"
        )
    to_real, _ = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(real).kneighbors()
    to_synthetic, _ = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(synthetic).kneighbors(real)
    inside: NDArray[np.bool_] = to_synthetic[:, 0] <= to_real[:, -1] + _ROUNDING
    return inside


def expected(n: int, k: int = NEIGHBOURS) -> float:
    """Mean coverage of two samples of ``n`` rows from one continuous distribution (Naeem et al. 2020, lemma 2)."""
    steps = np.arange(1, k + 1)
    return float(1 - np.prod((n - steps) / (2 * n - steps)))


def _wilson(share: float, n: int, z: float = 1.96) -> tuple[float, float]:
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return max(0.0, middle - half), min(1.0, middle + half)
