"""Rows as numbers, on values that can be worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from headwater.checks.encoding import ONE_HOT_MAX, ORDINAL_MAX, Encoder
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

HALF = np.sqrt(0.5)


def encoder(column: ColumnSchema, train: Any) -> tuple[Encoder, TableSchema]:
    schema = TableSchema(columns=(column,))
    return Encoder.fit(conform(pd.DataFrame({column.name: train}), schema), schema), schema


def points(column: ColumnSchema, train: Any, given: Any) -> np.ndarray:
    fitted, schema = encoder(column, train)
    return fitted.distances(conform(pd.DataFrame({column.name: given}), schema))


def number(*, nullable: bool = False) -> ColumnSchema:
    return ColumnSchema(name="x", sdtype="numerical", storage="real", nullable=nullable)


def category(count: int, *, nullable: bool = False) -> ColumnSchema:
    names = tuple(f"c{index:04}" for index in range(count))
    return ColumnSchema(name="x", sdtype="categorical", storage="text", nullable=nullable, categories=names)


def test_numbers_become_mid_ranks_and_an_atom_its_middle() -> None:
    # nine zeros hold ranks 0 to .9, so their middle is .45; 1000 holds .9 to 1, so .95
    found = points(number(), [0.0] * 9 + [1000.0], [0.0, 1000.0, 500.0])
    assert found[:, 0].tolist() == pytest.approx([0.45, 0.95, 0.70])


def test_beyond_the_training_range_the_rank_goes_on_for_one_range() -> None:
    found = points(number(), [0.0, 10.0], [10.0, 15.0, 1e300, -5.0])
    assert found[:, 0].tolist() == pytest.approx([0.75, 1.25, 1.75, -0.25])


def test_a_missing_number_is_about_one_away_from_any_number() -> None:
    found = points(number(nullable=True), [0.0, 1.0, np.nan], [np.nan, 0.0])
    assert found.tolist() == [[0.5, 1.0], [0.25, 0.0]]


def test_missing_where_training_never_was_is_farther_than_any_number() -> None:
    found = points(number(), [0.0, 1.0], [np.nan, -1e300, 1e300])[:, 0]
    assert found[0] > found[2] > found[1]


def test_two_different_categories_are_one_apart() -> None:
    found = points(category(3, nullable=True), ["c0000", "c0001"], ["c0000", "c0001", "c0002", None])
    between = np.linalg.norm(found[:, None] - found[None], axis=2)
    assert between == pytest.approx(1 - np.eye(4))


def test_rare_categories_of_a_huge_column_share_a_place() -> None:
    column = category(ONE_HOT_MAX + 30)
    assert column.categories is not None
    train = [name for name in column.categories for _ in range(2)] + ["c0079"]
    found = points(column, train, ["c0000", "c0060", "c0061", "c0079"])
    assert found.shape == (4, ONE_HOT_MAX + 2)
    assert np.array_equal(found[1], found[2])
    assert found[3, 0] == pytest.approx(HALF), "the most common one comes first, wherever its name stands"


@pytest.mark.parametrize(("train", "given"), [([None, None], [None, 1.0]), ([3.0, 3.0], [3.0, 4.0])])
def test_all_null_and_constant_columns_encode_to_finite_numbers(train: list[Any], given: list[Any]) -> None:
    found = points(number(nullable=True), train, given)
    assert np.isfinite(found).all()
    assert found.dtype == np.float32
    assert not np.array_equal(found[0], found[1])


def test_dates_are_ranked_like_numbers() -> None:
    column = ColumnSchema(name="x", sdtype="datetime", storage="date", nullable=False)
    days = np.array(["1800-01-01", "1800-01-03"], dtype="datetime64[us]")
    between = np.array(["1800-01-02"], dtype="datetime64[us]")
    assert points(column, days, between)[0, 0] == pytest.approx(0.5)


def test_features_keep_numbers_and_code_categories_by_frequency() -> None:
    schema = TableSchema(
        columns=(
            ColumnSchema(name="id", sdtype="id", storage="integer", nullable=False),
            number(nullable=True),
            category(3, nullable=True).model_copy(update={"name": "c"}),
        )
    )
    train = pd.DataFrame({"id": [1, 2, 3], "x": [1.5, 2.5, None], "c": ["c0001", "c0001", "c0002"]})
    fitted = Encoder.fit(conform(train, schema), schema)
    given = pd.DataFrame({"id": [9, 9, 9], "x": [7.5, None, 1.0], "c": ["c0001", None, "c0002"]})
    found = fitted.features(conform(given, schema))
    assert np.array_equal(found, [[7.5, 0], [np.nan, np.nan], [1.0, 1]], equal_nan=True)
    assert fitted.names == ["x", "c"], "ids are never compared"
    assert fitted.categorical.tolist() == [False, True]


def test_rare_categories_share_the_last_feature_code() -> None:
    column = category(600)
    fitted, schema = encoder(column, list(column.categories or ()))
    found = fitted.features(conform(pd.DataFrame({"x": list(column.categories or ())}), schema))
    assert found.max() == ORDINAL_MAX - 1


def test_no_rows_encode_to_no_rows() -> None:
    assert points(category(3), ["c0000"], []).shape == (0, 4)
