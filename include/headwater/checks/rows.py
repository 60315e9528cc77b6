"""Rows as the battery sees them: every coding that a check needs, made once for a frame and cut by position.

Belongs here: the arrays and how they are cut. Does not: how they are made (``yardstick.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Rows:
    """``n`` rows in all codings; ``d`` learned columns, ``q`` of them numbers or dates.

    Attributes:
        fine, coarse: bins: int16 and uint8 ``(n, d)``.
        numbers: float64 ``(n, q)``, NaN where missing.
        identity: hash of a row's learned values: uint64 ``(n,)``.
        near: keys that near rows share: uint64 ``(n, widths, shifts)``.
        points: for nearest neighbours: float32 ``(n, D)``.
        alone: how alone a row stands, see :class:`headwater.checks.crowd.Crowd`: int8 ``(n,)``.
        features: for tree models: float64 ``(n, d)``, NaN where missing.
        cells: k-means cell at each level: int32 ``(n, levels)``.
        leaves: leaf of each column's tree: int32 ``(n, d)``.
        fit: log probability of each column's coarse bin under its tree: float32 ``(n, d)``.
        labels: log likelihood of each target under a model of real rows: float32 ``(n, targets)``, NaN where the
            target is missing.
    """

    fine: NDArray[np.int16]
    coarse: NDArray[np.uint8]
    numbers: NDArray[np.float64]
    identity: NDArray[np.uint64]
    near: NDArray[np.uint64]
    points: NDArray[np.float32]
    alone: NDArray[np.int8]
    features: NDArray[np.float64]
    cells: NDArray[np.int32]
    leaves: NDArray[np.int32]
    fit: NDArray[np.float32]
    labels: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.identity)

    def take(self, positions: NDArray[np.intp]) -> Rows:
        """The rows at these positions, in this order."""
        return Rows(**{field.name: getattr(self, field.name)[positions] for field in fields(self)})
