"""Values as bins, rows as hashes, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from headwater.checks.coding import COARSE_CATEGORIES, FINE_CATEGORIES, NEAR_SHIFTS, NEAR_WIDTHS, Coder, mix, near_keys
from headwater.checks.refusal import CannotJudgeError
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema


def number(name: str = "x") -> ColumnSchema:
    return ColumnSchema(name=name, sdtype="numerical", storage="real", nullable=True)


def named(categories: tuple[str, ...], name: str = "c") -> ColumnSchema:
    return ColumnSchema(name=name, sdtype="categorical", storage="text", nullable=True, categories=categories)


def coder(column: ColumnSchema, values: Any) -> Coder:
    return Coder.fit(frame(column, values), TableSchema(columns=(column,)))


def frame(column: ColumnSchema, values: Any) -> pd.DataFrame:
    return conform(pd.DataFrame({column.name: values}), TableSchema(columns=(column,)))


def fine(fitted: Coder, values: Any) -> list[int]:
    return fitted.code(frame(fitted.columns[0].column, values)).fine[:, 0].tolist()


def test_an_atom_has_a_bin_of_its_own() -> None:
    """Half of the anchor is 0; 990 other values lie on both sides of it."""
    others = np.concatenate([np.linspace(-5, -1, 495), np.linspace(1, 5, 495)])
    fitted = coder(number(), np.concatenate([np.zeros(990), others]))
    coded = fitted.code(frame(number(), [-1.0, 0.0, 1.0, 0.0]))
    assert len(set(coded.fine[:, 0].tolist())) == 3
    assert len(set(coded.coarse[:, 0].tolist())) == 3
    everything = fine(fitted, others)
    assert fine(fitted, [0.0])[0] not in everything


def test_bins_hold_about_equally_many_rows() -> None:
    values = np.random.default_rng(0).lognormal(size=6_400)
    fitted = coder(number(), values)
    counts = np.bincount(fine(fitted, values))
    assert len(counts) == 64
    assert counts.min() >= 98
    assert counts.max() <= 102


def test_bins_are_closed_above_and_open_at_the_ends() -> None:
    fitted = coder(number(), [1.0, 1.0, 2.0, 2.0, 3.0, 3.0])
    assert fitted.columns[0].labels() == ["≤ 1", "≤ 1.5", "≤ 2", "≤ 2.5", "> 2.5", "(missing)"]
    assert fine(fitted, [-1e300, 1.0, 1.2, 2.0, 3.0, 1e300]) == [0, 0, 1, 2, 4, 4]


def test_missing_is_the_last_bin() -> None:
    fitted = coder(number(), [1.0, 2.0, 3.0, None])
    assert fine(fitted, [None]) == [fitted.columns[0].fine_size - 1] == [fitted.fine_starts[-1] - 1]
    fitted = coder(named(("a", "b")), ["a", "b", "b"])
    assert fine(fitted, ["b", "a", None]) == [0, 1, 2], "by frequency, then missing"
    assert fitted.columns[0].labels() == ["b", "a", "(missing)"]


def test_an_anchor_of_nulls_has_two_bins() -> None:
    fitted = coder(number(), [None, None, None])
    assert fine(fitted, [None, 3.0]) == [1, 0]
    assert fitted.columns[0].labels() == ["all", "(missing)"]
    assert fine(coder(named(()), [None, None]), [None]) == [0]


def test_a_constant_column() -> None:
    fitted = coder(number(), [5.0] * 50)
    assert fine(fitted, [5.0, 4.0, 6.0, None]) == [0, 0, 1, 2]


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinite_numbers_are_refused_by_the_name_of_their_column(value: float) -> None:
    fitted = coder(number("height"), [1.0, 2.0])
    with pytest.raises(CannotJudgeError, match="column 'height' holds 2 infinite values"):
        fitted.code(frame(number("height"), [1.0, value, value]))


def test_foreign_categories_are_refused_without_their_value() -> None:
    fitted = coder(named(("a", "b")), ["a", "b"])
    with pytest.raises(CannotJudgeError, match="1 values that are not among its categories") as told:
        fitted.code(pd.DataFrame({"c": ["a", "secret"]}))
    assert "secret" not in str(told.value)


def test_more_categories_than_rows() -> None:
    names = tuple(f"name{index:03}" for index in range(500))
    fitted = coder(named(names), list(names[:20]))
    found = fine(fitted, [*names, None])
    assert len(set(found)) == 501
    assert fitted.columns[0].fine_size == 501
    assert fitted.columns[0].coarse_size == COARSE_CATEGORIES + 2


def test_too_many_categories_share_a_bin() -> None:
    names = tuple(f"name{index:04}" for index in range(FINE_CATEGORIES + 100))
    fitted = coder(named(names), [*names, names[-1]])
    found = fine(fitted, [names[-1], names[0], names[FINE_CATEGORIES - 1], names[-2], None])
    assert found == [0, 1, FINE_CATEGORIES, FINE_CATEGORIES, FINE_CATEGORIES + 1]
    assert fitted.columns[0].labels()[-2:] == ["(others)", "(missing)"]
    assert len(fitted.columns[0].labels(coarse=True)) == fitted.columns[0].coarse_size


def test_which_bins_are_categories() -> None:
    schema = TableSchema(columns=(number(), named(("a", "b"))))
    rows = conform(pd.DataFrame({"x": [1.0, 1.0, 2.0, 2.0], "c": ["a", "a", "a", "b"]}), schema)
    fitted = Coder.fit(rows, schema)
    assert fitted.is_number.tolist() == [True, False]
    bins = fitted.columns[0].fine_size
    assert fitted.is_category.tolist() == [False] * (bins - 1) + [True] * 4
    assert fitted.fine_starts.tolist() == [0, bins, bins + 3]
    assert fitted.names == ["x", "c"]


def test_identities_are_equal_exactly_where_rows_are() -> None:
    schema = TableSchema(columns=(number(), number("y"), named(("a", "b"))))
    rows = conform(
        pd.DataFrame(
            {
                "x": [1.0, 1.0, 1.0 + 1e-15, 2.0, None, None, 0.0, -0.0, None],
                "y": [2.0, 2.0, 2.0, 1.0, None, None, 0.0, 0.0, None],
                "c": ["a", "a", "a", "a", "a", "a", "b", "b", None],
            }
        ),
        schema,
    )
    identity = Coder.fit(rows, schema).code(rows).identity
    assert identity.dtype == np.uint64
    equal = identity[:, None] == identity
    wanted = np.eye(9, dtype=bool)
    for one, two in ((0, 1), (4, 5), (6, 7)):
        wanted[one, two] = wanted[two, one] = True
    assert np.array_equal(equal, wanted)


def test_identity_follows_from_the_row_alone() -> None:
    schema = TableSchema(columns=(number(), named(("a", "b"))))
    some = conform(pd.DataFrame({"x": [1.0, 2.0], "c": ["a", "b"]}), schema)
    other = conform(pd.DataFrame({"x": [7.0, 2.0, 9.0], "c": ["b", "b", "b"]}), schema)
    one, two = Coder.fit(some, schema).code(some), Coder.fit(other, schema).code(other)
    assert one.identity[1] == two.identity[1], "other bins, the same row"


def test_the_order_of_columns_counts() -> None:
    one, two = np.array([1], dtype=np.uint64), np.array([2], dtype=np.uint64)
    assert mix([one, two]) != mix([two, one])
    assert mix([one, two]).tolist() == mix([one, two]).tolist()


def test_near_rows_share_a_key() -> None:
    """Widths .05 and .15: a hundredth apart shares a cell in most grids, a tenth only at the greater width."""
    scaled = np.array([[0.001], [0.011], [0.101], [3.0], [np.nan], [np.nan]])
    keys = near_keys(scaled, np.zeros(6, dtype=np.uint64))
    assert keys.shape == (6, len(NEAR_WIDTHS), NEAR_SHIFTS)
    near = (keys[:, None] == keys[None]).any(axis=3)
    assert near[0, 1].tolist() == [True, True]
    assert near[0, 2].tolist() == [False, True]
    assert not near[0, 3].any()
    assert near[4, 5].all(), "missing is near missing"
    assert not near[3, 4].any()


def test_near_rows_have_equal_categories() -> None:
    keys = near_keys(np.zeros((2, 1)), np.array([1, 2], dtype=np.uint64))
    assert not (keys[0] == keys[1]).any()


def test_a_table_without_numbers_has_near_keys_too() -> None:
    keys = near_keys(np.empty((2, 0)), np.array([1, 1], dtype=np.uint64))
    assert (keys[0] == keys[1]).all()
