"""Which functions of a variable's codes a regression weighs: one a code, or a few smooth ones along their order.

A column of numbers has many codes. A weight for each of them and each influence would learn single rows by heart. Its
log-odds are therefore sums of a few polynomials of the rank (exponential families fitted by regression: Efron and
Tibshirani 1996), and of single codes where much of the mass is. What is common to all rows, the column's own
distribution, is kept code by code and needs no function.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SMOOTH_CODES_MIN = 16
"""With fewer codes an ordered variable has a function for each."""

ATOM_SHARE_MIN = 0.1
"""A code with this share of the rows has a function of its own beside the smooth ones."""

DEGREE_MAX = 20
"""Highest polynomial that can be asked for."""

_LENGTH_MIN = 1e-6


@dataclass(frozen=True)
class Variable:
    """One coded variable.

    Attributes:
        size: how many codes it has.
        ordered: whether their order means something.
        missing: the last code stands for missing values (ordered variables only).
    """

    size: int
    ordered: bool
    missing: bool = False


@dataclass(frozen=True)
class Shape:
    """The functions of one variable's codes.

    Attributes:
        values: float64, shape ``(codes, functions)``: of each code; None where each code has its own 0/1 function.
        size: number of codes.
    """

    values: np.ndarray | None
    size: int

    @property
    def functions(self) -> int:
        """How many."""
        return self.size if self.values is None else self.values.shape[1]

    @property
    def is_smooth(self) -> bool:
        """Whether neighbouring codes share functions."""
        return self.values is not None


def shape_of(variable: Variable, shares: np.ndarray, degree: int) -> Shape:
    """The functions of a variable.

    Args:
        variable: what is known of its codes.
        shares: of its codes, float64, shape ``(codes,)``.
        degree: of the highest polynomial.

    Returns:
        smooth functions have mean 0, variance 1 and no correlation under ``shares``, so that one ridge fits all.
    """
    if not variable.ordered or variable.size < SMOOTH_CODES_MIN:
        return Shape(None, variable.size)
    from scipy.special import eval_legendre

    alone = shares >= ATOM_SHARE_MIN
    alone[-1] |= variable.missing
    present = np.where(alone, 0.0, shares)
    ranks = 2.0 * (np.cumsum(present) - present / 2) / max(present.sum(), _LENGTH_MIN) - 1.0
    smooth = [np.where(present > 0, eval_legendre(power, ranks), 0.0) for power in range(1, degree + 1)]
    spikes = [(np.arange(variable.size) == code).astype(np.float64) for code in np.flatnonzero(alone)]
    values = _orthonormal(spikes + smooth, shares)
    return Shape(values, variable.size) if values.shape[1] < variable.size - 1 else Shape(None, variable.size)


def _orthonormal(functions: list[np.ndarray], shares: np.ndarray) -> np.ndarray:
    """Gram and Schmidt under ``shares``: shape ``(codes, functions)``; what says nothing new is left out."""
    kept: list[np.ndarray] = []
    for function in functions:
        rest = function - (shares * function).sum()
        for other in kept:
            rest = rest - (shares * rest * other).sum() * other
        length = float(np.sqrt((shares * rest * rest).sum()))
        if length > _LENGTH_MIN:
            kept.append(rest / length)
    return np.stack(kept, axis=1) if kept else np.zeros((len(shares), 0))
