"""How alone rows stand, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from townspeople import people

from headwater.checks.crowd import LEVELS, LONELIER, WORDS, Crowd, among
from headwater.checks.prepared import Prepared


def line(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)[:, None]


def test_levels_by_hand() -> None:
    """Five rows at 0 to 4 reach their third nearest other one at 3, 2, 2, 2 and 3; edges at 4, 9 and 9 squared."""
    crowd = Crowd.of(np.arange(5), line(0, 1, 2, 3, 4))
    assert crowd.edges == pytest.approx(np.quantile([4, 4, 4, 9, 9], LONELIER), abs=1e-4)
    assert crowd.own.tolist() == [1, 0, 0, 0, 1]
    assert crowd.levels(line(2.0, 4.5, 9.0)).tolist() == [0, 1, LEVELS - 1], "1, 2.5 and 7 far from the third"


def test_a_row_is_not_its_own_neighbour(prepared: Prepared) -> None:
    anchor, crowd = prepared.yardstick.anchor, prepared.yardstick.crowd
    assert anchor.alone[crowd.picked].tolist() == crowd.own.tolist()
    again = prepared.yardstick.code(prepared.reference.anchor).alone
    assert again.mean() < anchor.alone.mean(), "met again, each has itself for a neighbour"


def test_fresh_rows_stand_as_alone_as_the_anchors_own(prepared: Prepared) -> None:
    fresh = np.bincount(prepared.yardstick.code(people(4_000, 5)).alone, minlength=LEVELS) / 4_000
    own = np.bincount(prepared.yardstick.anchor.alone, minlength=LEVELS) / len(prepared.yardstick.anchor)
    assert fresh == pytest.approx(own, abs=0.06)


@pytest.mark.parametrize("rows", [2, 3])
def test_fewer_rows_than_neighbours(rows: int) -> None:
    crowd = Crowd.of(np.arange(rows), line(*range(rows)))
    assert crowd.levels(line(0.0, 50.0)).tolist()[1] >= crowd.levels(line(0.0, 50.0)).tolist()[0]


def test_equal_rows_are_no_lonelier_than_each_other() -> None:
    crowd = Crowd.of(np.arange(9), np.full((9, 7), 0.3, dtype=np.float32))
    assert crowd.levels(np.full((4, 7), 0.3, dtype=np.float32)).tolist() == [0] * 4


def test_among_counts_each_level_and_those_above() -> None:
    found = np.array([True, True, False, True, True])
    assert among(found, np.array([0, 1, 3, 3, 2], dtype=np.int8)) == [4, 3, 2, 1]


def test_every_level_has_its_words() -> None:
    assert len(WORDS) == LEVELS == len(set(WORDS))
