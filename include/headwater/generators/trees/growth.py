"""Grows one tree (CART: Breiman et al. 1984) and orders the categories that it splits on.

A split between categories needs an order of them. For one number or two classes the order by the mean of the target
is the best there is (Fisher 1958); for more classes the first principal component of the classes' shares is close to
it (Coppersmith, Hong and Hosking 1999). Means of rare categories are drawn towards the mean of all, so that a tree
cannot single out a category of one row.
"""

from __future__ import annotations

import numpy as np

from headwater.generators.trees.draft import Draft
from headwater.generators.trees.partition import Partition

_POWER_STEPS = 50


def grow(features: np.ndarray, target: np.ndarray, leaf: int, seed: int) -> Partition:
    """A regression tree for ``target``, without recodings.

    Gini impurity of classes is the squared error of their 0/1 columns, so one kind of tree serves numbers and classes.

    Args:
        features: float32, shape ``(rows, slots)``, categories recoded; NaN where a number is missing.
        target: float64, shape ``(rows, outputs)``.
        leaf: fewest rows in a leaf. With fewer than ``2 * leaf`` rows the tree is a root.
        seed: decides between equally good splits.
    """
    from sklearn.tree import DecisionTreeRegressor

    if len(features) < 2 * leaf or not np.ptp(target, axis=0).any():
        return root()
    model = DecisionTreeRegressor(min_samples_leaf=leaf, random_state=seed)
    state = model.fit(features, target).tree_.__getstate__()["nodes"]
    if len(state) == 1:
        return root()
    return Partition(
        left=state["left_child"].astype(np.int32),
        right=state["right_child"].astype(np.int32),
        feature=state["feature"].astype(np.int32),
        threshold=state["threshold"].astype(np.float64),
        missing_left=state["missing_go_to_left"].astype(bool),
    )


def recode(draft: Draft, target: np.ndarray, weight: float) -> dict[int, np.ndarray]:
    """Order the categories of every slot for ``target``, in the draft's features; returns the tables by slot."""
    tables = {}
    for slot, levels in draft.levels.items():
        if levels > 1:
            tables[slot] = category_order(draft.numbers[slot], levels, target, weight)
            draft.features[:, slot] = tables[slot][draft.numbers[slot]]
    return tables


def category_order(codes: np.ndarray, levels: int, target: np.ndarray, weight: float) -> np.ndarray:
    """The rank of each category by the target: float32, shape ``(levels + 1,)``; the last is for missing.

    Args:
        codes: int, shape ``(rows,)``, -1 for missing.
        levels: number of categories.
        target: shape ``(rows, outputs)``.
        weight: how many rows of the mean of all each category is mixed with.
    """
    position = np.where(codes < 0, levels, codes)
    counts = np.bincount(position, minlength=levels + 1)
    centred = target - target.mean(axis=0)
    sums = [
        np.bincount(position, weights=centred[:, output], minlength=levels + 1) for output in range(target.shape[1])
    ]
    means = np.stack(sums, axis=1) / (counts + weight)[:, None]
    along = means[:, 0] if means.shape[1] == 1 else (means * _first_component(means, counts)).sum(axis=1)
    ranks = np.empty(levels + 1, dtype=np.float32)
    ranks[np.argsort(along, kind="stable")] = np.arange(levels + 1, dtype=np.float32)
    return ranks


def _first_component(means: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The direction in which the categories differ most: power iteration, without BLAS (same bytes everywhere)."""
    weighted = means * np.sqrt(counts)[:, None]
    covariance = np.einsum("ij,ik->jk", weighted, weighted)
    direction = covariance[np.argmax(np.diagonal(covariance))].copy()
    for _ in range(_POWER_STEPS):
        length = np.sqrt((direction * direction).sum())
        if length == 0:
            break
        direction = np.einsum("jk,k->j", covariance, direction / length)
    return direction


def root() -> Partition:
    """A tree of one node: the column does not depend on the others."""
    none = np.full(1, -1, dtype=np.int32)
    return Partition(none, none, none, np.zeros(1), np.zeros(1, dtype=bool))
