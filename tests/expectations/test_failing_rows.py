"""The file of failing rows: which rows, which columns, how a cell is written, and what never stands in it."""

from __future__ import annotations

import csv
import io
from typing import Any

import great_expectations as gx
import numpy as np
import pandas as pd
import pytest
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.validator.validator import Validator
from tests.expectations.test_engine import EXPECTATIONS, table

from headwater.expectations import failing_rows as failing
from headwater.expectations.breaking_rows import positions
from headwater.expectations.failing_rows import cell


def lines(found: Any) -> list[dict[str, str]]:
    assert found.failing_rows is not None
    return list(csv.DictReader(io.StringIO(found.failing_rows.document.decode())))


@pytest.mark.parametrize("rule", EXPECTATIONS, ids=lambda one: f"{one.expectation_type}-{one.dict().get('column')}")
def test_positions_are_those_of_the_stock_engine(rule: Any) -> None:
    frame = table()
    gx.get_context(mode="ephemeral")
    engine = PandasExecutionEngine()
    engine.load_batch_data("b", frame)
    asked = {"result_format": {"result_format": "COMPLETE"}}
    theirs = Validator(execution_engine=engine).graph_validate([rule.configuration], runtime_configuration=asked)[0]
    ours = positions(frame, rule.expectation_type, rule.configuration.kwargs)
    assert list(ours) == list(theirs.result["unexpected_index_list"])
    assert len(ours) == theirs.result["unexpected_count"] > 0


def test_a_key_that_is_missing_in_part_still_has_positions() -> None:
    frame = pd.DataFrame({"a": [None, 1, None, 1, None], "b": [None, 2, 3, 2, 3]}, dtype="Int64")
    rule = {"column_list": ["a", "b"]}
    assert list(positions(frame, "expect_compound_columns_to_be_unique", rule)) == [1, 2, 3, 4]


def test_an_honest_batch_has_no_failing_rows(people: Any) -> None:
    found = people.validate(people.batch())
    assert found.failing_rows is None
    assert "failing_rows.csv" not in found.page


def test_a_line_names_rule_row_and_ids_then_what_may_be_shown(people: Any) -> None:
    batch = people.batch()
    batch.loc[[7, 3], "age"] = [99, 98]
    batch.loc[3, "pay"] = np.nan
    found = people.validate(batch)
    told = lines(found)
    assert list(told[0]) == ["rule", "row", "id", "age", "pay", "job", "born", "ok"]
    assert [(line["rule"], line["row"], line["id"], line["age"]) for line in told] == [
        ("rule:column_values_to_be_between:age", "3", "3", "98"),
        ("rule:column_values_to_be_between:age", "7", "7", "99"),
        ("rule:column_values_to_not_be_null:pay", "3", "3", "98"),
    ]
    assert told[0]["pay"] == ""
    assert told[1]["born"] == batch["born"][7].isoformat()
    assert (found.failing_rows.written, found.failing_rows.found) == (3, 3)
    assert ">Download failing rows (CSV)</a> 3 breaches" in found.page


def test_rows_of_every_kind_of_rule_are_told(people: Any) -> None:
    batch = people.batch()
    batch["job"] = batch["job"].cat.add_categories(["pirate"])
    batch.loc[5, "job"] = "pirate"
    batch.loc[8, "id"] = 9
    batch.loc[2, "age"] = 3
    rules = {line["rule"]: line["row"] for line in lines(people.validate(batch))}
    assert rules == {
        "rule:column_values_to_be_between:age": "2",
        "rule:column_values_to_be_in_set:job": "5",
        "rule:column_values_to_be_unique:id": "9",
    }


def test_values_of_hidden_columns_are_not_in_the_file(people: Any) -> None:
    batch = people.batch()
    batch.loc[4, "wage"] = 8888.25
    batch["town"] = batch["town"].cat.add_categories(["Carthage"])
    batch.loc[4, "town"] = "Carthage"
    found = people.validate(batch)
    assert [line["row"] for line in lines(found)] == ["4", "4"]
    document = found.failing_rows.document.decode()
    assert [word for word in ("8888", "Carthage", "Ashkelon", "Byblos") if word in document] == []
    assert not {"wage", "town"} & set(lines(found)[0])


def test_a_column_that_nobody_called_public_is_not_in_the_file(people: Any) -> None:
    batch = people.batch()
    batch.loc[4, "rent"] = 9999.5
    batch["ward"] = batch["ward"].cat.add_categories(["Carthage"])
    batch.loc[5, "ward"] = "Carthage"
    found = people.validate(batch)
    assert [line["row"] for line in lines(found)] == ["5", "4"]
    document = found.failing_rows.document.decode()
    assert [word for word in ("9999", "Carthage", "4111", "Ugarit", "Knossos", "Mycenae") if word in document] == []
    assert not {"ward", "rent"} & set(lines(found)[0])


def test_a_hidden_key_has_no_right_of_its_own(people: Any) -> None:
    keys = type(people.spec.keys)(primary=("wage", "town"))
    found = people.validate(people.batch(), keys=keys)
    assert list(lines(found)[0]) == ["rule", "row", "id", "age", "pay", "job", "born", "ok"]
    assert "7777" not in found.failing_rows.document.decode()


def test_a_long_list_is_cut_and_rules_with_few_rows_are_told_whole(people: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(failing, "ROWS_MAX", 50)
    batch = people.batch()
    batch.loc[0:99, "age"] = 99
    batch.loc[200:203, "pay"] = np.nan
    batch.loc[100:299, "born"] = pd.Timestamp("1900-01-01")
    found = people.validate(batch)
    told = pd.DataFrame(lines(found)).groupby("rule", sort=False).size()
    assert dict(told) == {
        "rule:column_values_to_be_between:age": 23,
        "rule:column_values_to_not_be_null:pay": 4,
        "rule:column_values_to_be_between:born": 23,
    }
    assert "50 of 304 breaches" in found.page


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("-5", "-5"),
        ("+4.5e-3", "+4.5e-3"),
        ("-5+1", "'-5+1"),
        (-5, "-5"),
        (-5.5, "-5.5"),
        (np.float64("-inf"), "-inf"),
        (float("nan"), ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (None, ""),
        (True, "True"),
        ("", ""),
        ("a=b", "a=b"),
    ],
)
def test_numbers_and_other_texts_stay_as_they_are(value: Any, text: str) -> None:
    assert cell(value) == text


def test_hostile_categories_are_one_cell_each(people: Any) -> None:
    batch = people.batch()
    hostile = '=HYPERLINK("http://x","y"),\n<script>'
    batch["job"] = batch["job"].cat.add_categories([hostile])
    batch.loc[5, "job"] = hostile
    (line,) = lines(people.validate(batch))
    assert line["job"] == f"'{hostile}"
