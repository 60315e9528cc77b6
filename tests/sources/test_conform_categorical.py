"""Categorical columns: which categories, of which type, and which are refused."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from tests.sources import hostile
from tests.sources.conforming import one, refused_column, refused_table

from headwater.sources.conform import conform_source


def test_types_are_kept_and_sorted() -> None:
    assert one(["b", "a"], "categorical")[1].categories == ("a", "b")
    assert one([3, 1], "categorical")[1].categories == (1, 3)
    assert one([True, False], "categorical")[1].categories == (False, True)
    assert one([2.5, 1.0], "categorical")[1].categories == (1.0, 2.5)


def test_floats_that_are_integers_become_integers() -> None:
    _, schema = one(pd.Series([np.float32(3), np.float32(1)]), "categorical")
    assert schema.categories == (1, 3)
    assert [type(value) for value in schema.categories or ()] == [int, int]
    assert schema.storage == "integer"


def test_text_stays_exactly() -> None:
    texts = ["01", "1.0", "NA", "None", "nan", " x", "", "TRUE", "a\nb", "\u00e9", "e\u0301"]
    found, schema = one(texts, "categorical", kind="csv")
    assert found.tolist() == texts
    assert schema.categories == tuple(sorted(texts))


def test_declared_numbers_read_from_csv_text() -> None:
    _, schema = one(["3", "1.0"], {"sdtype": "categorical", "values": [1, 2, 3]}, kind="csv")
    assert (schema.storage, schema.categories) == ("integer", (1, 3))


def test_values_outside_the_set_are_counted() -> None:
    text = refused_column(["a", "SECRET", "b", "a"], {"sdtype": "categorical", "values": ["a", "b"]})
    assert "holds 5 values outside the values that the spec allows" in text
    assert "SECRET" not in text


def test_yes_and_no_read_as_booleans_by_yaml() -> None:
    text = refused_column(["yes", "no"], {"sdtype": "categorical", "values": [True, False]})
    assert "in quotes" in text


def test_numbers_declared_as_text() -> None:
    assert "without quotes" in refused_column([1, 2], {"sdtype": "categorical", "values": ["1", "2"]})


def test_mixed() -> None:
    assert "mixes" in refused_column([1, "1"], "categorical")
    assert "mixes" in refused_column([True, 1], "categorical")


def test_too_many() -> None:
    text = refused_table(hostile.many_categories(), {"id": "id", "group": "categorical"})
    assert "20,000 categories" in text
    assert "id, pii or numerical" in text


def test_ten_thousand_are_still_allowed() -> None:
    _, schema = conform_source(
        hostile.many_categories().head(10_000), hostile.spec_of({"id": "id", "group": "categorical"})
    )
    assert len(schema["group"].categories or ()) == 10_000


def test_nul_characters() -> None:
    assert "1 different texts with a NUL" in refused_column(["a\x00b", "c"], "categorical")


def test_pandas_categories() -> None:
    found, schema = one(pd.Series(["b", "a"] * 10, dtype="category"), "categorical")
    assert schema.categories == ("a", "b")
    assert found[:2].tolist() == ["b", "a"]


def test_infinity_is_no_category() -> None:
    assert "infinite" in refused_column([1.0, np.inf], "categorical")


def test_dates_are_no_categories() -> None:
    assert "holds dates or times" in refused_column([date(2024, 1, 1)], "categorical")
