"""Boosted shallow trees that tell real rows from made ones, as plain arrays, and their odds as density ratios.

With both classes of equal weight the odds of "real" estimate the ratio of the two densities (Sugiyama, Suzuki and
Kanamori 2012; Bickel, Brückner and Scheffer 2009). Trees are boosted on the log loss (Friedman 2001) with Newton
leaves; how many is chosen on rows that the trees have not seen, and none is among the choices: where nothing can be
told apart the ratio is 1 everywhere. Nothing here depends on the number of threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.generators.errors import ModelFileError

ROUNDS_MAX = 60
_DEPTH = 3
_LEAVES = 2**_DEPTH
_RATE = 0.2
_RIDGE = 10.0
_LEAF_ROWS = 20


@dataclass(frozen=True)
class Boosted:
    """Complete binary trees of depth 3, node ``i`` having the children ``2 i + 1`` and ``2 i + 2``.

    Attributes:
        feature: int32, shape ``(trees, 7)``: what each node looks at.
        threshold: float32, shape ``(trees, 7)``: rows above it go right; infinite where a tree is less deep.
        value: float64, shape ``(trees, 8)``: log odds that each leaf adds.
    """

    feature: np.ndarray
    threshold: np.ndarray
    value: np.ndarray

    def log_odds(self, features: np.ndarray) -> np.ndarray:
        """Log odds that each row is real, which is its log density ratio: float64, shape ``(rows,)``."""
        total = np.zeros(len(features))
        for tree in range(len(self.value)):
            total += self._one(tree, features)
        return total

    def _one(self, tree: int, features: np.ndarray) -> np.ndarray:
        rows = np.arange(len(features))
        node = np.zeros(len(features), dtype=np.int64)
        for _ in range(_DEPTH):
            above = features[rows, self.feature[tree][node]] > self.threshold[tree][node]
            node = 2 * node + 1 + above
        leaves: np.ndarray = self.value[tree][node - (_LEAVES - 1)]
        return leaves

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The arrays for a model file."""
        return {"ratio.feature": self.feature, "ratio.threshold": self.threshold, "ratio.value": self.value}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], columns: int) -> Boosted:
        """The trees of :meth:`to_arrays`. Raises: ModelFileError when they do not fit ``columns`` features."""
        try:
            feature, threshold, value = (arrays[f"ratio.{name}"] for name in ("feature", "threshold", "value"))
        except KeyError as error:
            raise ModelFileError("the model file lacks its density ratio; retrain the dataset") from error
        shapes = feature.shape == threshold.shape == (len(value), _LEAVES - 1) and value.shape[1:] == (_LEAVES,)
        if not shapes or (feature < 0).any() or (feature >= columns).any() or not np.isfinite(value).all():
            raise ModelFileError("the density ratio of the model file does not fit its columns; retrain the dataset")
        return cls(feature, threshold, value)


@dataclass(frozen=True)
class CrossFit:
    """What two models, each fitted on one half, say of the other half.

    Attributes:
        rounds: number of trees with the least log loss on unseen rows; 0 when nothing can be told apart.
        real: log odds of the real rows at that number, each by the model that has not seen the row.
        last_real, last_made: log odds of the rows after the last tree: too sure of themselves to be ratios, but they
            rank rows better.
    """

    rounds: int
    real: np.ndarray
    last_real: np.ndarray
    last_made: np.ndarray


def boost(real: np.ndarray, made: np.ndarray, rounds: int, seed: int) -> Boosted:
    """``rounds`` trees fitted on all rows; both sides count alike, however many rows they have."""
    return _joined(list(_rounds(real, made, rounds, seed)))


def cross_fit(real: np.ndarray, made: np.ndarray, seed: int) -> CrossFit:
    """Fit on each half (by turns) and score the other. Feature matrices of shape ``(rows, columns)``."""
    odds_real, odds_made = np.zeros((ROUNDS_MAX + 1, len(real))), np.zeros((ROUNDS_MAX + 1, len(made)))
    for half in (0, 1):
        seen_real, seen_made = np.arange(len(real)) % 2 == half, np.arange(len(made)) % 2 == half
        steps = _rounds(real[seen_real], made[seen_made], ROUNDS_MAX, seed + half)
        for number, tree in enumerate(steps, start=1):
            step = _joined([tree])
            odds_real[number, ~seen_real] = odds_real[number - 1, ~seen_real] + step.log_odds(real[~seen_real])
            odds_made[number, ~seen_made] = odds_made[number - 1, ~seen_made] + step.log_odds(made[~seen_made])
    loss = np.logaddexp(0.0, -odds_real).mean(axis=1) + np.logaddexp(0.0, odds_made).mean(axis=1)
    rounds = int(np.argmin(loss))
    return CrossFit(rounds, odds_real[rounds], odds_real[-1], odds_made[-1])


_Tree = tuple[np.ndarray, np.ndarray, np.ndarray]


def _rounds(real: np.ndarray, made: np.ndarray, rounds: int, seed: int) -> Iterator[_Tree]:
    """Each tree in turn."""
    from sklearn.tree import DecisionTreeRegressor

    features = np.concatenate([real, made])
    truth = np.repeat([1.0, 0.0], [len(real), len(made)])
    weight = np.repeat([0.5 / max(len(real), 1), 0.5 / max(len(made), 1)], [len(real), len(made)]) * len(truth)
    odds = np.zeros(len(truth))
    leaf = max(_LEAF_ROWS, len(truth) // 100)
    for number in range(rounds):
        chance = 1.0 / (1.0 + np.exp(-odds))
        model = DecisionTreeRegressor(max_depth=_DEPTH, min_samples_leaf=leaf, random_state=(seed + number) % 2**32)
        model.fit(features, truth - chance, sample_weight=weight)
        leaves = model.apply(features)
        size = model.tree_.node_count
        slope = np.bincount(leaves, weights=weight * (truth - chance), minlength=size)
        bend = np.bincount(leaves, weights=weight * chance * (1.0 - chance), minlength=size)
        values = _RATE * slope / (bend + _RIDGE)
        odds = odds + values[leaves]
        yield _complete(model.tree_, values)


def _complete(tree: Any, values: np.ndarray) -> _Tree:
    """A fitted tree as a complete one: where it is less deep, rows go left through nodes of infinite threshold."""
    feature = np.zeros(_LEAVES - 1, dtype=np.int32)
    threshold = np.full(_LEAVES - 1, np.inf, dtype=np.float32)
    value = np.zeros(_LEAVES)
    places = [(0, 0)]
    while places:
        node, place = places.pop()
        is_leaf = tree.children_left[node] < 0
        if place >= _LEAVES - 1:
            value[place - (_LEAVES - 1)] = values[node]
        elif is_leaf:
            places.append((node, 2 * place + 1))
        else:
            feature[place], threshold[place] = tree.feature[node], tree.threshold[node]
            places += [(tree.children_left[node], 2 * place + 1), (tree.children_right[node], 2 * place + 2)]
    return feature, threshold, value


def _joined(trees: list[_Tree]) -> Boosted:
    empty: _Tree = (
        np.zeros((0, _LEAVES - 1), np.int32),
        np.zeros((0, _LEAVES - 1), np.float32),
        np.zeros((0, _LEAVES)),
    )
    feature, threshold, value = (np.stack(part) for part in zip(*trees, strict=True)) if trees else empty
    return Boosted(feature, threshold, value)
