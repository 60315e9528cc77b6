"""What is fitted once on the anchor and then held against every batch: bins, cells, trees, models of the targets.

Belongs here: fitting on the anchor, and coding rows with what was fitted. Does not: comparing anything.

All of it comes from the anchor, which no generator and no drawn batch holds a row of. So real rows that play a
batch and rows that really are one meet it as strangers alike, and what it says of both is comparable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.tree import DecisionTreeClassifier

from headwater.checks.coding import Coded, Coder, mix, near_keys
from headwater.checks.crowd import CROWD_MAX, Crowd
from headwater.checks.encoding import Encoder
from headwater.checks.learner import classifier, regressor
from headwater.checks.rows import Placed, Rows
from headwater.checks.seeds import rng, state
from headwater.tables.schema import TableSchema

FIT_ROWS_MAX = 10_000
"""Anchor rows that cells and trees are grown on."""
ROWS_A_CELL = (20, 80, 320)
"""Anchor rows a k-means cell at each level."""
CELLS_MAX = 300
LEAVES_MIN, LEAVES_MAX, ROWS_A_LEAF = 4, 128, 30
_CHUNK = 20_000
_ABSENT = np.float32(-3.4e38)


@dataclass(frozen=True, eq=False)
class _Tree:
    """How one column follows from all others: a classification tree for its coarse bins."""

    model: DecisionTreeClassifier
    log_chance: NDArray[np.float32]
    """Of each bin in each leaf: ``(leaves, bins)``."""
    leaf_of: NDArray[np.int32]
    """Leaf number of each node of the model."""


@dataclass(frozen=True, eq=False)
class Yardstick:
    """Fitted on the anchor; codes any frame of the schema.

    Attributes:
        schema, targets: of the dataset.
        coder, encoder: bins, and points and features.
        scales: standard deviation of each number, its outer quarter per cent on both sides pulled in: ``(q,)``.
        crowd: what says how alone a row stands.
        seed: decides every draw of the battery.
        real: the anchor.
    """

    schema: TableSchema
    targets: tuple[str, ...]
    coder: Coder
    encoder: Encoder
    kmeans: tuple[KMeans, ...]
    trees: tuple[_Tree, ...]
    models: tuple[_LabelModel | None, ...]
    scales: NDArray[np.float64]
    crowd: Crowd
    seed: int
    real: pd.DataFrame

    @classmethod
    def fit(cls, anchor: pd.DataFrame, schema: TableSchema, targets: tuple[str, ...], seed: int) -> Self:
        """Fit everything on the anchor's rows (cells, trees and models on at most :data:`FIT_ROWS_MAX`)."""
        coder, encoder = Coder.fit(anchor, schema), Encoder.fit(anchor, schema)
        picked = rng(seed, "yardstick").permutation(len(anchor))[:FIT_ROWS_MAX]
        some = anchor.iloc[np.sort(picked)]
        coded = coder.code(some)  # first: it refuses what the others cannot encode
        points, features = encoder.distances(some), encoder.features(some)
        kmeans = tuple(_cells(points, size, state(seed, "cells", size)) for size in ROWS_A_CELL)
        trees = tuple(
            _grow(features, coded.coarse[:, place], coder.columns[place].coarse_size, place)
            for place in range(len(coder.columns))
        )
        models = tuple(
            _label_model(features, points, encoder, target, state(seed, "labels", target)) for target in targets
        )
        scales = _scales(coder.code(anchor).numbers)
        crowd = Crowd.of(picked[:CROWD_MAX], encoder.distances(anchor.iloc[picked[:CROWD_MAX]]))
        return cls(schema, targets, coder, encoder, kmeans, trees, models, scales, crowd, seed, anchor)

    @cached_property
    def anchor(self) -> Rows:
        """The anchor's own rows, coded; no row counts as its own neighbour."""
        rows = self.code(self.real)
        alone = rows.alone.copy()
        alone[self.crowd.picked] = self.crowd.own
        return replace(rows, alone=alone)

    def code(self, frame: pd.DataFrame) -> Rows:
        """All codings of the rows, in chunks so that memory stays bounded.

        Raises:
            CannotJudgeError: a number is infinite, or a value is no category of its column.
        """
        return Rows.joined([self._rows(self._placed(chunk)) for chunk in _chunks(frame)])

    def place(self, frame: pd.DataFrame) -> Placed:
        """Where the rows lie, without what trees, models and neighbours say of them. Raises as :meth:`code`."""
        return Placed.joined([self._placed(chunk) for chunk in _chunks(frame)])

    def _placed(self, frame: pd.DataFrame) -> Placed:
        coded = self.coder.code(frame)
        points = self.encoder.distances(frame)
        cells = np.stack([model.predict(points) for model in self.kmeans], axis=1).astype(np.int32)
        return Placed(**vars(coded), points=points, features=self.encoder.features(frame), cells=cells)

    def _rows(self, placed: Placed) -> Rows:
        bare = _bare(placed.features)
        leaves = np.empty(placed.fine.shape, dtype=np.int32)
        fit = np.empty(placed.fine.shape, dtype=np.float32)
        for place, tree in enumerate(self.trees):
            leaves[:, place] = tree.leaf_of[tree.model.apply(_others(bare, place))]
            fit[:, place] = tree.log_chance[leaves[:, place], placed.coarse[:, place]]
        return Rows(
            **vars(placed),
            near=self.near(placed),
            alone=self.crowd.levels(placed.points),
            leaves=leaves,
            fit=fit,
            labels=self._labels(placed.features, placed.points),
        )

    def near(self, coded: Coded) -> NDArray[np.uint64]:
        """Keys that near rows share: ``(n, widths, shifts)``."""
        names = [coded.fine[:, place].astype(np.uint64) for place in np.flatnonzero(~self.coder.is_number)]
        others = mix(names) if names else np.zeros(len(coded.identity), dtype=np.uint64)
        return near_keys(coded.numbers / self.scales, others)

    def _labels(self, features: NDArray[np.float64], points: NDArray[np.float32]) -> NDArray[np.float32]:
        found = np.full((len(features), len(self.targets)), np.nan, dtype=np.float32)
        for index, model in enumerate(self.models):
            if model is not None:
                found[:, index] = model.log_likelihood(features, points)
        return found


def _chunks(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for start in range(0, max(len(frame), 1), _CHUNK):
        yield frame.iloc[start : start + _CHUNK]


def _scales(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.ones(numbers.shape[1])
    for place, values in enumerate(numbers.T):
        present = values[~np.isnan(values)]
        if len(present):
            found[place] = np.clip(present, *np.quantile(present, [0.0025, 0.9975])).std() or 1.0
    return found


def _cells(points: NDArray[np.float32], rows_a_cell: int, seed: int) -> KMeans:
    wanted = int(np.clip(len(points) // rows_a_cell, 2, CELLS_MAX))
    cells = min(wanted, len(np.unique(points, axis=0)))  # more cells than different rows would stay empty
    return KMeans(n_clusters=cells, n_init=1, max_iter=20, random_state=seed).fit(points)


def _bare(features: NDArray[np.float64]) -> NDArray[np.float32]:
    """Features without NaN, for plain trees: missing is far below every value."""
    return np.where(np.isnan(features), _ABSENT, np.clip(features, -1e38, 1e38)).astype(np.float32)


def _others(bare: NDArray[np.float32], place: int) -> NDArray[np.float32]:
    """All columns but one; a constant where there is no other."""
    return np.delete(bare, place, axis=1) if bare.shape[1] > 1 else np.zeros_like(bare)


def _grow(features: NDArray[np.float64], bins: NDArray[np.uint8], size: int, place: int) -> _Tree:
    others = _others(_bare(features), place)
    leaves = int(np.clip(len(features) // ROWS_A_LEAF, LEAVES_MIN, LEAVES_MAX))
    model = DecisionTreeClassifier(max_leaf_nodes=leaves, min_samples_leaf=5, random_state=0).fit(others, bins)
    at = model.apply(others)
    nodes = np.unique(at)
    leaf_of = np.zeros(model.tree_.node_count, dtype=np.int32)
    leaf_of[nodes] = np.arange(len(nodes))
    counts = np.zeros((len(nodes), size))
    np.add.at(counts, (leaf_of[at], bins), 1.0)
    # A leaf's shares lean on the column's own, as two rows' worth would: no bin is impossible.
    overall = (counts.sum(axis=0) + 0.5) / (counts.sum() + 0.5 * size)
    chance = (counts + 2 * overall) / (counts.sum(axis=1, keepdims=True) + 2)
    return _Tree(model, np.log(chance).astype(np.float32), leaf_of)


@dataclass(frozen=True, eq=False)
class _LabelModel:
    """How a target follows from the other columns: the mean of boosted trees and a linear model."""

    place: int
    own: slice
    boosted: Any
    linear: Any
    scale: float

    def log_likelihood(self, features: NDArray[np.float64], points: NDArray[np.float32]) -> NDArray[np.float64]:
        """Of a class its log probability; of a number minus its squared error, cut at 25. NaN where unknown."""
        goal, rest = features[:, self.place], np.delete(features, self.place, axis=1)
        others = np.delete(points, np.r_[self.own], axis=1)
        if self.scale:
            predicted = (self.boosted.predict(rest) + self.linear.predict(others)) / 2
            return -np.minimum(((goal - predicted) / self.scale) ** 2, 25.0)
        chances = (self.boosted.predict_proba(rest) + self.linear.predict_proba(others)) / 2
        column = np.searchsorted(self.boosted.classes_, np.where(np.isnan(goal), -1, goal))
        column = np.minimum(column, chances.shape[1] - 1)
        chance = np.where(self.boosted.classes_[column] == goal, chances[np.arange(len(goal)), column], 0.0)
        return np.where(np.isnan(goal), np.nan, np.log(np.clip(chance, CHANCE_MIN, 1.0)))


CHANCE_MIN = 0.002


def _label_model(
    features: NDArray[np.float64], points: NDArray[np.float32], encoder: Encoder, target: str, seed: int
) -> _LabelModel | None:
    """None where nothing can be learned from the anchor."""
    place = encoder.names.index(target)
    own = encoder.slice_of(place)
    goal, rest = features[:, place], np.delete(features, place, axis=1)
    known = ~np.isnan(goal)
    if not rest.shape[1] or known.sum() < 20 or goal[known].min() == goal[known].max():
        return None
    categorical, others = np.delete(encoder.categorical, place), np.delete(points, np.r_[own], axis=1)[known]
    if not encoder.categorical[place]:
        trees = regressor(rest[known], goal[known], categorical, seed)
        left = goal[known] - trees.predict(rest[known])
        return _LabelModel(place, own, trees, Ridge().fit(others, goal[known]), max(float(left.std()), 1e-12))
    boosted = classifier(rest[known], goal[known], categorical, seed)
    linear = LogisticRegression(C=1.0, max_iter=100, tol=1e-3).fit(others, goal[known])
    return _LabelModel(place, own, boosted, linear, 0.0)
