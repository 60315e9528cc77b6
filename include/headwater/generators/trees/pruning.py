"""Cuts back splits that the rows do not justify: what remains has been learned, not memorised.

A split that only follows chance makes leaves whose rows are single persons' neighbours; drawing from them brings
synthetic rows nearer to the real ones trained on than to any others. Cost-complexity pruning (Breiman et al. 1984), the
cost of a split being the likelihood ratio that it must earn.
"""

from __future__ import annotations

import numpy as np

from headwater.generators.trees.partition import Partition


def prune(tree: Partition, nodes: np.ndarray, target: np.ndarray, price: float) -> Partition:
    """The tree without the branches that earn less than ``price`` for each of their splits.

    A branch of ``s`` splits over ``n`` rows earns ``n log(error of its node as a leaf / error of its leaves)``, twice
    the logarithm of the likelihood ratio of normal errors; it stays when that is above ``price * s``.

    Args:
        tree: as grown.
        nodes: the leaf of each row, shape ``(rows,)``.
        target: what the tree was grown to tell, shape ``(rows, outputs)``.
        price: 0 prunes nothing.
    """
    if price <= 0 or tree.size == 1:
        return tree
    count, error = _errors(tree, nodes, target)
    after, splits = error.copy(), np.zeros(tree.size)
    cut = np.zeros(tree.size, dtype=bool)
    # An error of nothing is the smallest float, so that a perfect split earns much and not infinity.
    logs = np.log(np.maximum(error, np.finfo(np.float64).tiny))
    for node in np.flatnonzero(tree.left >= 0)[::-1].tolist():
        left, right = tree.left[node], tree.right[node]
        left_over, within = after[left] + after[right], splits[left] + splits[right] + 1
        earned = count[node] * (logs[node] - np.log(max(left_over, np.finfo(np.float64).tiny)))
        if earned > price * within:
            after[node], splits[node] = left_over, within
        else:
            cut[node] = True
    return _without(tree, cut)


def _errors(tree: Partition, nodes: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and squared error of every node, were it a leaf: float64, each of shape ``(nodes,)``."""
    count = tree.totals(nodes)
    error = np.zeros(tree.size)
    for output in range(target.shape[1]):
        # Centred, so that the difference of squares keeps its digits.
        values = target[:, output] - target[:, output].mean()
        sums, squares = tree.totals(nodes, values), tree.totals(nodes, values * values)
        error += np.maximum(squares - sums**2 / np.maximum(count, 1.0), 0.0)
    return count, error


def _without(tree: Partition, cut: np.ndarray) -> Partition:
    """The tree with the nodes of ``cut`` made leaves and all below them gone; order of nodes as before."""
    own = np.arange(tree.size)
    reach = np.maximum.accumulate(np.where(cut, tree.last, own - 1))
    kept = np.append(True, reach[:-1] < own[1:])
    inner = (tree.left >= 0) & ~cut
    number = np.cumsum(kept) - 1
    left, right = np.where(inner, number[tree.left], -1)[kept], np.where(inner, number[tree.right], -1)[kept]
    feature = np.where(inner, tree.feature, -2)[kept].astype(np.int32)
    return Partition(
        left.astype(np.int32), right.astype(np.int32), feature, tree.threshold[kept], tree.missing_left[kept]
    )
