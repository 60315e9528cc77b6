"""Regression of one variable's codes on columns of influences: a multinomial logit, or its smooth form (``shapes``).

The chance of a code ``c`` in a row ``x`` is ``share(c) exp(sum of functions of c, each weighed by x)``, normed. With a
function for each code that is multinomial logistic regression. The ridge draws what rests on few rows to nothing (le
Cessie and van Houwelingen 1992); without influences every code keeps its share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headwater.generators.logit_trees.shapes import Shape

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

ITERATIONS = 40
"""Most steps of the solver. Later ones learn by heart: what they gain is not seen in rows that were not learned from
(early stopping as regularisation: Yao, Rosasco and Caponnetto 2007)."""

SMOOTH_RIDGE = 10.0
"""The ridge of a smooth function, in ridges of a single code: it moves many codes at once."""


@dataclass(frozen=True)
class Regression:
    """A fitted regression.

    Attributes:
        size: how many codes the variable has.
        found: int64, shape ``(found,)``: the codes that occur.
        offset: float64, shape ``(found,)``: the logarithm of each one's share.
        values: float64, shape ``(found, functions)``: of each one, or None where each code is its own function.
        weights: float64, shape ``(columns + 1, functions)``, the first row for every row of the table.
    """

    size: int
    found: np.ndarray
    offset: np.ndarray
    values: np.ndarray | None
    weights: np.ndarray

    @property
    def functions(self) -> int:
        """How many functions of the variable :meth:`expected` tells."""
        return self.size if self.values is None else self.values.shape[1]

    def chances(self, columns: csr_matrix) -> np.ndarray:
        """The chance of each code found in each row: float64, shape ``(found, rows)``."""
        logits = _logits(columns, self.weights, self.values, self.offset)
        odds = np.exp(logits, out=logits)
        odds /= odds.sum(axis=0)
        return odds

    def expected(self, columns: csr_matrix) -> np.ndarray:
        """The mean of each function: float64, shape ``(rows, functions)``, those of codes never found are 0."""
        chances = self.chances(columns)
        if self.values is not None:
            means: np.ndarray = chances.T @ self.values
            return means
        every = np.zeros((chances.shape[1], self.size))
        every[:, self.found] = chances.T
        return every

    def draw(self, columns: csr_matrix, uniform: np.ndarray) -> np.ndarray:
        """A code a row, int64, shape ``(rows,)``; ``uniform`` in [0, 1) chooses."""
        if len(self.found) == 1:
            return np.full(len(uniform), self.found[0])
        upto = np.cumsum(self.chances(columns), axis=0)
        place = (upto <= uniform * upto[-1]).sum(axis=0)
        codes: np.ndarray = self.found[np.minimum(place, len(self.found) - 1)]
        return codes

    def loss(self, columns: csr_matrix, codes: np.ndarray) -> float:
        """Mean of minus the log-chance of ``codes``, in nats; one never found counts as one in a million."""
        place = np.minimum(np.searchsorted(self.found, codes), len(self.found) - 1)
        chance = self.chances(columns)[place, np.arange(len(codes))]
        return float(-np.log(np.maximum(np.where(self.found[place] == codes, chance, 0.0), 1e-6)).mean())


def fit_regression(columns: csr_matrix, codes: np.ndarray, shape: Shape, ridge: float) -> Regression:
    """The regression of ``codes`` (int64, shape ``(rows,)``) on ``columns``.

    Args:
        columns: float64, shape ``(rows, columns)``.
        codes: the code of each row.
        shape: the functions of the codes.
        ridge: of a code's function; a smooth one has :data:`SMOOTH_RIDGE` times as much.
    """
    from scipy.optimize import minimize

    found, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    values = None if shape.values is None else shape.values[found]
    width = len(found) if values is None else values.shape[1]
    start = np.zeros((columns.shape[1] + 1, width))
    offset = np.log(counts / len(codes))
    if len(found) == 1:
        return Regression(shape.size, found, offset, values, start)
    loss = _Loss(columns, place, offset, values, ridge * (1.0 if values is None else SMOOTH_RIDGE))
    solved = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS, "ftol": 1e-7})
    return Regression(shape.size, found, offset, values, solved.x.reshape(start.shape))


class _Loss:
    """Minus the log-likelihood and half the ridge's penalty, with its gradient."""

    def __init__(
        self, columns: csr_matrix, place: np.ndarray, offset: np.ndarray, values: np.ndarray | None, ridge: float
    ) -> None:
        self.columns, self.turned = columns, columns.T.tocsr()
        self.place, self.offset, self.values, self.ridge = place, offset, values, ridge
        self.rows = np.arange(len(place))

    def __call__(self, flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(self.columns.shape[1] + 1, -1)
        logits = _logits(self.columns, weights, self.values, self.offset)
        own = logits[self.place, self.rows]
        chances = np.exp(logits, out=logits)
        total = chances.sum(axis=0)
        likelihood = float((own - np.log(total)).sum())
        chances /= total
        chances[self.place, self.rows] -= 1.0
        slope = np.ascontiguousarray(chances.T if self.values is None else chances.T @ self.values)
        penalised = self.ridge * weights[1:]
        gradient = np.vstack([slope.sum(axis=0), self.turned @ slope + penalised])
        return 0.5 * float((penalised * weights[1:]).sum()) - likelihood, gradient.ravel()


def _logits(columns: csr_matrix, weights: np.ndarray, values: np.ndarray | None, offset: np.ndarray) -> np.ndarray:
    """The logarithm of each code's odds, the greatest of a row 0: float64, shape ``(codes, rows)``.

    Codes come first because numpy adds up long rows much faster than short ones.
    """
    slopes = (columns @ weights[1:] + weights[0]).T
    logits = np.ascontiguousarray(slopes if values is None else values @ slopes)
    logits += offset[:, None]
    logits -= logits.max(axis=0)
    return logits
