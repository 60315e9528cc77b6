"""Balls around anchor rows: a planted hole is the emptiest of them."""

from __future__ import annotations

import numpy as np
import pytest
from townspeople import people, sampled

from headwater.checks import cell
from headwater.checks.distances import squared
from headwater.checks.prepared import Prepared
from headwater.checks.scan import ROWS_A_BALL_MIN, SHARES


def test_balls_hold_their_part_of_the_anchor(prepared: Prepared) -> None:
    """The centre itself is one of the rows inside; ties may add some."""
    scan, points = prepared.scan, prepared.yardstick.anchor.points
    wanted = sorted({max(round(share * len(points)), ROWS_A_BALL_MIN) for share in SHARES})
    assert scan.reach.shape == (len(wanted), len(points))
    assert scan.total == scan.reach.size
    counts = (squared(points, scan.points)[None] <= scan.reach[:, None]).sum(axis=1)
    assert np.median(counts, axis=1).tolist() == [size + 1 for size in wanted]


def test_hits_are_the_balls_that_hold_a_row(prepared: Prepared) -> None:
    scan, points = prepared.scan, prepared.train.points[:50]
    hits = scan.hits(points)
    inside = squared(points, scan.points)[None] <= scan.reach[:, None]
    for row in (0, 7, 49):
        wanted = [size * len(scan.points) + ball for size, ball in zip(*np.nonzero(inside[:, row]), strict=True)]
        assert sorted(hits.of(np.array([row])).tolist()) == sorted(wanted)
    assert len(hits.balls) == inside.sum()
    assert hits.counts(scan.total).tolist() == scan.counts(points).tolist() == inside.sum(axis=1).ravel().tolist()


def test_a_planted_hole_is_the_emptiest_ball(prepared: Prepared) -> None:
    scan, batch = prepared.scan, people(1_200, 6)
    points = prepared.yardstick.code(batch).points
    size, centre = scan.reach.shape[0] - 1, 123
    hole = squared(points, scan.points[[centre]])[:, 0] <= scan.reach[size, centre]
    assert hole.sum() > 20
    sample = sampled(prepared, batch[~hole])
    share = sample.tally.n / sample.rest.n
    found, expected = sample.tally.balls, sample.rest.balls * share
    emptiest = int(cell.deficits(found, expected, share)[size * len(scan.points) :].argmax())
    assert found[size * len(scan.points) + emptiest] <= 3
    near = squared(scan.points[[emptiest]], scan.points[[centre]])[0, 0]
    assert near <= scan.reach[size, centre], "around a row of the hole itself"
    whole, holed = (cell.measure(sampled(prepared, rows))["cell.scan"] for rows in (batch, batch[~hole]))
    assert holed[size] > whole[size] + 2


def test_deficits_are_the_largest_of_each_size(prepared: Prepared) -> None:
    scan = prepared.scan
    real = np.full(scan.total, 9.0)
    found = real.copy()
    found[-1] = 0
    deficits = scan.deficits(found, real, 1.0)
    assert deficits == pytest.approx([0] * (len(deficits) - 1) + [2 * (9.375**0.5 - 0.375**0.5) / 2**0.5])
