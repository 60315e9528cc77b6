"""AUC, average precision and R2, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.checks.scores import macro_auc, precision, r2

GOAL = np.array([0.0, 0.0, 1.0, 1.0])


def test_auc_by_hand() -> None:
    """Of the four pairs of one row inside and one outside, three are in order and one is a tie."""
    chances = np.array([[0.9], [0.4], [0.4], [0.1]])
    assert macro_auc(chances, GOAL, [0]) == pytest.approx(3.5 / 4)
    assert macro_auc(-chances, GOAL, [0]) == pytest.approx(0.5 / 4)
    assert macro_auc(np.zeros((4, 1)), GOAL, [0]) == 0.5


def test_auc_is_the_mean_over_the_classes() -> None:
    chances = np.array([[4.0, 1.0], [3.0, 2.0], [2.0, 1.0], [1.0, 2.0]])
    assert macro_auc(chances, GOAL, [0]) == 1.0
    assert macro_auc(chances, GOAL, [1]) == pytest.approx(0.5)
    assert macro_auc(chances, GOAL, [0, 1]) == pytest.approx(0.75)
    assert macro_auc(chances, GOAL, []) == 0.5


def test_precision_by_hand() -> None:
    """Hits at places 1 and 3: (1/1 + 2/3) / 2."""
    inside = np.array([True, False, True, False])
    assert precision(np.array([0.9, 0.6, 0.5, 0.1]), inside) == pytest.approx(5 / 6)
    assert precision(np.array([0.9, 0.1, 0.8, 0.2]), inside) == 1.0


def test_equal_scores_share_their_hits() -> None:
    """One of two tied rows is inside, so each is half of one: (1 + 1.5/2 * .5 + 2/3 * .5) / 2."""
    inside, chances = np.array([True, False, True, False]), np.array([0.9, 0.5, 0.5, 0.1])
    wanted = (1 + 0.75 * 0.5 + (2 / 3) * 0.5) / 2
    assert precision(chances, inside) == pytest.approx(wanted)
    swapped = [0, 2, 1, 3]
    assert precision(chances[swapped], inside[swapped]) == pytest.approx(wanted)


def test_a_score_that_says_nothing_has_the_precision_of_the_share() -> None:
    assert precision(np.zeros(8), np.arange(8) < 2) == pytest.approx(0.25)
    assert precision(np.zeros(8), np.zeros(8, dtype=bool)) == 0.0


def test_r2_by_hand() -> None:
    goal = np.array([1.0, 2.0, 3.0])
    assert r2(goal, goal) == 1.0
    assert r2(np.full(3, 2.0), goal) == 0.0
    assert r2(np.array([1.0, 2.0, 4.0]), goal) == pytest.approx(0.5)
    assert r2(goal + 100, goal) == -1.0
    assert r2(goal, np.full(3, 5.0)) == 0.0
    assert r2(np.zeros(0), np.zeros(0)) == 0.0
