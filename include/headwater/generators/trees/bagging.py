"""Grows the trees of one column: which real rows each of them sees, and the forest that comes of it.

A small table: every tree takes a random part of the rows (subagging, Bühlmann and Yu 2002). A large one: the rows are
dealt into shards, one a tree, so that time and memory grow with the rows and not with rows times trees.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from headwater.generators.trees.draft import Draft
from headwater.generators.trees.forest import Forest, join
from headwater.generators.trees.growth import grow, recode, root
from headwater.generators.trees.partition import Partition
from headwater.generators.trees.pruning import prune

IN_BAG = 0.7
"""The share of a small table's rows that each of several trees is grown on."""

BAG_ROWS_MIN = 50
"""With fewer rows every tree would see too few: one tree takes them all."""


@dataclass(frozen=True)
class Growth:
    """How trees are grown: settings of ``Trees``."""

    leaf: int
    trees: int
    pruning: float
    shrinkage: float
    shard_rows: int


@dataclass(frozen=True)
class Grown:
    """A forest and the real rows it was grown on: row ``rows[i]`` of the draft lies in leaf ``nodes[i]``."""

    forest: Forest
    rows: np.ndarray
    nodes: np.ndarray

    def totals(self, weights: np.ndarray | None = None) -> np.ndarray:
        """Rows, or the sum of ``weights`` (one a row of the draft), in and below each node: float64, ``(nodes,)``."""
        given = None if weights is None else weights[self.rows]
        return self.forest.tree.totals(self.nodes, given)


def grow_forest(draft: Draft, target: np.ndarray, growth: Growth, seed: int) -> Grown:
    """The forest that tells ``target`` (float64, shape ``(rows, outputs)``) from the filled slots of a draft.

    Features of categories in the draft are overwritten.
    """
    everything = np.arange(draft.rows)
    alone = Grown(join([root()], draft.chance), everything, np.zeros(draft.rows, dtype=np.int64))
    if not draft.filled or draft.rows < 2 * growth.leaf or not np.ptp(target, axis=0).any():
        return alone
    recodings = recode(draft, target, growth.leaf)
    bags = deal(draft.rows, growth, seed)
    trees, leaves = [], []
    for place, rows in enumerate(bags):
        features, goal = draft.features[rows], target[rows]
        tree = grow(features[:, : draft.filled], goal, growth.leaf, (seed + place) % 2**32)
        trees.append(prune(tree, tree.apply(features), goal, growth.pruning))
        leaves.append(trees[-1].apply(features))
    if all(tree.size == 1 for tree in trees):
        return alone
    forest = join(trees, draft.chance)
    forest = replace(forest, tree=_recoded(forest.tree, recodings))
    nodes = np.concatenate([own + top for own, top in zip(leaves, forest.roots.tolist(), strict=True)])
    grown = Grown(forest, np.concatenate(bags), nodes)
    return replace(grown, forest=replace(forest, stop=_stop(grown, growth.shrinkage))) if growth.shrinkage else grown


def deal(rows: int, growth: Growth, seed: int) -> list[np.ndarray]:
    """The rows of each tree: sorted int64 indices; they overlap in small tables and never in large ones."""
    if (growth.trees == 1 and rows <= growth.shard_rows) or rows < BAG_ROWS_MIN:
        return [np.arange(rows)]
    rng = np.random.Generator(np.random.PCG64([seed, rows]))
    kept = round(rows * IN_BAG)
    if growth.trees > 1 and kept <= growth.shard_rows:
        return [np.sort(rng.permutation(rows)[:kept]) for _ in range(growth.trees)]
    count = max(growth.trees, -(-rows // growth.shard_rows))
    return [np.sort(shard) for shard in np.array_split(rng.permutation(rows), count)]


def _recoded(tree: Partition, recodings: dict[int, np.ndarray]) -> Partition:
    """The tree with the recodings of the slots that it splits on."""
    used = set(tree.feature.tolist())
    return replace(tree, recodings={slot: table for slot, table in recodings.items() if slot in used})


def _stop(grown: Grown, shrinkage: float) -> np.ndarray:
    """The chance to stay at a node of ``n`` rows: ``n / (n + shrinkage)``; a root keeps all."""
    count = grown.totals()
    stop: np.ndarray = count / (count + shrinkage)
    stop[grown.forest.roots] = 1.0
    return stop
