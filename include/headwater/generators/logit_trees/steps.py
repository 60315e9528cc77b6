"""One code given the codes drawn before it: multinomial logistic regression on them and on the leaves of a tree.

The regression sees every code before as a 0/1 column, so that many weak influences add up, which a tree must leave
out; a tree's leaves as further 0/1 columns bring in what the codes do together (He et al. 2014, "Practical lessons from
predicting clicks on ads"). The ridge draws what rests on few rows to nothing (le Cessie and van Houwelingen 1992).

The tree is grown on a part of the rows and its leaves are weighed on all: a leaf that only chance made weighs little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headwater.generators.trees.growth import category_order, grow, root
from headwater.generators.trees.partition import Partition
from headwater.generators.trees.pruning import prune
from headwater.generators.trees.scores import mid_scores
from headwater.generators.trees.targets import CLASSES_MAX, spread_target

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

GROWN_SHARE = 0.6
"""The share of the rows that a step's tree is grown on."""

ITERATIONS = 60
"""Most steps of the solver: what is gained after them cannot be seen in the rows."""


@dataclass(frozen=True)
class Plan:
    """How a step is fitted: settings of ``LogitTrees``."""

    leaf: int
    pruning: float
    ridge: float


@dataclass(frozen=True)
class Variable:
    """One coded variable: how many codes it has, and whether their order means something."""

    size: int
    ordered: bool


@dataclass(frozen=True)
class Given:
    """The variables drawn before another, and their codes: int64, shape ``(rows, variables)``."""

    variables: list[Variable]
    codes: np.ndarray


@dataclass(frozen=True)
class Step:
    """The law of one variable given those before it.

    Attributes:
        codes: int64, shape ``(found,)``: the codes that occur.
        before: the variables before, in the order in which they are drawn.
        tree: over their features.
        orders: of each variable without an order, the rank of each code in the tree.
        weights: float64, shape ``(columns, found)``: of the 0/1 columns, then of the leaves.
        intercept: float64, shape ``(found,)``.
    """

    codes: np.ndarray
    before: list[Variable]
    tree: Partition
    orders: dict[int, np.ndarray]
    weights: np.ndarray
    intercept: np.ndarray

    def draw(self, given: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A code for each row of ``given`` (int64, shape ``(rows, variables before)``): int64, shape ``(rows,)``."""
        if len(self.codes) == 1:
            return np.full(len(given), self.codes[0])
        columns = _columns(given, self.before, self.tree, self.tree.apply(_features(given, self.orders)))
        odds = columns @ self.weights + self.intercept
        odds = np.cumsum(np.exp(odds - odds.max(axis=1, keepdims=True)), axis=1)
        target = rng.random(len(given)) * odds[:, -1]
        place = np.minimum((odds <= target[:, None]).sum(axis=1), len(self.codes) - 1)
        drawn: np.ndarray = self.codes[place]
        return drawn


def fit_step(codes: np.ndarray, own: Variable, given: Given, plan: Plan, seed: int) -> Step:
    """The law of a variable's ``codes`` (int64, shape ``(rows,)``) given those of the variables before it."""
    target = _target(codes, own)
    orders = {
        place: category_order(given.codes[:, place], one.size, target, plan.leaf)
        for place, one in enumerate(given.variables)
        if not one.ordered
    }
    features = _features(given.codes, orders)
    rng = np.random.Generator(np.random.PCG64([seed, len(given.variables)]))
    part = np.sort(rng.permutation(len(codes))[: max(1, round(GROWN_SHARE * len(codes)))])
    tree = root()
    if given.variables:
        tree = grow(features[part], target[part], plan.leaf, seed % 2**32)
        tree = prune(tree, tree.apply(features[part]), target[part], plan.pruning)
    columns = _columns(given.codes, given.variables, tree, tree.apply(features))
    weights, intercept = _regression(columns, codes, plan.ridge)
    return Step(np.unique(codes), given.variables, tree, orders, weights, intercept)


def _regression(columns: csr_matrix, codes: np.ndarray, ridge: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights, shape ``(columns, found)``, and intercepts of the regression; of two codes the first has zeros."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    found = np.unique(codes)
    if len(found) == 1:
        return np.zeros((columns.shape[1], 1)), np.zeros(1)
    model = LogisticRegression(C=1.0 / ridge, max_iter=ITERATIONS, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # see ITERATIONS
        model.fit(columns, codes)
    weights, intercept = model.coef_, model.intercept_
    if len(found) == 2:
        weights, intercept = np.vstack([0.0 * weights, weights]), np.append(0.0, intercept)
    return np.ascontiguousarray(weights.T), intercept


def _target(codes: np.ndarray, own: Variable) -> np.ndarray:
    """What the tree is grown to tell: the rank of ordered codes, or which of the most frequent codes it is."""
    if own.ordered:
        return spread_target(mid_scores(codes))
    counts = np.bincount(codes, minlength=own.size)
    kept = np.argsort(-counts, kind="stable")[: min(CLASSES_MAX, max(1, np.count_nonzero(counts) - 1))]
    return (codes[:, None] == kept[None, :]).astype(np.float64)


def _features(given: np.ndarray, orders: dict[int, np.ndarray]) -> np.ndarray:
    """What the tree splits on: float32, shape ``(rows, variables before)``."""
    features = given.astype(np.float32)
    for place, ranks in orders.items():
        features[:, place] = ranks[given[:, place]]
    return features


def _columns(given: np.ndarray, before: list[Variable], tree: Partition, leaves: np.ndarray) -> csr_matrix:
    """The 0/1 columns of the codes before and of the leaves: float64, shape ``(rows, columns)``."""
    from scipy.sparse import csr_matrix

    sizes = [one.size for one in before]
    starts = np.append(0, np.cumsum(sizes)).astype(np.int64)
    places = np.column_stack([given + starts[:-1], leaves + starts[-1]])
    rows, width = places.shape
    shape = rows, int(starts[-1]) + tree.size
    return csr_matrix((np.ones(places.size), places.ravel(), np.arange(rows + 1) * width), shape=shape)
