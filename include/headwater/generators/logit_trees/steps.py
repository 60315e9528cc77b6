"""One variable given those drawn before it: a regression on their functions and on the leaves of a tree.

The regression sees every variable before, so that many weak influences add up, which a tree must leave out; a tree's
leaves as further 0/1 columns bring in what the variables do together (He et al. 2014, "Practical lessons from
predicting clicks on ads").

The tree is grown on a part of the rows and its leaves are weighed on all: a leaf that only chance made weighs little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headwater.generators.logit_trees.regression import Regression, fit_regression
from headwater.generators.logit_trees.shapes import Shape, Variable, shape_of
from headwater.generators.trees.growth import category_order, grow, root
from headwater.generators.trees.partition import Partition
from headwater.generators.trees.pruning import prune
from headwater.generators.trees.scores import mid_scores
from headwater.generators.trees.targets import CLASSES_MAX, spread_target

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

GROWN_SHARE = 0.6
"""The share of the rows that a step's tree is grown on."""

CHOICE_ROWS, CHOICE_ROWS_LEAST = 10_000, 2_000
"""Most rows that decide which functions a variable gets; 70 % of them are learned from, the others judge."""

CHOICE_WORK = 1_000_000_000
"""Rows times influences times functions that all these trials go through in a pass, where a table is wide."""

_CHOICE_SHARE = 0.7
_CHOICE_ROWS_MIN = 200


@dataclass(frozen=True)
class Plan:
    """How a step is fitted: settings of ``LogitTrees``."""

    leaf: int
    pruning: float
    ridge: float
    degree: int


@dataclass(frozen=True)
class Given:
    """Rows as they are learned from.

    Attributes:
        variables: in the order of the draws.
        shapes: the functions of each.
        codes: int64, shape ``(rows, variables)``.
    """

    variables: list[Variable]
    shapes: list[Shape]
    codes: np.ndarray

    def rows(self, chosen: np.ndarray) -> Given:
        """The chosen rows."""
        return Given(self.variables, self.shapes, self.codes[chosen])


@dataclass(frozen=True)
class Step:
    """The law of one variable given those before it.

    Attributes:
        before: functions of the variables before, in the order in which they are drawn.
        tree: over their features.
        orders: of each variable without an order, the rank of each code in the tree.
        regression: on the functions, then on the leaves.
    """

    before: list[Shape]
    tree: Partition
    orders: dict[int, np.ndarray]
    regression: Regression

    def draw(self, given: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A code for each row of ``given`` (int64, shape ``(rows, variables before)``): int64, shape ``(rows,)``."""
        return self.regression.draw(self._influences(given), rng.random(len(given)))

    def expected(self, given: np.ndarray) -> np.ndarray:
        """The mean of each function of the variable in each row: float64, shape ``(rows, functions)``."""
        return self.regression.expected(self._influences(given))

    def _influences(self, given: np.ndarray) -> csr_matrix:
        return _columns(given, self.before, self.tree, self.tree.apply(_features(given, self.orders)))


def fit_step(given: Given, place: int, plan: Plan, seed: int) -> Step:
    """The law of the variable at ``place``, given those before it."""
    own, codes = given.variables[place], given.codes[:, place]
    before = given.codes[:, :place]
    target = _target(codes, own)
    orders = {
        other: category_order(before[:, other], one.size, target, plan.leaf)
        for other, one in enumerate(given.variables[:place])
        if not one.ordered
    }
    features = _features(before, orders)
    rng = np.random.Generator(np.random.PCG64([seed, place]))
    part = np.sort(rng.permutation(len(codes))[: max(1, round(GROWN_SHARE * len(codes)))])
    tree = root()
    if place:
        tree = grow(features[part], target[part], plan.leaf, seed % 2**32)
        tree = prune(tree, tree.apply(features[part]), target[part], plan.pruning)
    columns = _columns(before, given.shapes[:place], tree, tree.apply(features))
    return Step(given.shapes[:place], tree, orders, fit_regression(columns, codes, given.shapes[place], plan.ridge))


def chosen_shapes(variables: list[Variable], codes: np.ndarray, plan: Plan, rng: np.random.Generator) -> list[Shape]:
    """The functions of each variable: smooth ones, or one for each code where that tells held-out rows better.

    Most columns of numbers are smooth; of some every value has a meaning of its own (sums that a law fixes).

    Args:
        variables: in the order of the draws.
        codes: int64, shape ``(rows, variables)``.
        plan: how regressions are fitted; trees play no part here.
        rng: decides which rows are held out.
    """
    work = sum(place * one.size for place, one in enumerate(variables) if one.ordered)
    most = min(CHOICE_ROWS, max(CHOICE_ROWS_LEAST, CHOICE_WORK // max(work, 1)))
    order = rng.permutation(len(codes))[:most]
    rows = len(order)
    learn, held = order[: round(_CHOICE_SHARE * rows)], order[round(_CHOICE_SHARE * rows) :]
    shapes: list[Shape] = []
    for place, one in enumerate(variables):
        shape = shape_of(one, np.bincount(codes[:, place], minlength=one.size) / len(codes), plan.degree)
        if shape.is_smooth and place and rows >= _CHOICE_ROWS_MIN:
            known, unknown = (
                _columns(codes[part, :place], shapes, root(), np.zeros(len(part), dtype=np.int64))
                for part in (learn, held)
            )
            rivals = [shape, Shape(None, one.size)]
            losses = [
                fit_regression(known, codes[learn, place], rival, plan.ridge).loss(unknown, codes[held, place])
                for rival in rivals
            ]
            shape = rivals[int(np.argmin(losses))]
        shapes.append(shape)
    return shapes


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


def _columns(given: np.ndarray, before: list[Shape], tree: Partition, leaves: np.ndarray) -> csr_matrix:
    """The functions of the codes before, then the leaves as 0/1 columns: float64, shape ``(rows, columns)``."""
    from scipy.sparse import csr_matrix

    rows, start = len(given), 0
    places: list[np.ndarray] = []
    values: list[np.ndarray] = []
    for variable, shape in enumerate(before):
        codes = given[:, variable]
        if shape.values is None:
            places.append((codes + start)[:, None])
            values.append(np.ones((rows, 1)))
        else:
            places.append(np.broadcast_to(np.arange(start, start + shape.functions), (rows, shape.functions)))
            values.append(shape.values[codes])
        start += shape.functions
    places.append((leaves + start)[:, None])
    values.append(np.ones((rows, 1)))
    at, value = np.concatenate(places, axis=1), np.concatenate(values, axis=1)
    width = at.shape[1]
    return csr_matrix((value.ravel(), at.ravel(), np.arange(rows + 1) * width), shape=(rows, start + tree.size))
