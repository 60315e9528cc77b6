"""Three families of models trained on a sample and asked about the anchor: boosted trees, linear, nearest neighbours.

Belongs here: fitting, predicting. Does not: scores of the predictions (``utility.py``, ``fairness.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge

from headwater.checks.distances import squared
from headwater.checks.learner import classifier, regressor
from headwater.checks.rows import Placed
from headwater.checks.yardstick import Yardstick

FAMILIES = ("boosted trees", "linear", "nearest neighbours")
FIT_ROWS_MAX, TEST_ROWS_MAX = 4_000, 2_000
CLASSES_MAX = 20
"""Classes with a score of their own; rarer ones are taken together."""
NEIGHBOURS = 15

Predictions = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Task:
    """One target: where it stands, and the anchor rows that models are tested on.

    Attributes:
        target: its name.
        place: its column among the features.
        own: its columns among the points.
        is_class: whether it is predicted as a category.
        classes: how many classes there are, rare ones taken together; 1 for a number.
        test: positions of anchor rows that have a value.
        goal: that value: ``(t,)``.
    """

    target: str
    place: int
    own: slice
    is_class: bool
    classes: int
    test: NDArray[np.intp]
    goal: NDArray[np.float64]

    @classmethod
    def of(cls, target: str, yardstick: Yardstick) -> Task:
        """The task of predicting ``target`` for the anchor's first rows."""
        encoder = yardstick.encoder
        place = encoder.names.index(target)
        is_class = bool(encoder.categorical[place])
        values = _goal(yardstick.anchor.features[:, place], is_class)
        test = np.flatnonzero(~np.isnan(values))[:TEST_ROWS_MAX]
        classes = int(values[test].max()) + 1 if is_class and len(test) else 1
        return cls(target, place, encoder.slice_of(place), is_class, classes, test, values[test])


def predict(task: Task, rows: Placed, yardstick: Yardstick, seed: int) -> Predictions:
    """What each family, trained on the sample, says of the anchor's test rows: ``(families, t, classes)``.

    A sample whose target has one value only teaches that value; so does every sample where nothing is tested.
    """
    goal = _goal(rows.features[:, task.place], task.is_class)
    if task.is_class:
        goal = np.where(goal >= task.classes, task.classes - 1, goal)
    known = np.flatnonzero(~np.isnan(goal))[:FIT_ROWS_MAX]
    goal = goal[known]
    if not len(task.test) or not len(goal) or goal.min() == goal.max():
        constant = np.zeros((len(FAMILIES), len(task.test), task.classes))
        only = goal[0] if len(goal) else 0.0
        constant[..., int(only) if task.is_class else 0] = 1.0 if task.is_class else only
        return constant
    learn = np.delete(rows.features[known], task.place, axis=1)
    asked = np.delete(yardstick.anchor.features[task.test], task.place, axis=1)
    near, far = (_without(points, task.own) for points in (rows.points[known], yardstick.anchor.points[task.test]))
    categorical = np.delete(yardstick.encoder.categorical, task.place)
    return np.stack(
        [
            _boosted(task, (learn, goal, asked), categorical, seed),
            _linear(task, near, goal, far),
            _neighbours(task, near, goal, far),
        ]
    )


def _goal(values: NDArray[np.float64], is_class: bool) -> NDArray[np.float64]:
    return np.minimum(values, CLASSES_MAX - 1) if is_class else values


def _without(points: NDArray[np.float32], own: slice) -> NDArray[np.float32]:
    return np.delete(points, np.r_[own], axis=1)


def _boosted(
    task: Task, data: tuple[NDArray[np.float64], ...], categorical: NDArray[np.bool_], seed: int
) -> NDArray[np.float64]:
    learn, goal, asked = data
    if not task.is_class:
        return regressor(learn, goal, categorical, seed).predict(asked)[:, None]
    model = classifier(learn, goal, categorical, seed)
    return _spread(model.predict_proba(asked), model.classes_, task.classes)


def _linear(
    task: Task, learn: NDArray[np.float32], goal: NDArray[np.float64], asked: NDArray[np.float32]
) -> NDArray[np.float64]:
    if not task.is_class:
        return Ridge(alpha=1.0).fit(learn, goal).predict(asked).astype(np.float64)[:, None]
    model = LogisticRegression(C=10.0, max_iter=60, tol=1e-3).fit(learn, goal)
    return _spread(model.predict_proba(asked), model.classes_, task.classes)


def _neighbours(
    task: Task, learn: NDArray[np.float32], goal: NDArray[np.float64], asked: NDArray[np.float32]
) -> NDArray[np.float64]:
    learn, goal = learn[:TEST_ROWS_MAX], goal[:TEST_ROWS_MAX]
    k = min(NEIGHBOURS, len(learn) - 1)
    nearest = goal[np.argpartition(squared(asked, learn), k, axis=1)[:, :k]]
    if not task.is_class:
        return nearest.mean(axis=1, keepdims=True)
    return np.stack([(nearest == code).mean(axis=1) for code in range(task.classes)], axis=1)


def _spread(chances: NDArray[np.float64], classes: NDArray[np.float64], total: int) -> NDArray[np.float64]:
    found = np.zeros((len(chances), total))
    found[:, classes.astype(np.int64)] = chances
    return found
