"""Grids that a consumer may have rounded numbers to, and rounding to them.

Belongs here: numbers and grids. Does not: which rows lie on one (``cells.py``), what that proves (``evidence.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ties = Literal["even", "up", "down"]
"""``even``: to the nearest, a half to the even one (IEEE 754); ``up``: a half away from zero (SQL, spreadsheets);
``down``: never up, as binning to decades or days does."""
TIES: tuple[Ties, ...] = ("even", "up", "down")
_NEAR = 1e-7
"""How far from a whole number of steps still counts as on the grid, relative: decimal steps are not exact in binary."""
_EXPONENTS = 4096.0


@dataclass(frozen=True)
class Grid:
    """Numbers of a fixed step, or of so many significant digits.

    Attributes:
        step: distance of neighbouring numbers; 0 for a grid of significant digits.
        digits: number of significant digits; 0 for a grid of a fixed step.
        words: how a person is told.
    """

    step: float
    digits: int
    words: str

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which numbers lie on the grid: bool ``(n,)``. Missing and infinite ones do."""
        steps, _ = self._steps(values)
        with np.errstate(invalid="ignore"):
            return ~(np.abs(steps - np.rint(steps)) > _NEAR * np.maximum(1.0, np.abs(steps)))

    def rounded(self, values: NDArray[np.float64], ties: Ties) -> NDArray[np.float64]:
        """A number for each value that is equal for all values which round to the same one: float64 ``(n,)``."""
        steps, exponent = self._steps(values)
        nearest = np.rint(steps)
        is_on = np.abs(steps - nearest) <= _NEAR * np.maximum(1.0, np.abs(steps))
        if ties == "up":
            nearest = np.where(is_on, nearest, np.copysign(np.floor(np.abs(steps) + 0.5), steps))
        elif ties == "down":
            nearest = np.where(is_on, nearest, np.floor(steps))
        if not self.digits:
            return nearest
        is_carried = np.abs(nearest) >= 10.0**self.digits  # 99.6 to two digits is 100, one more before the point
        nearest, exponent = np.where(is_carried, nearest / 10, nearest), exponent + is_carried
        return nearest * _EXPONENTS + exponent

    def _steps(self, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Each value in steps of its grid, and the power of ten of its first digit."""
        if not self.digits:
            return values / self.step, np.zeros_like(values)
        with np.errstate(divide="ignore", invalid="ignore"):
            exponent = np.floor(np.log10(np.abs(values)) + 1e-12)
        exponent = np.where(np.isfinite(exponent), exponent, 0.0)
        return values / 10.0 ** (exponent - self.digits + 1), exponent


NUMBERS = (
    *(Grid(10.0**-d, 0, f"to {d} decimals" if d > 1 else "to 1 decimal") for d in (3, 2, 1)),
    Grid(1.0, 0, "to whole numbers"),
    *(Grid(10.0**d, 0, f"to multiples of {10**d:,}") for d in (1, 2, 3)),
    *(Grid(0.0, digits, f"to {digits} significant digits") for digits in (4, 3, 2)),
)
MOMENTS = (Grid(60.0, 0, "to minutes"), Grid(3_600.0, 0, "to hours"), Grid(86_400.0, 0, "to days"))
