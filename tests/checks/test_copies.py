"""Copies of training rows, by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from townspeople import people, sampled

from headwater.checks import copies
from headwater.checks.coding import NEAR_WIDTHS
from headwater.checks.copies import _strangers, among_themselves, without_authenticity
from headwater.checks.crowd import LEVELS
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.checks.statistic import Counted, deviate
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema

WIDTHS = len(NEAR_WIDTHS)


EXACT, SINGLE, NEAR = 0, LEVELS, 2 * LEVELS
"""Where the counts of each kind begin: all of them, then those that stand alone."""


def test_fresh_rows_are_no_copies(prepared: Prepared) -> None:
    found = prepared.original.counts(prepared.yardstick.code(people(300, 5)))
    assert found.found[:NEAR].tolist() == [0] * NEAR
    assert found.rows.tolist() == [300] * (NEAR + WIDTHS * LEVELS + 1)


def test_copies_are_counted(prepared: Prepared) -> None:
    """Twelve training rows, one of them twice, and eight a hair's breadth off."""
    train = prepared.reference.train
    near = train.iloc[20:28].assign(height=train["height"].iloc[20:28] + 1e-7)
    batch = pd.concat([train.iloc[[*range(12), 0]], near, people(100, 5)], ignore_index=True)
    found = prepared.original.counts(prepared.yardstick.code(batch)).found
    assert found[[EXACT, SINGLE]].tolist() == [13, 13], "each of these training rows is the only one of its kind"
    fresh = prepared.original.counts(prepared.yardstick.code(people(100, 5))).found
    near_ones = (found - fresh)[NEAR:-1:LEVELS]
    assert (near_ones <= 8).all()
    assert (near_ones >= 7).all()
    assert found[-1] - fresh[-1] == 21, "nearer to a training row than that row's own neighbour"


def test_a_training_row_that_stands_twice_is_no_single_one(prepared: Prepared) -> None:
    train = prepared.train
    doubled = np.append(np.arange(len(train)), 0)
    original = copies.Original.of(train.take(doubled))
    found = original.counts(train.take(np.array([0, 1, 2])))
    assert found.found[[EXACT, SINGLE]].tolist() == [3, 2]


def test_copies_that_stand_alone_are_counted_apart(prepared: Prepared) -> None:
    alone = prepared.train.alone
    picked = np.concatenate([np.flatnonzero(alone == level)[:count] for level, count in enumerate((5, 4, 3, 2))])
    found = prepared.original.counts(prepared.train.take(picked)).found
    assert found[EXACT : EXACT + LEVELS].tolist() == [14, 9, 5, 2]


def test_training_rows_beyond_the_baseline_are_known_too(prepared: Prepared) -> None:
    rows, others = prepared.train.take(np.arange(100)), prepared.train.take(np.arange(100, 150))
    original = copies.Original.of(rows, (others.identity, others.near))
    assert original.counts(others).found[0] == 50


def test_among_themselves_counts_pairs_once(prepared: Prepared) -> None:
    """Three rows: one pair and a row alone make one copy in one further row (three rows, halved)."""
    alone = among_themselves(prepared.train.take(np.array([0, 1, 2])))
    assert alone.found[:-1].tolist() == [0] * (NEAR + WIDTHS * LEVELS)
    paired = among_themselves(prepared.train.take(np.array([0, 0, 1])))
    assert paired.found[[EXACT, SINGLE]].tolist() == [1, 1]
    assert paired.found[NEAR:-1].tolist() == [0] * (WIDTHS * LEVELS)
    assert paired.rows.tolist() == [1] * (NEAR + WIDTHS * LEVELS + 1)
    threefold = among_themselves(prepared.train.take(np.array([0, 0, 0, 1])))
    assert threefold.found[[EXACT, SINGLE]].tolist() == [2, 0], "three of a kind are no pair"


def test_strangers_by_hand() -> None:
    """0 and 1 are nearer to each other than each is to 3; 3 is farther from 1 than 1 is from 0."""
    assert _strangers(np.array([[0.0], [1.0], [3.0]], dtype=np.float32)).tolist() == [True, True, False]


def test_counts_add_up_and_authenticity_can_be_left_out() -> None:
    one, two = (
        Counted(np.array([1.0, 4.0]), np.array([10.0, 10.0])),
        Counted(np.array([2.0, 5.0]), np.array([20.0, 20.0])),
    )
    both = without_authenticity(one) + two
    assert (both.found.tolist(), both.rows.tolist()) == ([3.0, 5.0], [30.0, 20.0])


def test_deviates_by_hand(prepared: Prepared) -> None:
    """Ten copies in 200 rows, none among the 400 of the anchor: (200 / 600)^10, the smallest of eight tests."""
    batch = pd.concat([people(190, 5), prepared.reference.train.head(10)], ignore_index=True)
    found = copies.measure_exact(sampled(prepared, batch))
    assert found["copies.exact"] == pytest.approx(deviate((1 / 3) ** 10, 2 * LEVELS))
    assert copies.measure_exact(sampled(prepared, people(200, 5)))["copies.exact"].tolist() == [-8.0]


def test_fresh_rows_are_as_authentic_as_the_control_however_many_categories(
    make_reference: Callable[..., Reference],
) -> None:
    names = tuple(f"name{index:04}" for index in range(3_000))
    columns = (
        ColumnSchema(name="who", sdtype="categorical", storage="text", nullable=False, categories=names),
        ColumnSchema(name="x", sdtype="numerical", storage="real", nullable=False),
        ColumnSchema(name="y", sdtype="numerical", storage="real", nullable=False),
    )

    def rows(count: int, seed: int) -> dict[str, Any]:
        draw = np.random.default_rng(seed)
        return {"who": draw.choice(names, count), "x": draw.normal(size=count), "y": draw.normal(size=count)}

    prepared = Prepared.of(make_reference(columns, rows(240, 1), rows(80, 2)), 60)
    control = among_themselves(prepared.train)
    fresh = prepared.original.counts(
        prepared.yardstick.code(conform(pd.DataFrame(rows(2_000, 3)), prepared.reference.schema))
    )
    assert fresh.found[-1] / fresh.rows[-1] == pytest.approx(control.found[-1] / control.rows[-1], abs=0.11)
