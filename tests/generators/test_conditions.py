"""Conditions as numbers: which rows meet them, counted by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from generator_tables import categorical, column, numerical, table

from headwater.generators.columns import encode, learn
from headwater.generators.conditions import wanted


def meets(schema_column: Any, values: list[Any], asked: Any) -> list[bool]:
    frame, schema = table([schema_column], {"x": values})
    codec = learn(frame["x"], schema_column, 0)
    numbers = encode(frame["x"], schema_column, codec)
    found: np.ndarray = wanted({"x": asked}, schema, {0: codec})[0].holds(numbers, frame["x"].isna().to_numpy())
    return [bool(one) for one in found]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (2, [False, True, False, False]),
        (2.0, [False, True, False, False]),
        (2.5, [False, False, False, False]),
        ((1.5, 3), [False, True, True, False]),
        ((None, 2.9), [True, True, False, False]),
        ((2, None), [False, True, True, False]),
        ((None, None), [True, True, True, False]),
        ((None, float("inf")), [True, True, True, False]),
        (None, [False, False, False, True]),
        (float("nan"), [False, False, False, True]),
    ],
)
def test_integers(asked: Any, expected: list[bool]) -> None:
    assert meets(numerical("x", "integer", nullable=True), [1, 2, 3, None], asked) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(0.29, [True, False]), ((0.29, 0.3), [True, True]), ((0.291, 0.3), [False, True]), ((0.28, 0.299), [True, False])],
)
def test_decimals_are_compared_as_decimals(asked: Any, expected: list[bool]) -> None:
    assert meets(numerical("x", "real", 2), [0.29, 0.3], asked) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2024-02-01", [False, True]),
        (date(2024, 1, 31), [True, False]),
        (datetime(2024, 1, 31, 12), [False, False]),  # noqa: DTZ001 - columns have no zone
        ((None, datetime(2024, 1, 31, 12)), [True, False]),  # noqa: DTZ001
        ((np.datetime64("2024-01-31"), "2024-02-01"), [True, True]),
    ],
)
def test_dates(asked: Any, expected: list[bool]) -> None:
    assert meets(column("x", "datetime", "date"), ["2024-01-31", "2024-02-01"], asked) == expected


def test_true_is_not_the_category_one() -> None:
    grade = categorical("x", (0, 1, 2), "integer")
    assert meets(grade, [0, 1, 2], 1) == [False, True, False]
    assert meets(grade, [0, 1, 2], (1, None)) == [False, True, True]
    with pytest.raises(ValueError, match="no such category"):
        meets(grade, [0, 1, 2], True)
    with pytest.raises(ValueError, match="has no order"):
        meets(grade, [0, 1, 2], (1, 2, 3))
