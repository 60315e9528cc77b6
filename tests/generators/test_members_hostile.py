"""Tables that break generators: tiny, empty, constant, oddly named, extreme. Every member must keep these too."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from generator_tables import categorical, column, mixed, numerical, table
from members import MEMBERS

from headwater.generators.errors import FitError
from headwater.generators.registry import create
from headwater.tables.frames import conform, to_arrow

KINDS = tuple(MEMBERS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [2, 3, 50])
def test_tiny_tables_are_learned(kind: str, rows: int) -> None:
    frame, schema = mixed(rows)
    made = create(kind, MEMBERS[kind]).fit(frame, schema, 1).sample(30, 2)
    pd.testing.assert_frame_equal(conform(made, schema), made)
    assert made["weight"].between(frame["weight"].min(), frame["weight"].max()).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [0, 1])
def test_a_table_of_one_row_or_none_is_refused(kind: str, rows: int) -> None:
    frame, schema = mixed(2)
    with pytest.raises(FitError, match=f"{rows} rows to learn from; give at least 2"):
        create(kind, MEMBERS[kind]).fit(frame.iloc[:rows], schema, 1)


HOSTILE = [" ", "a b", 'x"y', "select", "naïve – 列", "c0", "m1", "n" * 200, "%s{0}", "'; drop table x; --"]


@pytest.mark.parametrize("kind", KINDS)
def test_odd_column_names_do_not_matter(kind: str) -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    columns = [numerical(name, nullable=True) for name in HOSTILE]
    frame, schema = table(columns, {name: np.where(rng.random(60) < 0.2, np.nan, rng.random(60)) for name in HOSTILE})
    made = create(kind, MEMBERS[kind]).fit(frame, schema, 1).sample(80, 2)
    assert list(made.columns) == HOSTILE
    assert made.notna().any().all()


@pytest.mark.parametrize("kind", KINDS)
def test_extreme_numbers_and_dates_come_back_within_range(kind: str) -> None:
    whole = [-(2**63), 2**63 - 1, 0, 5, 2**62, -(2**61), 2**53 + 1] * 6
    values = {
        "whole": pd.array(whole, dtype="Int64"),
        "near": pd.array([2**60 + number for number in range(42)], dtype="Int64"),
        "huge": np.array([1.5e308, -1.5e308, 0.0, 1.0, -1e-300, 3.0] * 7),
        "tiny": np.array([1e-310, 5e-324, 0.0, 2e-308, 1e-300, 3e-305] * 7),
        "born": np.array(
            ["0001-01-01", "1969-12-31", "2262-04-12", "9999-12-31", "1600-02-29", "3000-01-01"] * 7, "M8[us]"
        ),
        "seen": np.array(["0001-01-01T00:00:00.000001", "9999-12-31T23:59:59.999999"] * 21, "M8[us]"),
    }
    columns = [numerical("whole", "integer"), numerical("near", "integer"), numerical("huge"), numerical("tiny")]
    columns += [column("born", "datetime", "date"), column("seen", "datetime", "timestamp")]
    frame, schema = table(columns, values)
    made = create(kind, MEMBERS[kind]).fit(frame, schema, 1).sample(300, 2)
    pd.testing.assert_frame_equal(conform(made, schema), made)
    for name in values:
        assert made[name].notna().all()
        assert made[name].min() >= frame[name].min()
        assert made[name].max() <= frame[name].max()
    assert (made["born"].astype("int64") % 86_400_000_000 == 0).all()
    assert to_arrow(made, schema).num_rows == 300


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_learned_is_named(kind: str) -> None:
    infinite = table([numerical("rate")], {"rate": [1.0, np.inf, -np.inf]})
    with pytest.raises(FitError, match="'rate' holds 2 infinite values"):
        create(kind, MEMBERS[kind]).fit(*infinite, seed=1)
    text = table([column("note", "categorical", "text")], {"note": ["a", "b", "c"]})
    with pytest.raises(FitError, match="'note' holds free text"):
        create(kind, MEMBERS[kind]).fit(*text, seed=1)
    personal = table([column("who", "pii", "text"), numerical("x")], {"who": ["a", "b"], "x": [1.0, 2.0]})
    with pytest.raises(FitError, match="'who' does not say which kind"):
        create(kind, MEMBERS[kind]).fit(*personal, seed=1)
    number = table([column("day", "id", "date"), numerical("x")], {"day": ["2020-01-01"] * 2, "x": [1.0, 2.0]})
    with pytest.raises(FitError, match="'day' is stored as date"):
        create(kind, MEMBERS[kind]).fit(*number, seed=1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_without_any_variety_is_returned_as_it_is(kind: str) -> None:
    columns = [categorical("same", ("y", "z")), numerical("none", nullable=True), column("yes", "boolean", "boolean")]
    frame, schema = table(columns, {"same": ["z"] * 5, "none": [np.nan] * 5, "yes": [True] * 5})
    made = create(kind, MEMBERS[kind]).fit(frame, schema, 1).sample(4, 2)
    pd.testing.assert_frame_equal(made, frame.iloc[:4])


@pytest.mark.parametrize("kind", KINDS)
def test_a_constant_that_is_sometimes_missing_keeps_both(kind: str) -> None:
    values = np.where(np.arange(80) % 4 == 0, np.nan, 2.5)
    frame, schema = table(
        [numerical("x", decimals=1, nullable=True), categorical("g", ("a",))], {"x": values, "g": ["a"] * 80}
    )
    made = create(kind, MEMBERS[kind]).fit(frame, schema, 1).sample(2_000, 2)["x"]
    assert set(made.dropna()) == {2.5}
    assert abs(made.isna().mean() - 0.25) < 0.06
