"""Draws from many discrete distributions at once, in constant time a draw: alias tables.

Walker 1977; Vose 1991. Built by the sweep of Hübschle-Schneider and Sanders 2019, here for all classes in step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class AliasTables:
    """One table for each class.

    Attributes:
        keep: chance to keep the first guess, float64, shape ``(classes * codes,)``.
        other: the code drawn otherwise, int32, same shape.
        size: number of codes.
    """

    keep: np.ndarray
    other: np.ndarray
    size: int

    def draw(self, classes: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        """A code for each row, int64.

        Args:
            classes: of the rows, int64, shape ``(rows,)``.
            uniform: in [0, 1), shape ``(rows,)``.
        """
        scaled = uniform * self.size
        guess = scaled.astype(np.int64)
        at = classes * self.size + guess
        return np.where(scaled - guess < self.keep[at], guess, self.other[at])


def alias_tables(weights: np.ndarray) -> AliasTables:
    """Tables of distributions.

    Args:
        weights: not negative, each class with a positive sum, float64, shape ``(codes, classes)``.
    """
    size, classes = weights.shape
    total = weights.sum(axis=0)
    scaled = (weights * (size / np.where(total > 0, total, 1.0))).T.copy()
    keep, other = np.ones((classes, size)), np.tile(np.arange(size, dtype=np.int32), (classes, 1))
    # Codes of each class, light ones first: two pointers sweep over the light and the heavy.
    order = np.argsort(scaled > 1.0, axis=1, kind="stable")
    every = np.arange(classes)
    lights = (scaled <= 1.0).sum(axis=1)
    light, heavy = np.zeros(classes, dtype=np.int64), lights.copy()
    rest = scaled[every, order[every, np.minimum(heavy, size - 1)]]
    for _ in range(size):
        fills = (heavy < size) & (rest > 1.0) & (light < lights)
        spent = (heavy < size - 1) & (rest <= 1.0)
        if not (fills.any() or spent.any()):
            break
        one, giver = order[every, np.minimum(light, size - 1)], order[every, np.minimum(heavy, size - 1)]
        following = order[every, np.minimum(heavy + 1, size - 1)]
        row, code = every[fills], one[fills]
        keep[row, code], other[row, code] = scaled[row, code], giver[fills]
        row, code = every[spent], giver[spent]
        keep[row, code], other[row, code] = rest[spent], following[spent]
        rest = np.where(fills, rest + scaled[every, one] - 1.0, rest)
        rest = np.where(spent, rest + scaled[every, following] - 1.0, rest)
        light, heavy = light + fills, heavy + spent
    return AliasTables(keep.ravel(), other.ravel(), size)
