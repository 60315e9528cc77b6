"""Rows as the battery sees them: the codings that checks need, made once for a frame and cut by position.

Belongs here: the arrays and how they are cut. Does not: how they are made (``yardstick.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from headwater.checks.coding import Coded


@dataclass(frozen=True, eq=False)
class Placed(Coded):
    """Where ``n`` coded rows of ``d`` learned columns lie. Enough to compare generators by.

    Attributes:
        points: for nearest neighbours: float32 ``(n, D)``.
        features: for tree models: float64 ``(n, d)``, NaN where missing.
        cells: k-means cell at each level: int32 ``(n, levels)``.
    """

    points: NDArray[np.float32]
    features: NDArray[np.float64]
    cells: NDArray[np.int32]

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Rows one after the other; at least one part."""
        if len(parts) == 1:
            return parts[0]
        names = [field.name for field in fields(cls)]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def __len__(self) -> int:
        return len(self.identity)

    def take(self, positions: NDArray[np.intp]) -> Self:
        """The rows at these positions, in this order."""
        return type(self)(**{field.name: getattr(self, field.name)[positions] for field in fields(self)})


@dataclass(frozen=True, eq=False)
class Rows(Placed):
    """The same rows with what trees, models and other rows say of them: all that the battery asks for.

    Attributes:
        near: keys that near rows share: uint64 ``(n, widths, shifts)``.
        alone: how alone a row stands, see :class:`headwater.checks.crowd.Crowd`: int8 ``(n,)``.
        leaves: leaf of each column's tree: int32 ``(n, d)``.
        fit: log probability of each column's coarse bin under its tree: float32 ``(n, d)``.
        labels: log likelihood of each target under a model of real rows: float32 ``(n, targets)``, NaN where the
            target is missing.
    """

    near: NDArray[np.uint64]
    alone: NDArray[np.int8]
    leaves: NDArray[np.int32]
    fit: NDArray[np.float32]
    labels: NDArray[np.float32]
