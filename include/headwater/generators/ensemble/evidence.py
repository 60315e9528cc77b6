"""What held-out rows say: the weights of members, and whether one way of making rows is harder to tell from real.

Belongs here: the statistics of the choice. Does not: making rows, or deciding (``choice``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater.generators.ensemble.boosting import cross_fit

_EM_STEPS = 300
_WEIGHT_MIN = 0.02
_CHANCE = 0.5


@dataclass(frozen=True)
class Discrimination:
    """A classifier two-sample test (Lopez-Paz and Oquab 2017) with its parts.

    Attributes:
        auc: area under the ROC curve, 0.5 when nothing can be told apart.
        real: float64, shape ``(real rows,)``: the share of made rows that each real row scores above.
        made: the same for each made row: the share of real rows that score above it.
    """

    auc: float
    real: np.ndarray
    made: np.ndarray

    @property
    def distance(self) -> float:
        """How far above chance: 0 to 0.5. Below chance is chance."""
        return max(self.auc - _CHANCE, 0.0)


def discriminate(real: np.ndarray, made: np.ndarray, seed: int) -> Discrimination:
    """Tell real from made rows by features ``(rows, columns)``; each row is scored by a model that has not seen it."""
    scores = cross_fit(real, made, seed)
    above_real = _share_below(scores.last_made, scores.last_real)
    above_made = 1.0 - _share_below(scores.last_real, scores.last_made)
    return Discrimination(float(above_real.mean()), above_real, above_made)


def gain(plain: Discrimination, other: Discrimination) -> tuple[float, float]:
    """How much nearer to chance ``other`` is than ``plain``, and the standard error of that.

    Both were measured on the same real rows, so these are paired (DeLong, DeLong and Clarke-Pearson 1988); the made
    rows are not.
    """
    parts = [plain.real - other.real, plain.made, other.made]
    variance = sum(float(part.var(ddof=1)) / len(part) for part in parts)
    return plain.distance - other.distance, variance**0.5


def stacked_weights(log_ratios: np.ndarray) -> np.ndarray:
    """Weights of members that make held-out rows most likely, by EM (Dempster, Laird and Rubin 1977).

    A member's density is the real one divided by its ratio, so the unknown real density cancels.

    Args:
        log_ratios: float64, shape ``(members, rows)``: log of real over member density of held-out rows, estimated
            without the row itself.

    Returns:
        float64, shape ``(members,)``, summing to 1; weights below 0.02 are 0.
    """
    relative = -log_ratios
    density = np.exp(relative - relative.max(axis=0))
    weights = np.full(len(density), 1.0 / len(density))
    for _ in range(_EM_STEPS):
        part = weights[:, None] * density
        weights = (part / part.sum(axis=0)).mean(axis=1)
    kept = np.where(weights < _WEIGHT_MIN, 0.0, weights)
    return kept / kept.sum()


def _share_below(values: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The share of ``values`` below each point, ties counting half."""
    ordered = np.sort(values)
    low, high = np.searchsorted(ordered, points, side="left"), np.searchsorted(ordered, points, side="right")
    return (low + high) / (2.0 * len(values))
