"""Which bounds and sets a column gets, and from whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from headwater.checks.facts import ColumnFacts
from headwater.expectations.bounds import Allowed, Range, allowed_of, range_of
from headwater.expectations.sentences import in_range, in_set, unique
from headwater.expectations.suite import is_hidden, may_tell
from headwater.spec import Column
from headwater.tables.schema import ColumnSchema


def schema(sdtype: str = "numerical", storage: str = "real", **more: Any) -> ColumnSchema:
    return ColumnSchema(name="c", sdtype=sdtype, storage=storage, nullable=False, **more)


def facts(low: Any, high: Any) -> ColumnFacts:
    return ColumnFacts(name="c", sdtype="numerical", missing=0, missing_share=0, distinct=2, minimum=low, maximum=high)


def test_the_spec_s_bounds_come_first_and_a_side_it_leaves_open_stays_open() -> None:
    found = range_of(Column(sdtype="numerical", min=0), schema(), facts(2.5, 7.5))
    assert found == Range(0, None, "spec")


def test_bounds_of_integers_are_integers() -> None:
    assert range_of(Column(sdtype="numerical"), schema(storage="integer"), facts(2.0, 7.0)) == Range(
        2, 7, "training rows"
    )


def test_instants_of_the_facts_are_known_to_the_second_only() -> None:
    seen = facts("1955-03-01T00:00:00", "2300-01-01T10:00:00")
    found = range_of(Column(sdtype="datetime"), schema("datetime", "timestamp"), seen)
    assert found is not None
    assert (found.low, found.high) == (datetime(1955, 2, 28, 23, 59, 59), datetime(2300, 1, 1, 10, 0, 1))  # noqa: DTZ001


def test_days_are_exact() -> None:
    found = range_of(
        Column(sdtype="datetime"), schema("datetime", "date"), facts("1955-03-01T00:00:00", "1960-01-01T00:00:00")
    )
    assert found is not None
    assert (found.low, found.high) == (date(1955, 3, 1), date(1960, 1, 1))


@pytest.mark.parametrize("sdtype", ["id", "categorical", "boolean"])
def test_other_columns_have_no_range(sdtype: str) -> None:
    assert range_of(Column(sdtype=sdtype), schema(sdtype, "text"), facts(1.0, 2.0)) is None


def test_no_bound_is_known() -> None:
    assert range_of(Column(sdtype="numerical"), schema(), facts(None, None)) is None
    assert range_of(Column(sdtype="numerical"), schema(), None) is None


def test_the_spec_s_values_come_first() -> None:
    seen = schema("categorical", "text", categories=("a", "b"))
    assert allowed_of(Column(sdtype="categorical", values=("a",)), seen) == Allowed(("a",), "spec")
    assert allowed_of(Column(sdtype="categorical"), seen) == Allowed(("a", "b"), "training rows")
    assert allowed_of(Column(sdtype="numerical"), schema()) is None


def test_sentences_name_bounds_and_who_set_them() -> None:
    assert in_range("age", Range(17, 90, "spec"), hidden=False) == "age lies between 17 and 90 (spec)."
    assert in_range("age", Range(0, 7.5, "training rows"), hidden=False) == (
        "age lies between 0 and 7.5 (training rows)."
    )
    assert in_range("age", Range(None, 7.5, "spec"), hidden=False) == "age is at most 7.5 (spec)."
    assert in_range("age", Range(3, None, "spec"), hidden=False) == "age is at least 3 (spec)."
    assert (
        in_range("age", Range(17, 90, "spec"), hidden=True) == "age lies in its range (spec); the bounds are not shown."
    )


def test_long_sets_are_counted() -> None:
    sentence = in_set("c", Allowed(tuple(f"v{i:02}" for i in range(15)), "spec"), hidden=False)
    assert sentence.startswith("c is one of 15 values (spec): v00, ")
    assert sentence.endswith("v11, and 3 more.")
    assert "v00" not in in_set("c", Allowed(("v00",), "spec"), hidden=True)


@pytest.mark.parametrize(
    ("says", "origin", "is_told"),
    [
        ({}, "spec", True),
        ({}, "training rows", False),
        ({"public": True}, "spec", True),
        ({"public": True}, "training rows", True),
        ({"sensitive": True}, "spec", False),
        ({"sensitive": True}, "training rows", False),
    ],
)
def test_what_the_spec_names_is_told_unless_sensitive_and_what_was_seen_only_if_public(
    says: dict[str, bool], origin: Any, is_told: bool
) -> None:
    column = Column(sdtype="categorical", **says)
    assert may_tell(column, origin) is is_told
    assert is_hidden(column) is not column.public


def test_compound_keys_are_named_together() -> None:
    assert unique(["a", "b"]) == "a, b together are the primary key: no combination occurs twice."
