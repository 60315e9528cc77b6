"""Columns as numbers and back, on hand-made values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from generator_tables import categorical, column, numerical, table

from headwater.generators.columns import Codec, decode, empty_table, encode, learn

DAY = 86_400_000_000


@pytest.mark.parametrize(
    ("schema_column", "values", "codec", "numbers"),
    [
        (numerical("x", "integer", nullable=True), [3, None, -2], Codec(0, "lattice", low=-2, high=3), [3, -2, -2]),
        (numerical("x", "real", 2), [0.29, 1.1, -0.07], Codec(0, "lattice", unit=100, low=-7, high=110), [29, 110, -7]),
        (numerical("x", "real", None), [0.5, 1.25, 3.0], Codec(0, "real", low=0.5, high=3.0), [0.5, 1.25, 3.0]),
        (numerical("x", "real", 2), [1e15, 0.5], Codec(0, "real", low=0.5, high=1e15), [1e15, 0.5]),
        (numerical("x", nullable=True), [None, None], Codec(0, "null"), [-1, -1]),
        (categorical("x", ("a", "b")), ["b", "a", None], Codec(0, "codes", levels=2), [1, 0, -1]),
        (column("x", "boolean", "boolean"), [True, None, False], Codec(0, "codes", levels=2), [1, -1, 0]),
        (
            column("x", "datetime", "date"),
            ["1970-01-03", "1969-12-31"],
            Codec(0, "lattice", unit=DAY, low=-1, high=2),
            [2, -1],
        ),
        (
            column("x", "datetime", "timestamp"),
            ["1970-01-01 00:02", "1969-12-31 23:59"],
            Codec(0, "lattice", unit=60_000_000, low=-1, high=2),
            [2, -1],
        ),
    ],
)
def test_columns_become_numbers_and_come_back(
    schema_column: Any, values: list[Any], codec: Codec, numbers: list[Any]
) -> None:
    frame, schema = table([schema_column], {"x": pd.Series(values, dtype=object)})
    found = learn(frame["x"], schema_column, 0)
    assert found == codec
    assert Codec(**found.to_json()) == found
    encoded = encode(frame["x"], schema_column, found)
    assert encoded.tolist() == numbers
    missing = frame["x"].isna().to_numpy()
    back = decode(encoded, missing if missing.any() else None, schema_column, found, empty_table(schema)["x"])
    pd.testing.assert_series_equal(back, frame["x"], check_names=False)


def test_decimals_come_back_as_the_very_same_doubles() -> None:
    cents = np.arange(-100_000, 100_000)
    reals = np.array([float(f"{cent / 100:.2f}") for cent in cents])
    schema_column = numerical("x", "real", 2)
    frame, schema = table([schema_column], {"x": reals})
    codec = learn(frame["x"], schema_column, 0)
    back = decode(encode(frame["x"], schema_column, codec), None, schema_column, codec, empty_table(schema)["x"])
    assert np.array_equal(back.to_numpy(), reals)


def test_a_sum_that_rounds_beyond_the_range_is_held_within() -> None:
    codec = Codec(0, "real", low=-39.5, high=39.0)
    schema_column = numerical("x", "real", None)
    like = empty_table(table([schema_column], {"x": [0.5]})[1])["x"]
    beyond = np.array([np.nextafter(39.0, 40.0), -39.5, 12.25])
    assert decode(beyond, None, schema_column, codec, like).tolist() == [39.0, -39.5, 12.25]
