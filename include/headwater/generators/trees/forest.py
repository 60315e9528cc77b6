"""The trees of one column as one: each drawn row follows one of them, and may climb from its leaf towards the root.

Belongs here: joining trees, and which node a row draws from. Growing is in ``bagging``; what a node holds is in
``donors`` and ``gate``.

Several trees, each grown on other rows, average out what any one of them has learned by heart (bagging, Breiman 1996);
a row that follows one tree at random draws from exactly that average. Climbing draws a leaf's distribution towards
those of the nodes above it: the hierarchical shrinkage of Agarwal, Tan, Ronen, Singh and Yu (2022), as a draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from headwater.generators.errors import ModelFileError
from headwater.generators.trees.draft import Draft
from headwater.generators.trees.partition import FIELDS, Partition


@dataclass(frozen=True)
class Forest:
    """One tree, or several below nodes that split on the draft's chance.

    Attributes:
        tree: see :func:`join`.
        roots: int64: the nodes where the trees that were joined begin.
        stop: float64, shape ``(nodes,)``: the chance that a draw stays at a node instead of climbing to its parent, 1
            at roots; None when no draw climbs.
    """

    tree: Partition
    roots: np.ndarray
    stop: np.ndarray | None = None

    @cached_property
    def parents(self) -> np.ndarray:
        """The parent of each node, its own number at the top: int64, shape ``(nodes,)``."""
        above = np.arange(self.tree.size)
        inner = np.flatnonzero(self.tree.left >= 0)
        above[self.tree.left[inner]] = above[self.tree.right[inner]] = inner
        return above

    def nodes_of(self, draft: Draft, rng: np.random.Generator) -> np.ndarray:
        """The node that each row draws from: int64, shape ``(rows,)``."""
        if len(self.roots) > 1:
            draft.draw_chance(rng)
        nodes = self.tree.nodes_of(draft)
        if self.stop is None:
            return nodes
        climbing = np.flatnonzero(rng.random(len(nodes)) >= self.stop[nodes])
        while len(climbing):
            nodes[climbing] = self.parents[nodes[climbing]]
            climbing = climbing[rng.random(len(climbing)) >= self.stop[nodes[climbing]]]
        return nodes

    def to_arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """The arrays by name, each name beginning with ``prefix``."""
        stored = {f"{prefix}roots": self.roots, **self.tree.to_arrays(f"{prefix}tree.")}
        return stored if self.stop is None else stored | {f"{prefix}stop": self.stop}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], prefix: str, slots: np.ndarray) -> Forest:
        """The forest of :meth:`to_arrays`.

        Raises:
            ModelFileError: the tree points outside of itself, or draws would climb for ever.
        """
        tree, roots = Partition.from_arrays(arrays, f"{prefix}tree.", slots), arrays[f"{prefix}roots"]
        stop = arrays.get(f"{prefix}stop")
        inside = len(roots) > 0 and roots.min() >= 0 and roots.max() < tree.size
        if not inside or (stop is not None and (stop.shape != (tree.size,) or (stop[roots] < 1).any())):
            raise ModelFileError("the trees of the model file do not fit together; retrain the dataset")
        return cls(tree, roots, stop)


def join(trees: list[Partition], chance: int) -> Forest:
    """Trees below nodes that send each row to one of them, all with the same chance.

    Args:
        trees: at least one, without recodings.
        chance: the slot of the draft's chance.
    """
    parts: list[Partition] = []
    roots: list[int] = []
    own = 0
    for place, tree in enumerate(trees):
        if place < len(trees) - 1:
            parts.append(_choice(own, own + 1 + tree.size, chance, (place + 1) / len(trees)))
            own += 1
        parts.append(_moved(tree, own))
        roots.append(own)
        own += tree.size
    fields: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in FIELDS}
    return Forest(Partition(**fields), np.array(roots))


def _choice(own: int, right: int, chance: int, threshold: float) -> Partition:
    """One node: rows whose chance is at most ``threshold`` go to the next node, others to ``right``."""
    numbers = (np.array([number], dtype=np.int32) for number in (own + 1, right, chance))
    left_child, right_child, feature = numbers
    return Partition(left_child, right_child, feature, np.array([threshold]), np.zeros(1, dtype=bool))


def _moved(tree: Partition, own: int) -> Partition:
    """The tree with its root as node ``own``."""
    inner = tree.left >= 0
    left, right = (np.where(inner, side + own, -1).astype(np.int32) for side in (tree.left, tree.right))
    return Partition(left, right, tree.feature, tree.threshold, tree.missing_left)
