"""A proposal for several normals, each between two bounds, and a bound on how far it is off: minimax tilting.

Botev, "The normal law under linear restrictions: simulation and estimation via minimax tilting" (JRSS-B 79, 2017).
Variables are drawn one after the other, each a truncated normal given those before it (the sequential draws of Geweke
1991), its mean moved by ``shift``. The log of the likelihood ratio, psi, is concave in the drawn point and convex in
the shift; at the saddle point its value bounds it everywhere, so a draw kept with chance ``exp(psi - bound)`` is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater.generators.copula.truncated import draw, log_density, log_mass

_RESIDUE = 1e-7
"""The saddle point counts as found when no slope of psi is steeper."""
_SLACK = 1e-6
"""Added to the bound: covers the residue and rounding. Costs one draw in a million."""


@dataclass(frozen=True)
class Box:
    """Bounds on ``x = unit @ noise``, and the proposal within them.

    Attributes:
        unit: lower triangular with ones on the diagonal, float64, shape ``(d, d)``.
        low, high: bounds, shape ``(d,)``, may be infinite.
        shift: of each variable's mean, shape ``(d,)``; the last is 0.
        bound: the largest log likelihood ratio of any draw; ``-inf`` when the box is empty.
    """

    unit: np.ndarray
    low: np.ndarray
    high: np.ndarray
    shift: np.ndarray
    bound: float

    def propose(self, rows: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Noise within the box, shape ``(d, rows)``, and which rows to keep: kept rows are exact draws."""
        noise = np.zeros((len(self.low), rows))
        ratio = np.zeros(rows)
        for place, shift in enumerate(self.shift):
            before = _before(self.unit[place, :place], noise)
            low, high = self.low[place] - before - shift, self.high[place] - before - shift
            noise[place] = shift + draw(low, high, 1.0 - rng.random(rows))
            ratio += log_mass(low, high) + shift * (0.5 * shift - noise[place])
        with np.errstate(invalid="ignore"):
            return noise, np.log(1.0 - rng.random(rows)) <= ratio - self.bound


def tilted(unit: np.ndarray, low: np.ndarray, high: np.ndarray) -> Box:
    """The box with its best proposal; with the plain sequential one where the saddle point is not found."""
    still = np.zeros(len(low))
    if not (low < high).all():
        return Box(unit, low, high, still, -np.inf)
    if len(low) == 1:
        return Box(unit, low, high, still, float(log_mass(low, high)[0]))
    found = _saddle(unit, low, high)
    if found is not None:
        at, shift = found
        return Box(unit, low, high, shift, _psi(unit, low, high, at, shift) + _SLACK)
    # Without a shift psi is a sum of log masses, each largest when its interval lies around 0.
    half = (high[1:] - low[1:]) / 2
    bound = float(log_mass(low[:1], high[:1])[0] + log_mass(-half, half).sum())
    return Box(unit, low, high, still, bound + _SLACK)


def _saddle(unit: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Point and shift where psi is stationary in both, or None."""
    from scipy.optimize import root

    size = len(low) - 1
    solved = root(_slopes, np.zeros(2 * size), args=(unit, low, high), jac=True, method="hybr", tol=1e-12)
    slopes, _ = _slopes(solved.x, unit, low, high)
    if not (np.isfinite(solved.x).all() and np.abs(slopes).max() < _RESIDUE):
        return None
    return np.append(solved.x[:size], 0.0), np.append(solved.x[size:], 0.0)


def _psi(unit: np.ndarray, low: np.ndarray, high: np.ndarray, at: np.ndarray, shift: np.ndarray) -> float:
    moved = _product(unit, at) + shift
    return float((log_mass(low - moved, high - moved) + shift * (0.5 * shift - at)).sum())


def _slopes(both: np.ndarray, unit: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gradient of psi by point and shift (all but the last variable's), and its Jacobian."""
    size = len(low) - 1
    at, shift = np.append(both[:size], 0.0), np.append(both[size:], 0.0)
    moved = _product(unit, at) + shift
    begin, end = low - moved, high - moved
    mass = log_mass(begin, end)
    with np.errstate(over="ignore", invalid="ignore"):
        left, right = np.exp(log_density(begin) - mass), np.exp(log_density(end) - mass)
        slope = left - right
        turn = _times(begin, left) - _times(end, right) - slope**2
    strict = unit - np.eye(len(low))
    by_at = (strict * slope[:, None]).sum(axis=0) - shift
    by_shift = shift - at + slope
    bent = strict * turn[:, None]
    cross = bent[:size, :size] - np.eye(size)
    curve = (strict[:, :size, None] * bent[:, None, :size]).sum(axis=0)
    jacobian = np.block([[curve, cross.T], [cross, np.diag(1.0 + turn[:size])]])
    return np.nan_to_num(np.concatenate((by_at[:size], by_shift[:size]))), np.nan_to_num(jacobian)


def _product(unit: np.ndarray, at: np.ndarray) -> np.ndarray:
    """What the variables before each one add to it."""
    return ((unit - np.eye(len(at))) * at[None, :]).sum(axis=1)


def _before(row: np.ndarray, noise: np.ndarray) -> np.ndarray:
    added = np.zeros(noise.shape[1])
    for weight, one in zip(row, noise, strict=False):
        added += weight * one
    return added


def _times(bound: np.ndarray, density: np.ndarray) -> np.ndarray:
    """``bound * density``, 0 at an infinite bound."""
    return np.where(np.isinf(bound), 0.0, np.where(np.isinf(bound), 0.0, bound) * density)
