"""The profile's figures, on tables small enough to count by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from headwater.checks.facts import TableFacts, describe
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

SCHEMA = TableSchema(
    columns=(
        ColumnSchema(name="key", sdtype="id", storage="integer", nullable=False),
        ColumnSchema(name="age", sdtype="numerical", storage="integer", nullable=True),
        ColumnSchema(name="town", sdtype="categorical", storage="text", nullable=True, categories=("x", "y", "z")),
        ColumnSchema(name="day", sdtype="datetime", storage="date", nullable=True),
        ColumnSchema(name="ok", sdtype="boolean", storage="boolean", nullable=True),
    )
)


@pytest.fixture
def facts() -> TableFacts:
    days = np.array(["1950-01-01", "1950-01-03", "NaT", "1950-01-03", "2400-01-01"], dtype="datetime64[us]")
    columns = {
        "key": [1, 2, 3, 4, 5],
        "age": [10, 20, None, 20, 50],
        "town": ["x", "y", None, "y", "y"],
        "day": days,
        "ok": [True, False, None, False, True],
    }
    return describe(conform(pd.DataFrame(columns), SCHEMA), SCHEMA)


def test_rows_that_repeat_are_found_although_their_ids_differ(facts: TableFacts) -> None:
    assert (facts.rows, facts.duplicate_rows) == (5, 1)


def test_a_number_has_its_range_and_quantiles(facts: TableFacts) -> None:
    age = facts.columns[1]
    assert (age.missing, age.missing_share, age.distinct, age.minimum, age.maximum) == (1, 0.2, 3, 10.0, 50.0)
    # of 10, 20, 20, 50: position .25 * 3 = .75, so 10 + .75 * 10; position .95 * 3 = 2.85, so 20 + .85 * 30
    assert age.quantiles["25"] == 17.5
    assert age.quantiles["95"] == pytest.approx(45.5)
    assert list(age.quantiles) == ["1", "5", "25", "50", "75", "95", "99"]


def test_a_category_has_its_counts_most_common_first(facts: TableFacts) -> None:
    town = facts.columns[2]
    assert list(town.counts.items()) == [("y", 3), ("x", 1)]
    assert (town.distinct, town.missing, town.rare, town.uncounted) == (2, 1, (), 0)
    assert facts.columns[4].counts == {"False": 2, "True": 2}


def test_dates_are_iso_text_also_far_from_now(facts: TableFacts) -> None:
    day = facts.columns[3]
    assert (day.minimum, day.maximum) == ("1950-01-01T00:00:00", "2400-01-01T00:00:00")
    assert day.quantiles["50"] == "1950-01-03T00:00:00"


def test_ids_are_counted_but_their_values_never_enter(facts: TableFacts) -> None:
    key = facts.columns[0]
    assert (key.distinct, key.minimum, key.quantiles, key.counts) == (5, None, {}, {})


def test_rare_is_below_one_percent() -> None:
    schema = TableSchema(columns=(SCHEMA["town"],))
    frame = conform(pd.DataFrame({"town": ["x"] * 197 + ["y"] * 2 + ["z"]}), schema)
    assert describe(frame, schema).columns[0].rare == ("z",)  # 1 of 200 is rare, 2 of 200 is not


def test_facts_are_json_and_come_back(facts: TableFacts) -> None:
    assert TableFacts.model_validate_json(facts.canonical_json()) == facts
    assert "NaN" not in json.dumps(facts.model_dump(mode="json"))


def test_hidden_columns_keep_counts_alone(facts: TableFacts) -> None:
    age, town = facts.showing(frozenset({"town"})).columns[1:3]
    assert (age.missing, age.distinct, age.minimum, age.quantiles) == (1, 3, None, {})
    assert town.counts == {"y": 3, "x": 1}


def test_no_rows_and_no_values_are_described() -> None:
    empty = describe(conform(pd.DataFrame(columns=SCHEMA.names, dtype=object), SCHEMA), SCHEMA)
    assert (empty.rows, empty.duplicate_rows, empty.columns[1].missing_share) == (0, 0, 0.0)
    blank = pd.DataFrame({"key": [1, 2], **{name: [None, None] for name in SCHEMA.names[1:]}})
    nothing = describe(conform(blank, SCHEMA), SCHEMA)
    assert all(column.missing == 2 and column.minimum is None for column in nothing.columns[1:])


def test_a_thousand_categories_are_named_and_the_rest_counted() -> None:
    names = tuple(f"c{number:04}" for number in range(1_200))
    column = ColumnSchema(name="town", sdtype="categorical", storage="text", nullable=False, categories=names)
    schema = TableSchema(columns=(column,))
    town = describe(conform(pd.DataFrame({"town": [*names, "c0007"]}), schema), schema).columns[0]
    assert (len(town.counts), town.uncounted, town.distinct, town.counts["c0007"]) == (1_000, 200, 1_200, 2)
