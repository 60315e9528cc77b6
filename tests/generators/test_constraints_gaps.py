"""Inequalities and ranges as gaps: any table, any precision, missing values and ties; and what cannot be a gap."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from constrained_tables import constraints
from generator_tables import categorical, column, numerical, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.generators.columns import Codec
from headwater.generators.constraints.gaps import floors, reflect
from headwater.generators.errors import FitError
from headwater.generators.registry import create

KINDS = ("integer", "cents", "tenths", "real", "date", "timestamp")
FAMILY = {"date": "time", "timestamp": "time"}


def drawn(kind: str, rng: np.random.Generator, rows: int) -> Any:
    """Numbers or instants of one kind, with many ties."""
    base = rng.integers(-40, 40, rows)
    match kind:
        case "integer":
            return base
        case "cents":
            return np.round(base / 8, 2)
        case "tenths":
            return np.round(base / 10, 1)
        case "real":
            return base + rng.choice([0.0, rng.random()], rows)
        case "date":
            return np.datetime64("2024-02-28", "us") + base * np.timedelta64(1, "D")
        case _:
            return np.datetime64("2024-02-28T12:00:00", "us") + base * np.timedelta64(7_001, "s")


def described(name: str, kind: str) -> Any:
    if kind in FAMILY:
        return column(name, "datetime", kind, nullable=True)
    storage = "integer" if kind == "integer" else "real"
    return numerical(name, storage, {"cents": 2, "tenths": 1}.get(kind), nullable=True)


def ordered(rows: pd.DataFrame, low: str, high: str, *, strict: bool) -> pd.Series:
    """Which rows are in order, missing ones among them, by plain comparison of the frame."""
    one, other = rows[low], rows[high]
    if one.dtype.kind != "M":
        one, other = one.astype("Float64"), other.astype("Float64")
    return ((one < other) if strict else (one <= other)).fillna(True) | one.isna() | other.isna()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    low=st.sampled_from(KINDS),
    high=st.sampled_from(KINDS),
    strict=st.booleans(),
    absent=st.tuples(*[st.sampled_from([0.0, 0.3, 0.9])] * 2),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_order_holds_in_any_table(
    low: str, high: str, strict: bool, absent: tuple[float, float], seed: int
) -> None:
    if FAMILY.get(low) != FAMILY.get(high):
        return
    rng = np.random.Generator(np.random.PCG64(seed))
    rows = 120
    values = {"low": pd.Series(drawn(low, rng, rows)), "high": pd.Series(drawn(high, rng, rows))}
    for name, share in zip(values, absent, strict=True):
        values[name] = values[name].mask(rng.random(rows) < share)
    columns = [described("low", low), described("high", high), categorical("g", ("a", "b"))]
    frame, schema = table(columns, {**values, "g": rng.choice(["a", "b"], rows)})
    frame = frame[ordered(frame, "low", "high", strict=strict)].reset_index(drop=True)
    if len(frame) < 2:
        return
    kept = constraints({"kind": "inequality", "low": "low", "high": "high", "strict": strict})
    member = create("trees", {"leaf": 5}, kept).fit(frame, schema, seed)
    made = member.sample(400, seed % 1_000)
    assert ordered(made, "low", "high", strict=strict).all()
    assert made.dtypes.equals(frame.dtypes)
    for name in ("low", "high"):
        known, real = made[name].dropna(), frame[name].dropna()
        assert len(known) == 0 or (known.min() >= real.min() and known.max() <= real.max())
        assert abs(made[name].isna().mean() - frame[name].isna().mean()) < 0.25
    assert _on_lattice(made["high"].dropna(), high)


def _on_lattice(values: pd.Series, kind: str) -> bool:
    if kind == "date":
        return bool((values == values.dt.normalize()).all())
    if kind in ("cents", "tenths"):
        return bool((values == values.round({"cents": 2, "tenths": 1}[kind])).all())
    return True


CHAINS: list[list[dict[str, Any]]] = [
    [{"kind": "inequality", "low": "a", "high": "b"}, {"kind": "inequality", "low": "b", "high": "c"}],
    [{"kind": "inequality", "low": "a", "high": "c"}, {"kind": "inequality", "low": "b", "high": "c", "strict": True}],
    [{"kind": "range", "low": "a", "middle": "b", "high": "c"}, {"kind": "inequality", "low": "b", "high": "d"}],
    [{"kind": "inequality", "low": "a", "high": "c"}, {"kind": "fixed_combinations", "columns": ["a", "d"]}],
    [{"kind": "inequality", "low": "a", "high": "c"}, {"kind": "fixed_combinations", "columns": ["c", "d"]}],
    [{"kind": "inequality", "low": "a", "high": "b"}, {"kind": "fixed_combinations", "columns": ["a", "b"]}],
    [{"kind": "fixed_combinations", "columns": ["a", "b"]}, {"kind": "fixed_combinations", "columns": ["b", "d"]}],
]


@pytest.mark.parametrize("declared", CHAINS)
def test_constraints_that_share_columns_hold_together(declared: list[dict[str, Any]]) -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    rows = 400
    a = rng.integers(0, 6, rows)
    b = a + rng.integers(0, 3, rows)
    values = {"a": a, "b": b, "c": b + 1 + rng.integers(0, 5, rows), "d": b + a % 2}
    frame, schema = table([numerical(name, "integer") for name in values], values)
    made = create("trees", {}, constraints(*declared)).fit(frame, schema, 1).sample(3_000, 2)
    for one in declared:
        names = one.get("columns") or [one[key] for key in ("low", "middle", "high") if key in one]
        if one["kind"] == "fixed_combinations":
            real = set(frame[names].itertuples(index=False, name=None))
            assert set(made[names].itertuples(index=False, name=None)) <= real
        else:
            assert all(ordered(made, x, y, strict="strict" in one).all() for x, y in pairwise(names))
    assert made.equals(create("trees", {}, constraints(*declared)).fit(frame, schema, 1).sample(3_000, 2))


def test_a_range_without_its_middle_still_holds() -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    low = rng.integers(0, 90, 300)
    values = {
        "a": low,
        "b": pd.array([None] * 290 + low[290:].tolist(), dtype="Int64"),
        "c": low + rng.integers(0, 9, 300),
    }
    columns = [numerical("a", "integer"), numerical("b", "integer", nullable=True), numerical("c", "integer")]
    frame, schema = table(columns, values)
    kept = constraints({"kind": "range", "low": "a", "middle": "b", "high": "c"})
    made = create("trees", {}, kept).fit(frame, schema, 1).sample(2_000, 2)
    assert (made["a"] <= made["c"]).all()
    assert made["b"].isna().mean() > 0.9


def test_a_gap_too_wide_to_count_is_drawn_again() -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    low = np.where(rng.random(80) < 0.5, -(2**63), -5)
    frame, schema = table(
        [numerical("low", "integer"), numerical("high", "integer")], {"low": low, "high": np.abs(low + 1)}
    )
    kept = constraints({"kind": "inequality", "low": "low", "high": "high"})
    made = create("trees", {}, kept).fit(frame, schema, 1).sample(300, 2)
    assert (made["low"] <= made["high"]).all()


def test_real_rows_that_break_it_are_counted_and_not_shown() -> None:
    frame, schema = table(
        [numerical("low", "integer"), numerical("high", "integer")], {"low": [1, 77], "high": [2, 66]}
    )
    kept = constraints({"kind": "inequality", "low": "low", "high": "high"})
    with pytest.raises(
        FitError, match="1 of 2 real rows break the constraint inequality low <= high; correct"
    ) as caught:
        create("trees", {}, kept).fit(frame, schema, 1)
    assert "77" not in str(caught.value)


def test_floors_by_hand() -> None:
    day, hour = Codec(0, "lattice", unit=86_400_000_000), Codec(0, "lattice", unit=3_600_000_000)
    cents, whole, real = Codec(0, "lattice", unit=100), Codec(0, "lattice"), Codec(0, "real")
    hours = np.array([0, 1, 24, -1])
    assert floors(hours, hour, day, is_time=True, strict=False).tolist() == [0, 1, 1, 0]
    assert floors(hours, hour, day, is_time=True, strict=True).tolist() == [1, 1, 2, 0]
    assert floors(hours, day, hour, is_time=True, strict=True).tolist() == [1, 25, 577, -23]
    assert floors(np.array([150, 200, -1]), cents, whole, is_time=False, strict=False).tolist() == [2, 2, 0]
    assert floors(np.array([3]), whole, cents, is_time=False, strict=True).tolist() == [301]
    assert floors(np.array([0.57, 0.56, 0.561]), real, cents, is_time=False, strict=False).tolist() == [57, 56, 57]
    assert floors(np.array([0.57, 0.56, 0.561]), real, cents, is_time=False, strict=True).tolist() == [58, 57, 57]
    assert floors(np.array([1.5]), real, real, is_time=False, strict=True)[0] > 1.5


def test_what_leaves_the_range_is_mirrored() -> None:
    low, high = np.full(7, 2), np.full(7, 5)
    assert reflect(np.array([1, 2, 5, 6, 7, 10, -2]), low, high).tolist() == [2, 2, 5, 5, 4, 2, 5]
    assert reflect(np.array([4, 9]), np.array([4, 4]), np.array([4, 4])).tolist() == [4, 4]
    one = np.ones(4)
    assert reflect(np.array([1.0, 1.25, 2.5, 0.25]), one, one * 2).tolist() == [1.0, 1.25, 1.5, 1.75]
