"""Subgroups, by hand: shares and gaps of AUC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from townspeople import people, sampled

from headwater.checks import fairness
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema

COLUMNS = (
    ColumnSchema(name="sex", sdtype="categorical", storage="text", nullable=False, categories=("f", "m", "x")),
    ColumnSchema(name="paid", sdtype="boolean", storage="boolean", nullable=False),
    ColumnSchema(name="age", sdtype="numerical", storage="real", nullable=False),
)


def table(f_paid: int, m_paid: int) -> dict[str, Any]:
    """100 women, 60 men, 10 others; so many of the first two are paid, all of the last."""
    paid = [*(np.arange(100) < f_paid), *(np.arange(60) < m_paid), *[True] * 10]
    return {
        "sex": ["f"] * 100 + ["m"] * 60 + ["x"] * 10,
        "paid": paid,
        "age": np.random.default_rng(0).normal(size=170),
    }


@pytest.fixture
def paid(make_reference: Callable[..., Reference]) -> Prepared:
    real = table(50, 45)
    return Prepared.of(make_reference(COLUMNS, real, real, targets=("paid",), groups=("sex",)), 170)


def test_subgroups_have_thirty_rows(paid: Prepared) -> None:
    coder = paid.yardstick.coder
    labels = coder.columns[0].labels(coarse=True)
    assert [labels[group.bin] for group in paid.groups] == ["f", "m"]


def test_rates_by_hand(paid: Prepared) -> None:
    """Women: 80 % instead of 50 %; men: 25 % instead of 75 %."""
    batch = conform(pd.DataFrame(table(80, 15)), paid.reference.schema)
    found = fairness.measure(sampled(paid, batch))["fairness.rates"].reshape(2, 3)
    order = paid.yardstick.coder.columns[1].labels()
    assert order == ["True", "False", "(missing)"]
    assert found == pytest.approx(np.array([[0.3, -0.3, 0.0], [-0.5, 0.5, 0.0]]))


def test_a_subgroup_that_is_gone_has_no_rate(paid: Prepared) -> None:
    batch = conform(pd.DataFrame(table(50, 45)), paid.reference.schema).head(100)
    found = fairness.measure(sampled(paid, batch))["fairness.rates"].reshape(2, 3)
    assert found == pytest.approx(np.array([[0, 0, 0], [-0.75, -0.25, 0]]))


def test_a_subgroup_with_few_rows_of_a_class_has_no_auc_of_its_own(paid: Prepared) -> None:
    """Only 15 of the men are not paid, so only women have one."""
    found = fairness.measure(sampled(paid, paid.reference.anchor))["fairness.gaps"]
    assert found.shape == (2,)
    assert found[0] != 0
    assert found[1] == 0


def test_without_groups_there_is_nothing_to_compare(
    make_reference: Callable[..., Reference], prepared: Prepared
) -> None:
    real = table(50, 45)
    bare = Prepared.of(make_reference(COLUMNS, real, real, targets=("paid",)), 170)
    found = fairness.measure(sampled(bare, bare.reference.anchor))
    assert [len(value) for value in found.values()] == [0, 0]
    assert len(fairness.measure(sampled(prepared, people(300, 5)))["fairness.gaps"]) == 3


def test_a_group_that_is_the_target_is_not_compared_with_itself(make_reference: Callable[..., Reference]) -> None:
    real = table(50, 45)
    itself = Prepared.of(make_reference(COLUMNS, real, real, targets=("paid",), groups=("paid",)), 170)
    assert all(len(value) == 0 for value in fairness.measure(sampled(itself, itself.reference.anchor)).values())
