"""What a null belongs to: its fingerprint."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from townspeople import people

from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.spec.contract import Contract


def test_the_same_rows_have_the_same_fingerprint(judged_reference: Reference, prepared: Prepared) -> None:
    assert Prepared.of(judged_reference, 300).fingerprint == prepared.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"anchor": people(400, 3)},
        {"train": people(1_100, 1)},
        {"seed": 8},
        {"targets": ("weight",)},
        {"targets": ("member", "weight")},
        {"groups": ()},
        {"contract": Contract(cell_keep_min=0.5)},
        {"contract": Contract(false_alarm=0.05)},
    ],
    ids="-".join,
)
def test_what_changes_a_null_changes_the_fingerprint(
    judged_reference: Reference, prepared: Prepared, change: dict[str, Any]
) -> None:
    other = Prepared.of(dataclasses.replace(judged_reference, **change), 300)
    assert other.fingerprint != prepared.fingerprint


def test_other_sizes_have_another_fingerprint(judged_reference: Reference, prepared: Prepared) -> None:
    assert Prepared.of(judged_reference, 299).fingerprint != prepared.fingerprint


def test_other_trees_have_another_fingerprint(
    judged_reference: Reference, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = prepared.fingerprint
    monkeypatch.setattr("headwater.checks.prepared.LIBRARY", "xgboost 0.90")
    assert Prepared.of(judged_reference, 300).fingerprint != usual


def test_limits_of_the_contract_change_no_null(judged_reference: Reference, prepared: Prepared) -> None:
    other = dataclasses.replace(judged_reference, contract=Contract(c2st_auc_max=0.6, coverage_min=0.5))
    assert Prepared.of(other, 300).fingerprint == prepared.fingerprint
