"""Boolean, id and pii columns, and the keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from tests.sources import hostile
from tests.sources.conforming import one, refused_column, refused_table


@pytest.mark.parametrize(
    "values", [[True, False], [1, 0], [1.0, 0.0], ["true", "False"], ["t", "f"], ["YES", "no"], ["1", "0"]]
)
def test_accepted_forms(values: list[Any]) -> None:
    found, schema = one(values, "boolean")
    assert found.tolist() == [True, False]
    assert schema.storage == "boolean"


def test_missing_stays_missing() -> None:
    found, _ = one([True, None], {"sdtype": "boolean", "nullable": True})
    assert found.isna().tolist() == [False, True]


@pytest.mark.parametrize("values", [[0, 1, 2], ["yes", "perhaps"]])
def test_anything_else_is_counted(values: list[Any]) -> None:
    assert "holds 1 different values that are neither true nor false" in refused_column(values, "boolean")


def test_ids() -> None:
    assert one([1.0, 2.0], "id")[1].storage == "integer"
    assert one(["1", "2"], "id")[1].storage == "text"
    assert one(["1", "2"], "id", kind="csv")[1].storage == "integer"
    found, schema = one(["007", "2"], "id", kind="csv")
    assert (schema.storage, found.tolist()) == ("text", ["007", "2"])


def test_ids_are_whole() -> None:
    assert "numbers that are not whole" in refused_column([1.5], "id")


def test_pii_is_text_and_says_its_kind() -> None:
    found, schema = one([4711.0, None], {"sdtype": "pii", "pii": "phone_number", "nullable": True})
    assert (schema.storage, schema.pii) == ("text", "phone_number")
    assert found[0] == "4711"
    assert found.isna().tolist() == [False, True]


def test_repeated_primary_key() -> None:
    raw = pd.concat([hostile.ordinary(), hostile.ordinary(3)])
    text = refused_table(raw, hostile.ORDINARY, keys={"primary": ["id"]})
    assert "primary key ['id'] repeats in 3 rows" in text


def test_empty_entity_key() -> None:
    raw = hostile.ordinary().assign(id=pd.Series([None, *range(1, 120)], dtype="Int64"))
    columns = {**hostile.ORDINARY, "id": {"sdtype": "id", "nullable": True}}
    assert "entity key ['id'] is empty in 1 rows" in refused_table(raw, columns, keys={"entity": ["id"]})


@pytest.mark.parametrize("value", [b"bytes", [1, 2], {"a": 1}, timedelta(1)])
def test_values_no_column_can_hold(value: Any) -> None:
    assert "which no column can hold" in refused_column([value], "categorical")
