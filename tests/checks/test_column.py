"""Column by column, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from townspeople import people, sampled

from headwater.checks import column
from headwater.checks.prepared import Prepared
from headwater.checks.telling import Bound


def test_the_training_rows_have_their_own_shape(prepared: Prepared) -> None:
    found = column.measure(sampled(prepared, prepared.reference.train))
    assert found["column.shape"] == pytest.approx(np.zeros(8), abs=1e-12)
    assert len(found["column.spread"]) == 6


def test_total_variation_by_hand(prepared: Prepared) -> None:
    """Everyone lives in Graz: what was elsewhere is off."""
    batch = people(300, 5)
    batch["city"] = batch["city"].cat.set_categories(batch["city"].cat.categories)
    batch.loc[:, "city"] = "Graz"
    found = column.measure(sampled(prepared, batch))["column.shape"]
    elsewhere = (prepared.reference.train["city"] != "Graz").mean()
    assert found[prepared.yardstick.coder.names.index("city")] == pytest.approx(elsewhere)


def test_a_shift_beyond_all_rows_is_a_whole_step(prepared: Prepared) -> None:
    batch = people(300, 5)
    found = column.measure(sampled(prepared, batch.assign(height=batch["height"] + 1_000)))["column.shape"]
    assert found[5] > 0.98, "the first number's step; nearly no training row lies in the last bin"


def test_spread_by_hand(prepared: Prepared) -> None:
    batch = people(300, 5)
    mean = batch["height"].mean()
    plain, narrow, constant = (
        column.measure(sampled(prepared, batch.assign(height=values)))["column.spread"]
        for values in (batch["height"], mean + (batch["height"] - mean) / 2, np.full(300, 170.0))
    )
    assert narrow[0] - plain[0] == pytest.approx(np.log(0.5), abs=0.05)
    assert narrow[1:3] == pytest.approx(plain[1:3]), "the others are as they were"
    assert constant[0] == -30


@pytest.mark.parametrize(("gap", "words"), [(-2.0, "86.5% narrower"), (np.log(1.5), "50.0% wider")])
def test_nothing_is_more_than_a_hundred_per_cent_narrower(prepared: Prepared, gap: float, words: str) -> None:
    bound = Bound(gap, 0.0, 0.1, 0.3, gap > 0, 3.0)
    told = column.tell("column.spread", sampled(prepared, people(300, 5)), 0, bound)
    assert told.words == f"height is spread {words} than in honest rows."


def test_values_are_in_pictures_only_where_they_may_be(prepared: Prepared) -> None:
    found = column.distribution(sampled(prepared, people(300, 5)), 2)
    assert (found["column"], found["labels"], found["is_number"]) == ("city", None, False)
    assert sum(found["real"]) == pytest.approx(1)
    assert sum(found["synthetic"]) == pytest.approx(1)
