"""Nearest neighbours, by hand: points on a line."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.checks import neighbours
from headwater.checks.distances import own_distances, squared
from headwater.checks.neighbours import Balls, Hits, covered
from headwater.checks.prepared import Prepared
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.yardstick import Yardstick


def line(*places: float) -> np.ndarray:
    return np.array(places, dtype=np.float32)[:, None]


def test_distances() -> None:
    assert squared(line(0, 3), line(0, 1, 5)).tolist() == [[0, 1, 25], [9, 4, 4]]


@pytest.mark.parametrize(
    ("synthetic", "wanted"),
    [
        ([0.0], [True, True, False, False]),  # exactly as far from 1 as its neighbour is
        ([1.9], [False, True, True, False]),
        ([5.0], [False, False, True, True]),
        ([10.0], [False, False, False, True]),
        ([0.0, 1.0, 3.0, 10.0], [True] * 4),
    ],
)
def test_coverage_by_hand(synthetic: list[float], wanted: list[bool]) -> None:
    """Real rows at 0, 1, 3 and 10; each reaches to its nearest other one: 1, 1, 2 and 7 far."""
    assert covered(line(0, 1, 3, 10), line(*synthetic), k=1).tolist() == wanted


def test_equal_rows_cover_each_other() -> None:
    real = np.full((10, 3), 0.7, dtype=np.float32)
    assert covered(real, real[:1]).all()


def test_own_distances_by_hand() -> None:
    assert own_distances(line(0, 1, 3, 10)).tolist() == [1, 1, 4, 49]
    assert own_distances(line(2, 2, 5)).tolist() == [0, 0, 9]


def test_hits_of_some_rows() -> None:
    hits = Hits(np.array([0, 2, 2, 3]), np.array([7, 8, 9], dtype=np.int32))
    assert hits.of(np.array([0])).tolist() == [7, 8]
    assert hits.of(np.array([2, 0])).tolist() == [9, 7, 8]
    assert hits.of(np.array([1])).tolist() == []


def test_balls_agree_with_plain_distances(prepared: Prepared) -> None:
    yardstick, balls = prepared.yardstick, prepared.balls
    assert len(balls.points) == len(balls.reach) == prepared.n
    points = prepared.train.points[:200]
    real = yardstick.anchor.points[: prepared.n]
    plain = ((real[:, None].astype(float) - real) ** 2).sum(axis=2)
    np.fill_diagonal(plain, np.inf)
    reach = np.sort(plain, axis=1)[:, neighbours.NEIGHBOURS - 1]
    assert balls.reach == pytest.approx(reach, abs=1e-4)
    hits = balls.hits(points)
    inside = squared(points, real) <= balls.reach
    assert hits.starts[-1] == inside.sum() == len(hits.balls)
    some = np.array([5, 0, 199])
    assert hits.of(some).tolist() == [int(ball) for row in some for ball in np.flatnonzero(inside[row])]
    assert hits.counts(len(balls.points)).tolist() == balls.counts(points).tolist() == inside.sum(axis=0).tolist()
    assert covered(real, points).tolist() == (balls.counts(points) > 0).tolist()


def test_five_neighbours_need_six_rows(prepared: Prepared) -> None:
    few = prepared.reference.anchor.head(5)
    yardstick = Yardstick.fit(few, prepared.reference.schema, (), 0)
    with pytest.raises(CannotJudgeError, match="more than 5 anchor rows"):
        Balls.around(yardstick, 300)
