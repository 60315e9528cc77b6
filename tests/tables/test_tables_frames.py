"""The canonical frame and its Arrow form: every storage there and back, and what is refused."""

# ruff: noqa: DTZ001 - times without zone are the subject here

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.tables.frames import ARROW_TYPE, PANDAS_DTYPE, arrow_schema, conform, from_arrow, to_arrow
from headwater.tables.schema import ColumnSchema, Storage, TableSchema

FIRST, LAST = datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)
CELLS: dict[Storage, st.SearchStrategy[Any]] = {
    "integer": st.integers(-(2**63), 2**63 - 1),
    "real": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "text": st.text(st.characters(exclude_categories=["Cs"])),
    "date": st.dates().map(lambda day: datetime(day.year, day.month, day.day)),
    "timestamp": st.datetimes(FIRST, LAST),
}
VALUES: dict[Storage, list[Any]] = {
    "integer": [1, None, 2**62 + 1],
    "real": [1.5, None, -0.0, 1e300],
    "boolean": [True, None, False],
    "text": ["a", "", None, 'é\n"'],
    "date": [date(1600, 1, 1), None, date(2400, 12, 31)],
    "timestamp": [datetime(1600, 1, 1, 1, 2, 3, 4), None, datetime(2400, 12, 31)],
}
CATEGORIES: dict[Storage, tuple[Any, ...]] = {
    "integer": (1, 2, 3),
    "real": (0.5, 2.0),
    "boolean": (False, True),
    "text": ("", "a", "b"),
}


def schema_of(storage: Storage, categories: tuple[Any, ...] | None = None) -> TableSchema:
    sdtype = "categorical" if categories is not None else "numerical"
    column = ColumnSchema.model_validate(
        {"name": "x", "sdtype": sdtype, "storage": storage, "nullable": True, "categories": categories}
    )
    return TableSchema(columns=(column,))


def frame_of(values: list[Any]) -> pd.DataFrame:
    return pd.DataFrame({"x": pd.Series(values, dtype=object)})


def there_and_back(values: list[Any], schema: TableSchema) -> pd.Series:
    frame = conform(frame_of(values), schema)
    table = to_arrow(frame, schema)
    table.validate(full=True)
    assert table.schema == arrow_schema(schema)
    again = from_arrow(table, schema)
    pd.testing.assert_frame_equal(again, frame, check_freq=False)
    assert again["x"].dtype == frame["x"].dtype
    return again["x"]


@pytest.mark.parametrize("storage", VALUES)
@pytest.mark.parametrize("count", [None, 1, 0])
def test_there_and_back(storage: Storage, count: int | None) -> None:
    values = VALUES[storage][:count]
    found = there_and_back(values, schema_of(storage))
    assert str(found.dtype) == PANDAS_DTYPE[storage]
    assert found.isna().tolist() == [value is None for value in values]


@pytest.mark.parametrize("storage", VALUES)
def test_all_missing(storage: Storage) -> None:
    assert there_and_back([None, None], schema_of(storage)).isna().all()


@pytest.mark.parametrize("storage", CATEGORIES)
def test_categories_there_and_back(storage: Storage) -> None:
    categories = CATEGORIES[storage]
    found = there_and_back([categories[-1], None, categories[0]], schema_of(storage, categories))
    assert found.cat.categories.tolist() == list(categories)
    assert found.cat.codes.tolist() == [len(categories) - 1, -1, 0]
    assert there_and_back([], schema_of(storage, categories)).cat.categories.tolist() == list(categories)


def test_no_category_at_all() -> None:
    assert there_and_back([None, None], schema_of("text", ())).isna().all()


def test_more_categories_than_a_byte_counts() -> None:
    names = tuple(f"{number:03}" for number in range(300))
    assert there_and_back(list(names[::-1]), schema_of("text", names)).tolist() == list(names[::-1])


def test_categories_are_in_the_schemas_order_even_when_pandas_calls_them_equal() -> None:
    schema = schema_of("text", ("a", "b"))
    frame = pd.DataFrame({"x": pd.Categorical(["a", "b"], categories=["b", "a"])})
    found = conform(frame, schema)["x"]
    assert found.cat.codes.tolist() == [0, 1]
    assert found.tolist() == ["a", "b"]


def test_far_dates_are_exact() -> None:
    schema = schema_of("timestamp")
    table = to_arrow(conform(frame_of(VALUES["timestamp"]), schema), schema)
    assert table["x"].to_pylist() == VALUES["timestamp"]
    days = to_arrow(conform(frame_of(VALUES["date"]), schema_of("date")), schema_of("date"))
    assert days["x"].to_pylist() == VALUES["date"]


@pytest.mark.parametrize(
    ("storage", "values"),
    [
        ("integer", [1.5]),
        ("integer", [float("inf")]),
        ("integer", ["SECRET"]),
        ("real", ["SECRET"]),
        ("boolean", [2]),
        ("boolean", ["SECRET"]),
        ("date", ["SECRET"]),
        ("date", [datetime(2024, 1, 1, 12)]),
        ("timestamp", ["SECRET"]),
    ],
)
def test_values_of_another_type_are_refused_unseen(storage: Storage, values: list[Any]) -> None:
    with pytest.raises(ValueError, match="column 'x' holds") as caught:
        conform(frame_of(values), schema_of(storage))
    assert "SECRET" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("storage", ["date", "timestamp"])
def test_numbers_are_no_dates(storage: Storage) -> None:
    with pytest.raises(ValueError, match="not"):
        conform(pd.DataFrame({"x": [12_345]}), schema_of(storage))


def test_zones_are_refused() -> None:
    zoned = pd.DataFrame({"x": pd.to_datetime(["2024-01-01T12:00+02:00"])})
    with pytest.raises(ValueError, match="not timestamp"):
        conform(zoned, schema_of("timestamp"))


def test_foreign_categories_are_counted_on_both_ways() -> None:
    schema = schema_of("text", ("a",))
    with pytest.raises(ValueError, match="holds 2 values that are not among its categories"):
        conform(frame_of(["a", "b", "c", None]), schema)
    with pytest.raises(ValueError, match="values that are not among its categories"):
        from_arrow(pa.table({"x": ["a", "b"]}), schema)


def test_columns_are_the_schemas_alone() -> None:
    schema = schema_of("integer")
    frame = pd.DataFrame({"y": [1, 2], "x": [3, 4]}, index=[7, 9])
    found = conform(frame, schema)
    assert list(found.columns) == ["x"]
    assert found.index.equals(pd.RangeIndex(2))
    with pytest.raises(KeyError):
        conform(frame.drop(columns="x"), schema)


def test_chunked_and_dictionary_arrow() -> None:
    schema = schema_of("text", ("a", "b"))
    chunks = pa.chunked_array([pa.array(["b"]).dictionary_encode(), pa.array([None, "a"]).dictionary_encode()])
    found = from_arrow(pa.Table.from_arrays([chunks], names=["x"]), schema)["x"]
    assert found.cat.codes.tolist() == [1, -1, 0]
    assert to_arrow(pd.DataFrame({"x": found}), schema).schema.field("x").type == pa.string()


def test_schema_by_name() -> None:
    schema = schema_of("integer")
    assert schema["x"].storage == "integer"
    with pytest.raises(KeyError):
        schema["y"]
    assert TableSchema.model_validate_json(schema.canonical_json()) == schema
    assert set(ARROW_TYPE) == set(PANDAS_DTYPE) == set(VALUES)


def test_pii_and_ids_are_not_learned() -> None:
    columns = [
        {"name": "a", "sdtype": "id", "storage": "integer", "nullable": False},
        {"name": "b", "sdtype": "pii", "storage": "text", "nullable": False, "pii": "email"},
        {"name": "c", "sdtype": "numerical", "storage": "real", "nullable": False},
    ]
    schema = TableSchema.model_validate({"columns": columns})
    assert [column.name for column in schema.learned] == ["c"]
    assert schema["b"].pii == "email"


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_cells_there_and_back(data: st.DataObject) -> None:
    storage = data.draw(st.sampled_from(list(CELLS)))
    values = data.draw(st.lists(st.none() | CELLS[storage], max_size=8))
    found = there_and_back(values, schema_of(storage))
    for value, cell in zip(values, found, strict=True):
        assert pd.isna(cell) if value is None else cell == value


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_categories_there_and_back(data: st.DataObject) -> None:
    storage = data.draw(st.sampled_from(list(CATEGORIES)))
    pool = data.draw(st.lists(CELLS[storage], min_size=1, max_size=5, unique=True))
    if storage == "real":
        pool = [value + 0.0 for value in pool]  # -0.0 and 0.0 are one category
    values = data.draw(st.lists(st.none() | st.sampled_from(pool), max_size=8))
    found = there_and_back(values, schema_of(storage, tuple(sorted(pool))))
    assert [None if pd.isna(cell) else cell for cell in found] == values
    assert found.cat.codes.dtype.kind == np.dtype("int8").kind
