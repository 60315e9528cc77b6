"""The mixture's densities and conditional draws against enumeration, integration, hand and rejection."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from generator_tables import categorical, column, mixed, numerical, table

from headwater.generators.mixture.generator import Mixture
from headwater.tables.frames import conform
from headwater.tables.schema import TableSchema

LETTERS, NUMBERS, DAYS = (*"abc", None), (*range(9), None), pd.date_range("2024-01-01", periods=5)


def tiny(rows: int = 400) -> tuple[pd.DataFrame, TableSchema]:
    """Three columns whose values can be counted: 4 × 10 × 5."""
    rng = np.random.Generator(np.random.PCG64(3))
    letter = rng.choice(np.array(LETTERS, dtype=object), rows, p=[0.5, 0.2, 0.2, 0.1])
    number = np.minimum(rng.poisson(np.where(letter == "a", 1.0, 4.0)), 8)
    day = DAYS.to_numpy()[np.minimum(number // 2 + (rng.random(rows) < 0.3), 4)]
    missing = rng.random(rows) < np.where(letter == "b", 0.4, 0.05)
    values = {"letter": letter, "number": pd.array(number, dtype="Int64"), "day": day}
    values["number"][missing] = pd.NA
    columns = [
        categorical("letter", tuple("abc"), nullable=True),
        numerical("number", "integer", nullable=True),
        column("day", "datetime", "date"),
    ]
    return table(columns, values)


def every_row(schema: TableSchema) -> pd.DataFrame:
    rows = pd.DataFrame(list(itertools.product(LETTERS, NUMBERS, DAYS)), columns=schema.names, dtype=object)
    return conform(rows, schema)


@pytest.mark.parametrize("settings", [{"classes": 1}, {"classes": 6}, {"classes": 6, "cells": 1, "bins": 3}])
def test_densities_of_all_possible_rows_sum_to_one(settings: dict[str, Any]) -> None:
    frame, schema = tiny()
    fitted = Mixture(**settings).fit(frame, schema, seed=1)
    assert np.exp(fitted.density(every_row(schema))).sum() == pytest.approx(1.0, abs=1e-9)
    assert np.isfinite(fitted.density(frame)).all()


def test_a_density_computed_by_hand() -> None:
    values = {"g": ["a"] * 6 + ["b"] * 4, "x": range(10)}
    frame, schema = table([categorical("g", ("a", "b", "c")), numerical("x", "integer")], values)
    fitted = Mixture(classes=1, cells=1).fit(frame, schema, seed=1)
    # Ten numbers in intervals of 0–4 and 5–9, five rows each: every number has a tenth.
    expected = [np.log(0.6 * 0.1)] * 6 + [np.log(0.4 * 0.1)] * 4
    assert fitted.density(frame) == pytest.approx(expected, abs=1e-6)
    unseen = conform(pd.DataFrame({"g": ["c", "a", "a"], "x": [3, 10, -1]}), schema)
    assert np.isneginf(fitted.density(unseen)).all()


def test_the_density_of_reals_integrates_to_one() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    x = np.where(rng.random(500) < 0.2, 5.0, rng.gamma(2.0, 2.0, 500))
    x[:50] = np.nan
    frame, schema = table([numerical("x", nullable=True)], {"x": x})
    fitted = Mixture(bins=12).fit(frame, schema, seed=1)
    low, high = np.nanmin(x), np.nanmax(x)
    grid = low + (high - low) * (np.arange(400_000) + 0.5) / 400_000
    area = np.exp(fitted.density(conform(pd.DataFrame({"x": grid}), schema))).mean() * (high - low)
    atom, missing = np.exp(fitted.density(conform(pd.DataFrame({"x": [5.0, np.nan]}), schema)))
    assert atom == pytest.approx(np.mean(x == 5.0), abs=1e-3)
    assert missing == pytest.approx(0.1, abs=1e-3)
    assert area + atom + missing == pytest.approx(1.0, abs=2e-3)


def test_decimals_and_instants_off_the_lattice_have_no_density() -> None:
    values = {
        "price": [1.25, 2.5, 3.75] * 10,
        "seen": np.array(["2024-01-01T00:00:01", "2024-01-01T00:00:05"] * 15, "M8[us]"),
    }
    frame, schema = table([numerical("price", decimals=2), column("seen", "datetime", "timestamp")], values)
    fitted = Mixture().fit(frame, schema, seed=1)
    off = conform(
        pd.DataFrame(
            {"price": [1.25, 1.251], "seen": np.array(["2024-01-01T00:00:01.5", "2024-01-01T00:00:01"], "M8[us]")}
        ),
        schema,
    )
    assert np.isneginf(fitted.density(off)).all()
    assert np.isfinite(fitted.density(frame)).all()


def test_rows_of_another_shape_have_no_density() -> None:
    frame, schema = tiny()
    fitted = Mixture(classes=2).fit(frame, schema, seed=1)
    with pytest.raises(ValueError, match="do not conform"):
        fitted.density(frame.drop(columns="day"))
    with pytest.raises(ValueError, match="do not conform"):
        fitted.density(frame.assign(letter=frame["letter"].astype(object)))


def test_samples_follow_the_density() -> None:
    frame, schema = tiny()
    fitted = Mixture(classes=6).fit(frame, schema, seed=1)
    assert _distance(fitted.sample(200_000, 5), np.ones(200, dtype=bool), fitted, schema) < 0.016


@pytest.mark.parametrize("cells", [1, 128])
@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({"letter": "b"}, lambda f: f["letter"] == "b"),
        ({"letter": None}, lambda f: f["letter"].isna()),
        ({"number": (3, 5)}, lambda f: f["number"].between(3, 5)),
        ({"number": None, "letter": "b"}, lambda f: f["number"].isna() & (f["letter"] == "b")),
        (
            {"day": ("2024-01-02", "2024-01-03"), "letter": "a"},
            lambda f: f["day"].dt.day.between(2, 3) & (f["letter"] == "a"),
        ),
        ({"number": 7}, lambda f: f["number"] == 7),
    ],
)
def test_conditional_draws_follow_the_enumerated_conditional(
    conditions: dict[str, Any], holds: Any, cells: int
) -> None:
    frame, schema = tiny()
    # Three bins, so that ranges cut bins.
    fitted = Mixture(classes=6, bins=3, cells=cells).fit(frame, schema, seed=1)
    found = fitted.sample_where(conditions, 100_000, seed=7)
    assert found.missing == 0
    allowed = holds(every_row(schema)).fillna(False).to_numpy(dtype=bool)
    assert _distance(found.rows, allowed, fitted, schema) < 0.02


def test_a_range_that_cuts_a_bin_of_reals_agrees_with_rejection() -> None:
    from scipy.stats import ks_2samp

    frame, schema = mixed(2_000)
    fitted = Mixture(bins=4).fit(frame, schema, seed=1)
    plain = fitted.sample(300_000, 1)
    kept = plain[plain["weight"].between(66.3, 71.9) & (plain["group"] == "c")]
    found = fitted.sample_where({"weight": (66.3, 71.9), "group": "c"}, len(kept), 2).rows
    assert len(kept) > 3_000
    for name in ("weight", "price", "gain"):
        assert ks_2samp(kept[name].dropna().astype(float), found[name].dropna().astype(float)).pvalue > 0.001
    assert found["colour"].isna().mean() == pytest.approx(kept["colour"].isna().mean(), abs=0.03)


def test_a_rare_condition_is_met_by_every_row() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    group = rng.choice(np.array(["rare", "often", "mostly"], dtype=object), 20_000, p=[0.0004, 0.2, 0.7996])
    values = {"group": group, "x": rng.normal(np.where(group == "rare", 9.0, 0.0), 1.0), "y": rng.random(20_000)}
    frame, schema = table([categorical("group", ("mostly", "often", "rare")), numerical("x"), numerical("y")], values)
    fitted = Mixture().fit(frame, schema, seed=1)
    found = fitted.sample_where({"group": "rare", "y": (0.5, None)}, 1_000, seed=1)
    assert found.missing == 0
    assert (found.rows["group"] == "rare").all()
    assert (found.rows["y"] >= 0.5).all()


def test_a_single_real_value_has_no_probability_but_an_atom_has() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    frame, schema = table([numerical("x")], {"x": np.where(rng.random(300) < 0.2, 0.5, rng.random(300))})
    fitted = Mixture().fit(frame, schema, seed=1)
    assert fitted.sample_where({"x": float(frame["x"].max() / 3)}, 10, 1).missing == 10
    atoms = fitted.sample_where({"x": 0.5}, 10, 1)
    assert (atoms.rows["x"] == 0.5).all()
    assert len(atoms.rows) == 10


def _distance(made: pd.DataFrame, allowed: np.ndarray, fitted: Mixture, schema: TableSchema) -> float:
    """Total variation between the shares of made rows and the model's own, over all possible rows."""
    rows = every_row(schema)
    expected = np.where(allowed, np.exp(fitted.density(rows)), 0.0)
    keys = pd.util.hash_pandas_object(rows.astype(str), index=False)
    counts = pd.util.hash_pandas_object(made.astype(str), index=False).value_counts()
    found = counts.reindex(keys).fillna(0).to_numpy() / len(made)
    return float(np.abs(found - expected / expected.sum()).sum() / 2)
