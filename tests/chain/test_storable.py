"""Which rows of an earlier table the table of today has a place for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from headwater.chain.fitting import storable
from headwater.tables.schema import ColumnSchema, TableSchema


def of(values: pd.Series, **column: object) -> list[bool]:
    facts = {"name": "x", "sdtype": "numerical", "storage": "integer", "nullable": False, **column}
    return storable(pd.DataFrame({"x": values}), TableSchema(columns=(ColumnSchema(**facts),))).tolist()


def test_categories_of_any_type() -> None:
    kept = {"sdtype": "categorical", "storage": "text", "categories": ("a", "b")}
    assert of(pd.Series(["a", "c", None, "b"]), **kept) == [True, False, True, True]
    assert of(pd.Series(["a", "c", None], dtype="category"), **kept) == [True, False, True]
    whole = {"sdtype": "categorical", "storage": "integer", "categories": (1, 2)}
    assert of(pd.Series([1, 3, 2]), **whole) == [True, False, True]
    assert of(pd.Series(["1", "2"]), **whole) == [False, False], "text is no number"


def test_fractions_among_whole_numbers_and_times_among_dates() -> None:
    assert of(pd.Series([1.0, 1.5, np.nan])) == [True, False, True]
    assert of(pd.Series([1, 2], dtype="Int64")) == [True, True]
    times = pd.Series(np.array(["2026-01-01", "2026-01-01T09:00", "NaT"], dtype="datetime64[us]"))
    assert of(times, sdtype="datetime", storage="date") == [True, False, True]
    assert of(times, sdtype="datetime", storage="timestamp") == [True, True, True]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(KeyError, match="x"):
        storable(
            pd.DataFrame({"y": [1]}),
            TableSchema(columns=(ColumnSchema(name="x", sdtype="numerical", storage="integer", nullable=False),)),
        )
