"""Category by category, by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import binom
from townspeople import people, sampled

from headwater.checks import category
from headwater.checks.prepared import Prepared
from headwater.checks.statistic import deviate, too_few
from headwater.checks.telling import Bound

BOUND = Bound(9.0, 0.0, 1.0, 3.4, True, 3.4)


def watched(prepared: Prepared) -> int:
    """Five cities, true and false, and the missing of weight and member."""
    return 9


def test_a_lost_category_by_hand(prepared: Prepared) -> None:
    batch = people(1_000, 5)
    batch = batch[batch["city"] != "Rome"].head(300)
    sample = sampled(prepared, batch)
    real = (prepared.reference.train["city"] == "Rome").sum()
    wanted = too_few(np.zeros(1), np.array([float(real)]), 300, 1_200)
    assert wanted[0] == pytest.approx((1_200 / 1_500) ** real)
    found = category.measure(sample)
    assert found["category.smallest"] == pytest.approx(deviate(wanted[0], watched(prepared)))
    told = category.tell("category.smallest", sample, 0, BOUND)
    assert told.words == (
        "1 of 5 categories of city is missing; the least likely is one value of city (not shown), "
        f"{real / 4:.0f} rows expected, 0 found."
    )
    assert told.value == 0
    assert told.noise == real / 4
    assert told.detail["names"] is None


def test_names_are_shown_where_they_may_be(prepared: Prepared) -> None:
    shown = dataclasses.replace(prepared.reference, shown=frozenset({"city"}))
    sample = sampled(dataclasses.replace(prepared, reference=shown), people(300, 5).query("city != 'Rome'"))
    told = category.tell("category.smallest", sample, 0, BOUND)
    assert "city = Rome" in told.words
    assert told.detail["names"][:3] == ["Berne", "Graz", "Linz"]


def test_the_contract_by_hand(prepared: Prepared) -> None:
    """Each common category may fall to a third of its share, and by chance below."""
    batch = people(300, 5)
    rome = (prepared.reference.train["city"] == "Rome").mean()
    kept = batch[batch["city"] != "Rome"]
    n = len(kept)
    found = category.measure(sampled(prepared, kept))["category.kept"]
    assert found == pytest.approx(deviate(binom.cdf(0, n, rome / 3), watched(prepared)))
    assert category.measure(sampled(prepared, batch))["category.kept"][0] < 0


def test_no_rare_categories_no_fault(prepared: Prepared) -> None:
    """No category of these people is rarer than 1 % but missing heights, which none has."""
    found = category.measure(sampled(prepared, people(300, 5)))["category.sum"]
    assert found[0] < 3
