"""Values that an earlier schema does not hold: each kind is found, counted, dropped, and never shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from townspeople import SCHEMA, people

from headwater.checks.newcomers import Fitted, fitted, reshaped
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

TRAIN = people(1_000, 1)
DIGITS = TableSchema(
    columns=(
        ColumnSchema(name="price", sdtype="numerical", storage="real", nullable=True, decimals=2),
        ColumnSchema(name="code", sdtype="categorical", storage="integer", nullable=False, categories=(1, 2)),
    )
)


def changed(name: str, **changes: Any) -> TableSchema:
    return TableSchema(
        columns=tuple(each.model_copy(update=changes) if each.name == name else each for each in SCHEMA.columns)
    )


def with_city(rows: pd.DataFrame, cities: list[str]) -> pd.DataFrame:
    values = rows["city"].astype(object)
    values.iloc[: len(cities)] = cities
    return rows.assign(city=pd.Categorical(values))


def test_rows_that_fit_all_stay_and_ids_are_left_out() -> None:
    found = fitted(people(500, 2), TRAIN, SCHEMA)
    assert found.newcomers == ()
    assert len(found.frame) == 500
    assert "id" not in found.frame
    assert found.tests > 0


@pytest.mark.parametrize(("count", "chance"), [(1, 1 / 2), (3, 1 / 8), (20, 2.0**-20)])
def test_a_new_category_is_counted_beside_rows_that_have_none(count: int, chance: float) -> None:
    (found,) = fitted(with_city(people(1_000, 2), ["Secret"] * count), TRAIN, SCHEMA).newcomers
    assert (found.column, found.rows, found.kinds) == ("city", count, 1)
    assert found.chance == pytest.approx(chance)
    assert "Secret" not in found.words


def test_many_new_categories_of_one_row_each_are_unlikely_where_none_stood_alone() -> None:
    found = fitted(with_city(people(1_000, 2), [f"c{index}" for index in range(40)]), TRAIN, SCHEMA)
    (newcomers,) = found.newcomers
    assert (newcomers.rows, newcomers.kinds) == (40, 40)
    assert newcomers.chance == pytest.approx(2.0**-40)
    assert len(found.frame) == 960


def test_many_new_categories_are_likely_where_as_many_stood_alone() -> None:
    schema = TableSchema(
        columns=(
            ColumnSchema(
                name="zip",
                sdtype="categorical",
                storage="text",
                nullable=False,
                categories=tuple(f"a{index:03}" for index in range(60)),
            ),
        )
    )
    train = conform(pd.DataFrame({"zip": [f"a{index:03}" for index in range(60)] + ["a000"] * 940}), schema)
    new = pd.DataFrame({"zip": pd.Categorical([f"b{index:03}" for index in range(60)] + ["a000"] * 940)})
    (newcomers,) = fitted(new, train, schema).newcomers
    assert newcomers.chance > 0.4


def fractions(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(weight=rows["weight"].astype(float) + 0.5)


def times(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(joined=rows["joined"] + pd.Timedelta(hours=5))


def gaps(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(height=rows["height"].mask(np.arange(len(rows)) % 2 == 0))


@pytest.mark.parametrize(
    ("change", "column", "what"),
    [(fractions, "weight", "not whole"), (times, "joined", "times of day"), (gaps, "height", "missing values")],
)
def test_values_of_another_form_are_told_and_their_rows_dropped(change: Any, column: str, what: str) -> None:
    found: Fitted = fitted(change(people(400, 2)), TRAIN, SCHEMA)
    (newcomers,) = found.newcomers
    assert newcomers.column == column
    assert what in newcomers.words
    assert newcomers.rows + len(found.frame) == 400
    assert newcomers.chance < 1e-9


def test_more_digits_and_whole_numbers_written_as_fractions() -> None:
    train = conform(pd.DataFrame({"price": [1.25, None, 2.0], "code": [1, 2, 2]}), DIGITS)
    new = pd.DataFrame({"price": [1.251, 3.0, np.nan], "code": pd.Categorical([1.0, 2.0, 1.0])})
    found = fitted(new, train, DIGITS)
    assert [(each.column, each.rows) for each in found.newcomers] == [("price", 1)]
    assert found.frame["code"].tolist() == [2, 1]


def test_a_table_of_another_shape_is_told_column_by_column() -> None:
    assert reshaped(SCHEMA, SCHEMA) == []
    assert reshaped(changed("joined", storage="timestamp"), SCHEMA) == []
    assert reshaped(changed("id", storage="text"), SCHEMA) == []
    without = TableSchema(columns=SCHEMA.columns[:-1])
    assert reshaped(without, SCHEMA) == ["joined is gone"]
    assert reshaped(SCHEMA, without) == ["joined is new"]
    (said,) = reshaped(changed("city", storage="integer"), SCHEMA)
    assert said == "city is categorical of integer values, and was categorical of text values"
    assert len(reshaped(changed("weight", sdtype="categorical"), SCHEMA)) == 1
