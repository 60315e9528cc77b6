"""A column as numbers or codes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from headwater.checks.arrays import category_names, codes, numbers
from headwater.checks.refusal import CannotJudgeError
from headwater.tables.schema import ColumnSchema

LETTER = ColumnSchema(name="letter", sdtype="categorical", storage="text", nullable=True, categories=("a", "b", "c"))
FLAG = ColumnSchema(name="flag", sdtype="boolean", storage="boolean", nullable=True)


@pytest.mark.parametrize("dtype", [pd.CategoricalDtype(["a", "b", "c"]), pd.CategoricalDtype(["c", "a"]), object])
def test_codes_are_places_in_the_schema_whatever_the_frame_says(dtype: Any) -> None:
    assert codes(pd.Series(["c", None, "a"], dtype=dtype), LETTER).tolist() == [2, -1, 0]


@pytest.mark.parametrize("dtype", [pd.CategoricalDtype(["a", "secret"]), object])
def test_a_foreign_category_is_refused_without_being_named(dtype: Any) -> None:
    with pytest.raises(CannotJudgeError, match="'letter' holds 1 values") as caught:
        codes(pd.Series(["a", "secret"], dtype=dtype), LETTER)
    assert "secret" not in str(caught.value)


def test_booleans_are_codes_too() -> None:
    assert codes(pd.Series([True, None, False], dtype="boolean"), FLAG).tolist() == [1, -1, 0]
    assert category_names(FLAG) == ("False", "True")


def test_a_categorical_column_without_categories_is_refused() -> None:
    column = LETTER.model_copy(update={"categories": None})
    with pytest.raises(CannotJudgeError, match="lists no categories"):
        codes(pd.Series(["a"]), column)


def test_numbers_of_nullable_integers_and_of_far_dates() -> None:
    assert np.array_equal(numbers(pd.Series([1, None], dtype="Int64")), [1.0, np.nan], equal_nan=True)
    days = pd.Series(np.array(["1969-12-31", "NaT", "2300-01-01"], dtype="datetime64[us]"))
    assert np.array_equal(numbers(days), [-86_400.0, np.nan, 10_413_792_000.0], equal_nan=True)
