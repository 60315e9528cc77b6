"""Density, and the naive alpha-precision and beta-recall: what surrounds real points. Equal numbers of rows a side.

Belongs here: measures of two clouds of points. Does not: k-NN coverage, which is the product's own
(``headwater.checks.neighbours.covered``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.fidelity.space import Points, nearest

NEIGHBOURS = 5
LEVELS = 30
_ROUNDING = 1e-6
_CHUNK = 1_000


def density(real: Points, synthetic: Points, k: int = NEIGHBOURS) -> float:
    """How many real balls a synthetic point lies in, over ``k``; 1 between two samples of one distribution.

    A ball is a real point with the distance to its k-th nearest real point as radius. Source: Naeem, Oh, Uh, Choi
    and Yoo, "Reliable fidelity and diversity metrics for generative models", ICML 2020. It can exceed 1: a generator
    that only makes the commonest rows scores high, so it is read beside coverage.

    Args:
        real: ``(n, d)``, n > k.
        synthetic: ``(m, d)``, m >= 1.
        k: neighbours, the point itself not counted.
    """
    from sklearn.metrics.pairwise import euclidean_distances
    from sklearn.neighbors import NearestNeighbors

    radii = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(real).kneighbors()[0][:, -1] + _ROUNDING
    inside = 0
    for start in range(0, len(real), _CHUNK):
        part = slice(start, start + _CHUNK)
        inside += int((euclidean_distances(real[part], synthetic) <= radii[part, None]).sum())
    return inside / (k * len(synthetic))


def alpha_precision_naive(real: Points, synthetic: Points) -> float:
    """How well quantile spheres of the real points hold the same share of synthetic ones; 1 is best.

    For each alpha, the sphere around the real mean that holds a share alpha of the real points should hold a share
    alpha of the synthetic points: 1 - sum |P(alpha) - alpha| / sum alpha over 30 levels. Source: Alaa, van Breugel,
    Saveliev and van der Schaar, "How faithful is your synthetic data?", ICML 2022. Naive: in the space given, not in
    a learned one-class embedding.
    """
    centre = real.mean(axis=0, dtype=np.float64)
    radii = np.quantile(_distance(real, centre), _levels())
    held = np.searchsorted(np.sort(_distance(synthetic, centre)), radii, side="right") / len(synthetic)
    return _agreement(held)


def beta_recall_naive(real: Points, synthetic: Points) -> float:
    """How well the synthetic points' core covers the real points; about .5 between two real samples, naive as above.

    A real point is covered at level beta when its nearest synthetic point is no farther off than its nearest real
    one and lies in the sphere around the synthetic mean that holds a share beta of such nearest points. Source: as
    above.
    """
    from sklearn.neighbors import NearestNeighbors

    to_real = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(real).kneighbors()[0][:, 0]
    found = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(synthetic).kneighbors(real, return_distance=False)
    near = nearest(real, synthetic) <= to_real + _ROUNDING
    central = _distance(synthetic, synthetic.mean(axis=0, dtype=np.float64))[found[:, 0]]
    radii = np.quantile(central, _levels())
    covered = np.searchsorted(np.sort(central[near]), radii, side="right") / len(real)
    return _agreement(covered)


def _levels() -> NDArray[np.float64]:
    return np.linspace(0.0, 1.0, LEVELS)


def _agreement(shares: NDArray[np.float64]) -> float:
    levels = _levels()
    return float(1.0 - np.abs(levels - shares).sum() / levels.sum())


def _distance(points: Points, centre: NDArray[np.float64]) -> NDArray[np.float64]:
    distance: NDArray[np.float64] = np.linalg.norm(points - centre, axis=1)
    return distance
