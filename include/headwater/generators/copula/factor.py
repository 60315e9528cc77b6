"""The Cholesky factor of a correlation matrix, the same to the last bit on every machine. No statistics here.

No BLAS and no sums whose order depends on the processor or on the number of threads: only element-wise products and
differences, which IEEE 754 rounds in one way.
"""

from __future__ import annotations

import numpy as np

TOLERANCE = 1e-9
"""A variance left below this is none: the column follows from those before it."""


def factor(matrix: np.ndarray) -> np.ndarray:
    """The lower triangle ``L`` with ``L @ L.T == matrix``; a column of zeros where a variable follows from others.

    Args:
        matrix: symmetric, positive semi-definite, float64, shape ``(d, d)``.

    Raises:
        ValueError: the matrix has a negative variance left, so it is no covariance.
    """
    rest = np.array(matrix, dtype=np.float64)
    lower = np.zeros_like(rest)
    for place in range(len(rest)):
        pivot = rest[place, place]
        if pivot < -1e-6:
            raise ValueError("the correlations are not positive semi-definite")
        if pivot <= TOLERANCE:
            continue
        column = rest[place:, place] / np.sqrt(pivot)
        lower[place:, place] = column
        rest[place:, place:] -= column[:, None] * column[None, :]
    return lower


def correlated(lower: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """``lower @ noise``, added up in the order of the columns.

    Args:
        lower: shape ``(d, d)``, lower triangular.
        noise: standard normals, shape ``(d, rows)``.
    """
    made = np.zeros((len(lower), noise.shape[1]))
    product = np.empty(noise.shape[1])
    for row in range(len(lower)):
        for column in np.flatnonzero(lower[row, : row + 1]):
            np.multiply(noise[column], lower[row, column], out=product)
            made[row] += product
    return made
