"""A grown tree as plain arrays, and which node a row of a draft falls into. Growing is in ``growth``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from headwater.generators.errors import ModelFileError
from headwater.generators.trees.draft import Draft

FIELDS = ("left", "right", "feature", "threshold", "missing_left")
"""The arrays of a partition that have an entry for each node."""


@dataclass(frozen=True)
class Partition:
    """A binary tree over the slots of a draft.

    Attributes:
        left, right: int32 children of each node, -1 at leaves. In preorder: the left child comes right after its
            parent, and all below a node before any other.
        feature: int32 slot that a node splits on, below 0 at leaves.
        threshold: float64; rows go left where the feature is at most this.
        missing_left: bool; where rows go whose feature is NaN.
        recodings: slot to float32 table ``(levels + 1,)``: the order of its categories in this tree, missing last.
    """

    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    missing_left: np.ndarray
    recodings: Mapping[int, np.ndarray] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.left)

    @cached_property
    def last(self) -> np.ndarray:
        """The last node below each node, its own number at leaves: int64, shape ``(nodes,)``. Trees are in preorder."""
        last = np.arange(self.size)
        inner = np.flatnonzero(self.left >= 0)
        while len(inner):
            last[inner] = self.right[last[inner]]
            inner = inner[self.left[last[inner]] >= 0]
        return last

    def nodes_of(self, draft: Draft) -> np.ndarray:
        """The leaf of each row: its node number, int64, shape ``(rows,)``. Recoded features are overwritten."""
        for slot, table in self.recodings.items():
            draft.features[:, slot] = table[draft.numbers[slot]]
        return self.apply(draft.features)

    def apply(self, features: np.ndarray) -> np.ndarray:
        """The leaf of each row of features as they are: float32, C order, shape ``(rows, slots or more)``."""
        if self.size == 1:
            return np.zeros(len(features), dtype=np.int64)
        nodes: np.ndarray = self._compiled.apply(features)
        return nodes

    def totals(self, nodes: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        """Rows, or the sum of their weights, in and below each node: float64, shape ``(nodes,)``.

        Args:
            nodes: the leaf of each row, shape ``(rows,)``.
            weights: shape ``(rows,)``.
        """
        above = np.append(0.0, np.cumsum(np.bincount(nodes, weights=weights, minlength=self.size)))
        total: np.ndarray = above[self.last + 1] - above[:-1]
        return total

    @cached_property
    def _compiled(self) -> Any:
        """Scikit-learn's tree over the same arrays: its ``apply`` is compiled and single-threaded."""
        from sklearn.tree._tree import NODE_DTYPE, Tree

        nodes = np.zeros(self.size, dtype=NODE_DTYPE)
        nodes["left_child"], nodes["right_child"] = self.left, self.right
        nodes["feature"], nodes["threshold"] = self.feature, self.threshold
        nodes["missing_go_to_left"] = self.missing_left
        slots = int(self.feature.max()) + 1
        tree = Tree(slots, np.ones(1, dtype=np.intp), 1)
        values = np.zeros((self.size, 1, 1))
        tree.__setstate__({"max_depth": self.size, "node_count": self.size, "nodes": nodes, "values": values})
        return tree

    def to_arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """The arrays by name, each name beginning with ``prefix``."""
        stored = {f"{prefix}{name}": getattr(self, name) for name in FIELDS}
        return stored | {f"{prefix}recoding.{slot}": table for slot, table in self.recodings.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], prefix: str, slots: np.ndarray) -> Partition:
        """The partition of :meth:`to_arrays`; ``slots`` are those that it may split on.

        Raises:
            ModelFileError: a child or a slot that does not exist (compiled code would read beyond its memory).
        """
        head = f"{prefix}recoding."
        recodings = {int(name.removeprefix(head)): table for name, table in arrays.items() if name.startswith(head)}
        left, right, feature, threshold, missing_left = (arrays[f"{prefix}{name}"] for name in FIELDS)
        partition = cls(left, right, feature, threshold, missing_left, recodings)
        own = np.arange(partition.size)
        inner = partition.left >= 0
        after = (partition.left == own + 1) & (partition.right > own)
        inside = (partition.left < partition.size) & (partition.right < partition.size)
        split = np.isin(partition.feature, slots)
        if partition.size == 0 or not (after & inside & split)[inner].all() or (partition.left[~inner] != -1).any():
            raise ModelFileError("a tree of the model file points outside of itself; retrain the dataset")
        return partition
