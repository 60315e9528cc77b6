"""Does a column follow from the others? Gaps in nats, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from townspeople import people, sampled

from headwater.checks import dependence
from headwater.checks.prepared import Prepared
from headwater.checks.telling import Bound


def test_the_training_rows_have_no_gap(prepared: Prepared) -> None:
    found = dependence.measure(sampled(prepared, prepared.reference.train))
    assert [len(value) for value in found.values()] == [5, 1]
    assert all(np.abs(value).max() < 1e-9 for value in found.values())


def test_gaps_by_hand(prepared: Prepared) -> None:
    rows = prepared.yardstick.code(people(300, 5))
    found = dependence.measure(sampled(prepared, people(300, 5)))
    wanted = rows.fit.mean(axis=0, dtype=float) - prepared.train.fit.mean(axis=0, dtype=float)
    assert found["dependence.columns"] == pytest.approx(wanted)
    assert found["dependence.total"] == pytest.approx(wanted.sum())


def test_chances_are_those_of_a_leaf(prepared: Prepared) -> None:
    """The bins of a column have chances that add up to one in each leaf, and none is impossible."""
    for tree in prepared.yardstick.trees:
        assert np.exp(tree.log_chance.astype(float)).sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert np.isfinite(tree.log_chance).all()


def test_a_shuffled_column_follows_less(prepared: Prepared) -> None:
    batch = people(300, 5)
    order = np.random.default_rng(0).permutation(300)
    found = dependence.measure(sampled(prepared, batch.assign(weight=batch["weight"].to_numpy()[order])))
    assert prepared.yardstick.coder.names[int(found["dependence.columns"].argmin())] in ("weight", "height")
    assert found["dependence.columns"].min() < -0.2
    told = dependence.tell("dependence.columns", sampled(prepared, batch), 1, Bound(-0.4, 0.0, 0.1, -0.3, False, 3.0))
    assert told.words == "weight follows less closely from the other columns than in real rows, by 0.4 nats a row."
