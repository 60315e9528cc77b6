"""The standard normal between two bounds, safe far out in the tails: its mass and draws from it. One variable only.

Works with logarithms of tail masses, on the side where the tail is the lower one, so that nothing underflows or
cancels (as in Botev 2017, section 2).
"""

from __future__ import annotations

import numpy as np

_ROOT = 0.5 * np.log(2 * np.pi)


def log_mass(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """``log P(low < Z < high)`` of a standard normal, element by element; ``-inf`` where ``low >= high``."""
    from scipy.special import log_ndtr

    begin, end, _ = _lower_side(low, high)
    below, upto = log_ndtr(begin), log_ndtr(end)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = upto + np.log(-np.expm1(below - upto))
    return np.where(begin < end, found, -np.inf)


def draw(low: np.ndarray, high: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Standard normals between the bounds, by inversion.

    Args:
        low, high: bounds, shape ``(rows,)``; where ``low >= high`` the result is ``low``.
        uniform: in (0, 1], shape ``(rows,)``.
    """
    from scipy.special import log_ndtr, ndtri_exp

    begin, end, turned = _lower_side(low, high)
    below, upto = log_ndtr(begin), log_ndtr(end)
    with np.errstate(divide="ignore", invalid="ignore"):
        made = ndtri_exp(upto + np.log(uniform + (1.0 - uniform) * np.exp(below - upto)))
    made = np.where(turned, -made, made)
    return np.where(low < high, np.clip(made, low, np.maximum(low, high)), low)


def log_density(at: np.ndarray) -> np.ndarray:
    """``log`` of the standard normal density; ``-inf`` at infinities."""
    found: np.ndarray = -0.5 * np.square(at) - _ROOT
    return found


def _lower_side(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The bounds, mirrored at 0 where both lie above it, and where that was done."""
    turned = np.asarray(low) > 0
    return np.where(turned, -np.asarray(high), low), np.where(turned, -np.asarray(low), high), turned
