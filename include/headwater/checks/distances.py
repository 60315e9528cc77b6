"""Exact Euclidean distances between rows as points, by blocks, so that memory stays bounded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 2_000
"""Points whose distances are held at a time."""


def squared(points: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Squared Euclidean distances, float32 ``(n, m)``, of points of small norm; never below 0."""
    found = points @ (-2 * others.T)
    found += np.einsum("ij,ij->i", points, points)[:, None]
    found += np.einsum("ij,ij->i", others, others)
    return np.maximum(found, 0, out=found)


def own_distances(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Squared distance of each point to the nearest other one: float32 ``(n,)``."""
    return np.concatenate([kth(points, start, 1) for start in range(0, len(points), BLOCK)])


def kth(points: NDArray[np.float32], start: int, k: int) -> NDArray[np.float32]:
    """Squared distance of a block's points to their k-th nearest other one, or the farthest where there are fewer."""
    found = squared(points[start : start + BLOCK], points)
    found[np.arange(len(found)), np.arange(start, start + len(found))] = np.inf
    k = min(k, found.shape[1] - 1)
    if k == 1:
        return found.min(axis=1)
    return np.partition(found, k - 1, axis=1)[:, k - 1]
