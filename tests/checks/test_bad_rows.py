"""Rows that are wrong in every way that people and libraries think of: a clear outcome, and never a pass."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from townspeople import crooked, people

from headwater.checks import baseline
from headwater.checks.judge import Judge
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.checks.verdict import verdict
from headwater.spec.contract import Contract
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

BOTH = pytest.mark.parametrize("judge", ["candidate", "nightly"])


def refusal(judge: Judge, batch: pd.DataFrame) -> str:
    """Every check fails critically, without a figure; the one reason that all of them give."""
    results = judge.results(batch)
    assert len(results) == len(judge.names) > 20
    assert not any(result.passed for result in results)
    assert {(result.severity, result.value) for result in results} == {("critical", None)}
    assert not verdict(results).passed
    (reason,) = {result.sentence.removeprefix(f"{result.name} could not judge the batch: ") for result in results}
    return reason


@BOTH
@pytest.mark.parametrize("rows", [0, 1, 19])
def test_hardly_any_rows(judge: str, rows: int, request: pytest.FixtureRequest) -> None:
    words = f"the batch has {rows} rows; at least 20 are needed, raise batch.rows."
    assert refusal(request.getfixturevalue(judge), people(300, 5).head(rows)) == words


@BOTH
@pytest.mark.parametrize("rows", [20, 299])
def test_fewer_rows_than_the_limits_were_drawn_for(judge: str, rows: int, request: pytest.FixtureRequest) -> None:
    words = f"the batch has {rows} rows; the limits were drawn for 300, so raise batch.rows."
    assert refusal(request.getfixturevalue(judge), people(rows, 5)) == words


def test_a_tiny_anchor(candidate: Judge) -> None:
    reference = dataclasses.replace(candidate.prepared.reference, anchor=people(10, 2))
    words = "the anchor has 10 rows; at least 20 are needed for a limit, so about 100 real rows."
    assert refusal(Judge(Prepared.of(reference, 300), candidate.floor), people(400, 5)) == words


@BOTH
def test_columns_that_lack(judge: str, request: pytest.FixtureRequest) -> None:
    batch = people(400, 5).drop(columns=["height", "city"])
    assert refusal(request.getfixturevalue(judge), batch) == "the batch lacks 2 of 5 columns, first 'height'."


def test_a_lacking_id_is_no_matter(candidate: Judge) -> None:
    assert verdict(candidate.results(people(400, 5).drop(columns=["id"]))).passed


@BOTH
@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinite_numbers(judge: str, value: float, request: pytest.FixtureRequest) -> None:
    batch = people(300, 5)
    batch.loc[[3, 4], "height"] = value
    words = "column 'height' holds 2 infinite values; no real row has one."
    assert refusal(request.getfixturevalue(judge), batch) == words


@BOTH
def test_foreign_categories(judge: str, request: pytest.FixtureRequest) -> None:
    batch = people(300, 5).astype({"city": object})
    batch.loc[3, "city"] = "the secret of row 3"
    words = "column 'city' holds 1 values that are not among its categories; conform the rows first."
    assert refusal(request.getfixturevalue(judge), batch) == words


@BOTH
def test_text_instead_of_numbers(judge: str, request: pytest.FixtureRequest) -> None:
    batch = people(300, 5).astype({"height": object})
    batch.loc[3, "height"] = "the secret of row 3"
    assert refusal(request.getfixturevalue(judge), batch) == "it broke; see the error."
    assert "secret" not in str(request.getfixturevalue(judge).results(batch))


def emptied(name: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda rows: rows.assign(**{name: pd.Series([None] * len(rows)).astype(rows[name].dtype)})


def constant(name: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda rows: rows.assign(**{name: pd.Series([value] * len(rows)).astype(rows[name].dtype)})


WRONG: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], set[str]]] = {
    "no height at all": (emptied("height"), {"column.shape", "column.spread"}),
    "no weight at all": (emptied("weight"), {"column.shape", "column.spread"}),
    "no city at all": (emptied("city"), {"column.shape", "category.smallest"}),
    "no member at all": (emptied("member"), {"column.shape", "utility.score"}),
    "no day at all": (emptied("joined"), {"column.shape", "column.spread"}),
    "one city": (constant("city", "Graz"), {"category.smallest", "category.kept"}),
    "one class of the target": (constant("member", True), {"utility.score", "category.smallest"}),
    "one height": (constant("height", 170.0), {"column.spread"}),
    "one row": (lambda rows: rows.take([0] * len(rows)).reset_index(drop=True), {"duplicates.exact", "cell.mass"}),
}


@BOTH
@pytest.mark.parametrize("what", WRONG)
def test_columns_without_life_are_judged_and_fail(judge: str, what: str, request: pytest.FixtureRequest) -> None:
    change, blamed = WRONG[what]
    results = request.getfixturevalue(judge).by_name(change(crooked(300, 71)))
    assert not verdict(list(results.values())).passed
    assert {name: result.error for name, result in results.items() if result.error} == {}
    if judge == "nightly":
        assert blamed <= set(verdict(list(results.values())).failed)


def test_missing_numbers_where_there_never_was_one(candidate: Judge, nightly: Judge) -> None:
    """A mild contract says nothing of them: they are shown before promotion (a rule forbids them), and fail after."""
    batch = crooked(300, 71)
    batch["height"] = batch["height"].where(np.arange(300) % 3 > 0)
    shown = candidate.by_name(batch)["column.shape"]
    assert (shown.severity, shown.error) == ("info", None)
    assert (shown.ratio or 0) > 1
    assert {"column.shape", "pair.tables", "cell.leaves"} <= set(verdict(nightly.results(batch)).failed)


def column(name: str, sdtype: Any, storage: Any, categories: Any = None) -> ColumnSchema:
    return ColumnSchema(name=name, sdtype=sdtype, storage=storage, nullable=True, categories=categories)


HUGE = tuple(f"name{index:05}" for index in range(3_000))
HOSTILE: dict[str, tuple[ColumnSchema, Callable[[np.random.Generator, int], Any]]] = {
    "all null": (column("null", "numerical", "real"), lambda draw, n: [None] * n),
    "all null text": (column("void", "categorical", "text", ()), lambda draw, n: [None] * n),
    "all null boolean": (column("unasked", "boolean", "boolean"), lambda draw, n: [None] * n),
    "constant": (column("five", "numerical", "integer"), lambda draw, n: [5] * n),
    "single category": (column("only", "categorical", "text", ("only",)), lambda draw, n: ["only"] * n),
    "categories > rows": (column("many", "categorical", "text", HUGE), lambda draw, n: draw.choice(HUGE, n)),
    "integer categories": (column("code", "categorical", "integer", (1, 2, 3)), lambda draw, n: draw.integers(1, 4, n)),
    "huge numbers": (column("huge", "numerical", "real"), lambda draw, n: draw.choice([-1e300, 0.0, 1e300], n)),
    "far dates": (
        column("far", "datetime", "timestamp"),
        lambda draw, n: np.datetime64("1500-01-01", "us") + (draw.random(n) * 3e16).astype("timedelta64[us]"),
    ),
    "quoted name": (column('select "x"; {who}', "numerical", "real"), lambda draw, n: draw.normal(size=n)),
}
SCHEMA = TableSchema(columns=tuple(column for column, _ in HOSTILE.values()))


def hostile(rows: int, seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    return conform(pd.DataFrame({column.name: values(draw, rows) for column, values in HOSTILE.values()}), SCHEMA)


@pytest.fixture(scope="module")
def hardened() -> Judge:
    """Targets without a value, of one class, of one number; groups of one and of none."""
    targets = ("null", "void", "only", "five")
    reference = Reference(SCHEMA, hostile(240, 1), hostile(80, 2), Contract(), targets, 0, ("only", "many", "null"))
    prepared = Prepared.of(reference, 60)
    return Judge(prepared, baseline.draw(prepared, prepared.train, kind="noise_floor", subject="s", draws=5))


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_hostile_columns_are_judged_without_breaking(hardened: Judge) -> None:
    """Ten draws give no limits to speak of, so only that everything is measured and told."""
    results = hardened.results(hostile(100, 3))
    assert {result.name: result.error for result in results if result.error} == {}
    assert all(result.value is not None and result.sentence for result in results)
    assert all(np.isfinite(honest.limit) for honest in hardened.floor.null.statistics.values())


def test_a_column_that_comes_to_life_is_found(hardened: Judge) -> None:
    """No real row has a value there; the batch has."""
    batch = hostile(100, 3).assign(null=np.arange(100.0))
    found = {result.name: result for result in hardened.results(batch)}
    assert (found["column.shape"].ratio or 0) > 3
    assert found["column.shape"].sentence.startswith("null deviates most")
    asif = dataclasses.replace(hardened, certificate=hardened.floor, _done=[])
    assert "column.shape" in verdict(asif.results(batch)).failed
