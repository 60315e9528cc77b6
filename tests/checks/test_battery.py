"""The battery as a whole: order, power, hostile tables, checks that break."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from headwater.checks.battery import Check, battery, judge, run
from headwater.checks.reference import Reference
from headwater.checks.result import CheckResult
from headwater.checks.verdict import verdict
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema

NAMES = ["category_presence", "knn_coverage", "cell_coverage", "c2st", "utility_gap:member", "utility_gap:weight"]


def failed(batch: pd.DataFrame, reference: Reference) -> set[str]:
    return set(verdict(judge(batch, reference)).failed)


def test_honest_rows_pass_every_check_in_order(reference: Reference, honest: pd.DataFrame) -> None:
    results = judge(honest, reference)
    assert [result.name for result in results] == NAMES == [check.name for check in battery(reference.targets)]
    assert [result.name for result in results if not result.passed] == []


def test_planted_faults_are_caught_by_the_checks_made_for_them(
    reference: Reference, shuffled: pd.DataFrame, without_rome: pd.DataFrame, without_members: pd.DataFrame
) -> None:
    assert "category_presence" in failed(without_rome, reference)
    assert "c2st" not in failed(without_rome, reference), "one check alone would not do"
    assert failed(shuffled, reference) >= {"knn_coverage", "c2st", "utility_gap:member", "utility_gap:weight"}
    assert failed(without_members, reference) >= {"category_presence", "knn_coverage", "cell_coverage"}


def test_the_same_rows_give_the_same_results(reference: Reference, honest: pd.DataFrame) -> None:
    assert judge(honest, reference) == judge(honest.copy(), reference)


def test_judging_changes_no_frame(reference: Reference, honest: pd.DataFrame) -> None:
    before = honest.copy()
    judge(honest, reference)
    pd.testing.assert_frame_equal(honest, before)


@pytest.mark.parametrize("rows", [0, 1, 19])
def test_too_few_batch_rows_fail_every_check(reference: Reference, honest: pd.DataFrame, rows: int) -> None:
    results = judge(honest.head(rows), reference)
    assert [result.passed for result in results] == [False] * len(NAMES)
    assert all(f"the batch has {rows} rows; at least 20" in result.sentence for result in results)
    assert all(result.value is None and result.severity == "critical" for result in results)


def test_too_small_an_anchor_fails_every_check(reference: Reference, honest: pd.DataFrame) -> None:
    results = judge(honest, dataclasses.replace(reference, anchor=reference.anchor.head(19)))
    assert not any(result.passed for result in results)
    assert "the anchor has 19 rows" in results[0].sentence


def test_twenty_rows_a_side_can_be_judged(reference: Reference, honest: pd.DataFrame) -> None:
    results = judge(honest.head(20), dataclasses.replace(reference, anchor=reference.anchor.head(20), targets=()))
    assert [result.error for result in results] == [None] * 4


def test_a_lacking_column_is_named(reference: Reference, honest: pd.DataFrame) -> None:
    results = judge(honest.drop(columns=["height", "city"]), reference)
    assert "the batch lacks 2 of 5 columns, first 'height'" in results[0].sentence
    assert not any(result.passed for result in results)


def test_a_check_that_breaks_is_a_critical_failure_without_values(reference: Reference, honest: pd.DataFrame) -> None:
    def breaks(batch: pd.DataFrame, reference: Reference) -> CheckResult:
        raise KeyError("the secret of row 7")

    result = run(Check("broken", "at_least", breaks), honest, reference)
    assert (result.passed, result.severity, result.value) == (False, "critical", None)
    assert result.error is not None
    assert result.error.startswith("KeyError at test_battery.py:")
    assert "secret" not in result.canonical_json()


def test_one_broken_column_stops_no_other_check(reference: Reference, honest: pd.DataFrame) -> None:
    """Weight has one value only, so it cannot be learned: its own check fails, the others give figures."""
    batch = honest.assign(weight=pd.array([60] * len(honest), dtype="Int64"))
    results = {result.name: result for result in judge(batch, reference)}
    assert results["utility_gap:weight"].error is not None
    assert results["utility_gap:member"].value is not None
    assert results["c2st"].value is not None


def column(name: str, sdtype: Any, storage: Any, categories: Any = None) -> ColumnSchema:
    return ColumnSchema(name=name, sdtype=sdtype, storage=storage, nullable=True, categories=categories)


HUGE = tuple(f"name{index:05}" for index in range(3_000))
HOSTILE: dict[str, tuple[ColumnSchema, Callable[[np.random.Generator, int], Any]]] = {
    "all null": (column("h", "numerical", "real"), lambda draw, n: [None] * n),
    "all null text": (column("h", "categorical", "text", ()), lambda draw, n: [None] * n),
    "constant": (column("h", "numerical", "integer"), lambda draw, n: [5] * n),
    "single category": (column("h", "categorical", "text", ("only",)), lambda draw, n: ["only"] * n),
    "categories > rows": (column("h", "categorical", "text", HUGE), lambda draw, n: draw.choice(HUGE, n)),
    "boolean": (column("h", "boolean", "boolean"), lambda draw, n: draw.random(n) < 0.5),
    "all null boolean": (column("h", "boolean", "boolean"), lambda draw, n: [None] * n),
    "integer categories": (column("h", "categorical", "integer", (1, 2, 3)), lambda draw, n: draw.integers(1, 4, n)),
    "huge numbers": (column("h", "numerical", "real"), lambda draw, n: draw.choice([-1e300, 0.0, 1e300], n)),
    "far dates": (
        column("h", "datetime", "timestamp"),
        lambda draw, n: np.datetime64("1500-01-01", "us") + (draw.random(n) * 3e16).astype("timedelta64[us]"),
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_columns_are_judged_without_breaking(make_reference: Callable[..., Reference], kind: str) -> None:
    hostile, values = HOSTILE[kind]
    plain = ColumnSchema(name='select "x"', sdtype="numerical", storage="real", nullable=False)
    draw = np.random.default_rng(9)
    train, anchor, batch = ({"h": values(draw, rows), plain.name: draw.normal(size=rows)} for rows in (200, 60, 150))
    reference = make_reference((hostile, plain), train, anchor)
    results = judge(conform(pd.DataFrame(batch), reference.schema), reference)
    assert [result.error for result in results] == [None] * 4
    assert [result.name for result in results if not result.passed] == []


def test_a_table_of_ids_only_is_refused(make_reference: Callable[..., Reference]) -> None:
    key = ColumnSchema(name="id", sdtype="id", storage="integer", nullable=False)
    rows = {"id": np.arange(50)}
    reference = make_reference((key,), rows, rows)
    results = judge(reference.train, reference)
    assert not any(result.passed for result in results)
    assert "no column is learned" in results[0].sentence
