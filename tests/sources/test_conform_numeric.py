"""Numerical columns: storage, exactness, range, infinities, mixtures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from tests.sources import hostile
from tests.sources.conforming import one, refused_column, refused_table

from headwater.sources.conform import conform_source


@pytest.mark.parametrize(
    ("values", "storage", "decimals"),
    [
        ([1, 2], "integer", None),
        ([1.0, 2.0], "integer", None),
        ([Decimal(1), Decimal("2.00")], "integer", None),
        ([1, 2.5], "real", 1),
        ([Decimal("0.25")], "real", 2),
        ([0.1, 0.285, 7.0], "real", 3),
        ([1e-10], "real", 10),
        ([1e-11], "real", None),
        ([1 / 3], "real", None),
        ([1e300, 2e300], "real", 0),
        ([2**62 + 1], "integer", None),
        ([2**70], "real", 0),
    ],
)
def test_storage_and_decimals(values: list[Any], storage: str, decimals: int | None) -> None:
    found, schema = one(values, "numerical")
    assert (schema.storage, schema.decimals) == (storage, decimals)
    assert [float(value) for value in found] == [float(value) for value in values]


def test_big_integers_with_missing_stay_exact() -> None:
    raw = pa.table({"x": pa.array([2**62 + 1, None] * 60), "y": pa.array([1.5] * 120)})
    spec = hostile.spec_of({"x": {"sdtype": "numerical", "nullable": True}, "y": "numerical"})
    frame, _ = conform_source(raw, spec)
    assert frame["x"][0] == 2**62 + 1


def test_unsigned_past_int64_becomes_real() -> None:
    found, schema = one(pd.Series([2**63 + 2**20], dtype="uint64"), "numerical")
    assert schema.storage == "real"
    assert found[0] == float(2**63 + 2**20)


def test_decimals_of_the_spec_win() -> None:
    _, schema = one([1.0, 2.0], {"sdtype": "numerical", "decimals": 2})
    assert (schema.storage, schema.decimals) == ("real", 2)


@pytest.mark.parametrize("decimals", [0, 1])
def test_decimals_of_the_spec_are_verified(decimals: int) -> None:
    text = refused_column([1.25, 2.0], {"sdtype": "numerical", "decimals": decimals})
    assert f"10 values with more than {decimals} digits" in text


def test_infinities_are_counted() -> None:
    text = refused_table(hostile.infinities(), hostile.ORDINARY)
    assert "Column 'height' holds 3 infinite values" in text


def test_mixed_is_counted_and_no_value_shown() -> None:
    text = refused_table(hostile.mixed(), hostile.ORDINARY)
    assert "Column 'height' mixes numbers (118 values) and text (2 values)" in text
    assert "SECRET" not in text


def test_text_is_retyped() -> None:
    assert "is numerical in the spec and holds text" in refused_column(["a", "b"], "numerical")
    assert "numbers written as text" in refused_column(["1", "2"], "numerical")


def test_range_counts_only() -> None:
    text = refused_column([-77, 5, 9999.5, 5], {"sdtype": "numerical", "min": 0, "max": 10})
    assert "holds 10 values outside the spec's range 0 to 10" in text
    assert "77" not in text
    assert "9999" not in text


def test_booleans_are_no_numbers() -> None:
    assert "holds booleans" in refused_column([True, False], "numerical")
