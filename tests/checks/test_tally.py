"""Counts over rows, by hand; they add and subtract."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from townspeople import people

from headwater.checks.prepared import Prepared
from headwater.checks.tally import LEVELS, RARE_SHARES, Tally, surprise


def test_what_is_left_without_some_rows_is_the_tally_of_the_others(prepared: Prepared) -> None:
    rows, count = prepared.train, prepared.counter.tally
    some, others = np.arange(300), np.arange(300, len(rows))
    left = count(rows) - count(rows.take(some))
    wanted = count(rows.take(others))
    for field in fields(Tally):
        assert getattr(left, field.name) == pytest.approx(getattr(wanted, field.name), rel=1e-9, abs=1e-3), field.name


def test_every_row_is_counted_once_in_each_column(prepared: Prepared) -> None:
    rows = prepared.yardstick.code(people(150, 5))
    tally, coder = prepared.counter.tally(rows), prepared.yardstick.coder
    assert tally.n == 150
    assert np.add.reduceat(tally.fine, coder.fine_starts[:-1]).tolist() == [150] * 5
    assert np.add.reduceat(tally.cells, prepared.counter.cell_starts[:-1]).tolist() == [150] * 3
    assert np.add.reduceat(tally.leaves, prepared.counter.leaf_starts[:-1]).tolist() == [150] * 5
    assert len(tally.balls) == 0


def test_counts_of_categories_and_pairs_by_hand(prepared: Prepared) -> None:
    frame = people(150, 5)
    tally, coder = prepared.counter.tally(prepared.yardstick.code(frame)), prepared.yardstick.coder
    city, member = coder.names.index("city"), coder.names.index("member")
    start, labels = coder.fine_starts[city], coder.columns[city].labels()
    assert tally.fine[start + labels.index("Rome")] == (frame["city"] == "Rome").sum()
    at = coder.coarse_starts[city] + coder.columns[city].labels(coarse=True).index("Graz")
    other = coder.coarse_starts[member] + coder.columns[member].labels(coarse=True).index("True")
    both = ((frame["city"] == "Graz") & frame["member"].fillna(False)).sum()
    assert tally.pairs[at, other] == tally.pairs[other, at] == both
    assert tally.pairs[at, at] == (frame["city"] == "Graz").sum()


def test_tails_and_missing_labels_by_hand(prepared: Prepared) -> None:
    frame = people(150, 5)
    tally = prepared.counter.tally(prepared.yardstick.code(frame))
    anchor = prepared.reference.anchor["height"]
    beyond = tally.tails.reshape(len(LEVELS), 2, 3)
    for level, share in enumerate(LEVELS):
        low, high = np.quantile(anchor, [share, 1 - share])
        assert beyond[level, :, 0].tolist() == [(frame["height"] < low).sum(), (frame["height"] > high).sum()]
    assert (tally.far <= beyond.sum(axis=(1, 2))).all()
    assert (np.diff(tally.far) >= 0).all()
    assert tally.labels[2].tolist() == [frame["member"].notna().sum()]


def test_surprise_by_hand() -> None:
    """A label of probability 1/4 surprises as 2, an impossible one as exp(3) and no more."""
    assert surprise(np.log([1.0, 0.25, 1e-9])).tolist() == pytest.approx([1.0, 2.0, np.exp(3.0)])


def test_rare_categories_of_the_training_rows(prepared: Prepared) -> None:
    shares = prepared.reference.train["city"].value_counts() / len(prepared.train)
    assert shares.min() > RARE_SHARES[-1]
    assert prepared.counter.is_rare.shape[0] == len(RARE_SHARES)
    coder = prepared.yardstick.coder
    weight = coder.fine_starts[coder.names.index("city")]
    assert not prepared.counter.is_rare[:, weight : weight + 5].any()
