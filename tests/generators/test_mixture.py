"""What the mixture learns; what all members keep is in ``test_members``."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from generator_tables import categorical, mixed, numerical, table

from headwater.generators.errors import FitError, ModelFileError, SettingsError
from headwater.generators.mixture.generator import Mixture
from headwater.generators.mixture.storing import KIND, VERSION
from headwater.generators.model_file import pack, unpack
from headwater.tables.schema import TableSchema

HERE = Path(__file__).parent


def blocks(rows: int = 4_000, seed: int = 1) -> tuple[pd.DataFrame, TableSchema]:
    """Five hidden groups that decide a category, a level and the place of a number."""
    rng = np.random.Generator(np.random.PCG64(seed))
    group = rng.integers(0, 5, rows)
    values = {
        "letter": np.array(list("vwxyz"), dtype=object)[
            np.where(rng.random(rows) < 0.9, group, rng.integers(0, 5, rows))
        ],
        "level": np.where(rng.random(rows) < 0.9, (group * 2) % 5, rng.integers(0, 5, rows)),
        "size": rng.normal(10.0 * group, 1.0),
        "height": np.round(rng.normal(-4.0 * group, 1.0), 1),
    }
    columns = [
        categorical("letter", tuple("vwxyz")),
        categorical("level", (0, 1, 2, 3, 4), "integer"),
        numerical("size"),
        numerical("height", "real", 1),
    ]
    return table(columns, values)


@pytest.fixture(scope="module")
def member() -> Mixture:
    return Mixture().fit(*mixed(3_000), seed=1)


def test_classes_are_found_on_held_out_rows() -> None:
    frame, schema = blocks()
    found = Mixture(cells=1).fit(frame, schema, seed=1)
    assert found.fitted_classes >= 5
    rng = np.random.Generator(np.random.PCG64(2))
    apart = pd.DataFrame({name: rng.permutation(frame[name]) for name in frame}).astype(frame.dtypes)
    assert Mixture(cells=1).fit(apart, schema, seed=1).fitted_classes == 1


def test_what_belongs_together_stays_together() -> None:
    frame, schema = blocks()
    made = Mixture().fit(frame, schema, seed=1).sample(8_000, 1)
    for one, other in (("size", "height"), ("size", "level")):
        real = frame[one].corr(frame[other].astype(float), method="spearman")
        assert made[one].corr(made[other].astype(float), method="spearman") == pytest.approx(real, abs=0.04)
    real = frame.groupby("letter", observed=True)["size"].mean()
    assert (made.groupby("letter", observed=True)["size"].mean() - real).abs().max() < 1.0


def test_the_pattern_of_missing_values_is_learned(member: Mixture) -> None:
    made = member.sample(20_000, 1)
    missing = made["price"].isna().groupby(made["group"], observed=True).mean()
    assert missing["a"] < 0.02
    assert missing["c"] < 0.02
    assert missing["b"] == pytest.approx(0.5, abs=0.06)


def test_atoms_keep_their_mass_and_are_not_smeared(member: Mixture) -> None:
    frame = mixed(3_000)[0]
    made = member.sample(20_000, 1)["gain"]
    assert (made == 0).mean() == pytest.approx((frame["gain"] == 0).mean(), abs=0.015)
    assert made[made > 0].min() >= 50


def test_an_atom_in_a_continuous_column_keeps_its_mass() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    x = np.where(rng.random(1_000) < 0.1, 0.0, 3.0 + rng.random(1_000))
    frame, schema = table([numerical("x")], {"x": x})
    made = Mixture().fit(frame, schema, 1).sample(20_000, 1)["x"]
    assert (made == 0).mean() == pytest.approx((x == 0).mean(), abs=0.01)
    assert ((made > 0) & (made < 2.9)).mean() < 0.002


def test_marginals_are_kept_into_the_tail() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    frame, schema = table([numerical("x", decimals=2)], {"x": np.round(rng.lognormal(3.0, 1.5, 20_000), 2)})
    made = Mixture().fit(frame, schema, 1).sample(200_000, 1)["x"]
    for share in (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999):
        above = (made > frame["x"].quantile(share)).mean()
        assert above == pytest.approx(1 - share, abs=0.004 * (share * (1 - share)) ** 0.5 + 0.0002)
    assert not made.isin(frame["x"]).all()


def test_columns_that_decide_each_other_always_agree() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    names = np.array([f"level {number:02}" for number in range(12)], dtype=object)
    years = rng.integers(0, 12, 2_000)
    columns = [categorical("education", tuple(names)), numerical("years", "integer"), numerical("x")]
    frame, schema = table(columns, {"education": names[years], "years": years + 3, "x": rng.random(2_000)})
    made = Mixture().fit(frame, schema, 1).sample(5_000, 1)
    assert (made["years"] - 3 == made["education"].str[-2:].astype(int)).all()


def test_rows_come_in_no_order_of_classes() -> None:
    made = Mixture().fit(*blocks(), seed=1).sample(10_000, 3)["size"].to_numpy()
    assert abs(np.corrcoef(made[1:], made[:-1])[0, 1]) < 0.05


def test_more_categories_than_rows_of_a_class_are_learned() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    names = tuple(f"n{number:05}" for number in range(10_000))
    chosen = np.array(names, dtype=object)[rng.integers(0, 10_000, 12_000)]
    frame, schema = table([categorical("name", names), numerical("x")], {"name": chosen, "x": rng.random(12_000)})
    made = Mixture().fit(frame, schema, 1).sample(20_000, 1)
    assert set(made["name"]) <= set(frame["name"])
    assert made["name"].nunique() > 5_000


def test_every_row_of_a_large_table_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headwater.generators.mixture.fitting.EM_ROWS", 500)
    frame, schema = blocks()
    fitted = Mixture(classes=10).fit(frame, schema, seed=1)
    for made in (fitted.sample(20_000, 1), fitted.refit(frame, schema).sample(20_000, 1)):
        assert (made["letter"] == "v").mean() == pytest.approx((frame["letter"] == "v").mean(), abs=0.012)
        real = frame["size"].corr(frame["height"], method="spearman")
        assert made["size"].corr(made["height"], method="spearman") == pytest.approx(real, abs=0.05)


def test_a_refit_begins_with_what_is_known() -> None:
    old, schema = blocks(4_000, seed=1)
    new = blocks(4_000, seed=9)[0]
    new["size"] = new["size"] + 3.0
    fitted = Mixture(classes=25).fit(old, schema, seed=1)
    before, passes = fitted.density(new), fitted.passes
    after = fitted.refit(new, schema)
    assert after.passes < passes
    assert after.fitted_classes == 25
    assert after.density(new).mean() > np.where(np.isfinite(before), before, -50.0).mean()
    assert np.isfinite(after.density(new)).all()
    fresh = Mixture(classes=25).fit(new, schema, seed=1)
    assert after.density(new).mean() == pytest.approx(fresh.density(new).mean(), abs=0.1)


def test_a_refit_learns_new_categories_and_ranges() -> None:
    old, schema = blocks()
    columns = [categorical("letter", ("a", *"vwxyz")), *schema.columns[1:]]
    values: dict[str, Any] = {name: blocks(seed=5)[0][name].to_numpy() for name in schema.names}
    values["letter"] = np.where(np.arange(4_000) % 4 == 0, "a", values["letter"].astype(object))
    values["size"] = values["size"] * 2.0
    new, wider = table(columns, values)
    made = Mixture().fit(old, schema, seed=1).refit(new, wider).sample(8_000, 1)
    assert (made["letter"] == "a").mean() == pytest.approx(0.25, abs=0.02)
    assert made["size"].max() > old["size"].max() + 10
    pd.testing.assert_index_equal(made["letter"].cat.categories, new["letter"].cat.categories)


def test_a_refit_on_another_table_is_refused() -> None:
    frame, schema = blocks()
    fitted = Mixture(classes=2).fit(frame, schema, seed=1)
    other, other_schema = table([*schema.columns[:3], numerical("depth")], {**frame, "depth": frame["height"]})
    with pytest.raises(FitError, match=r"'height' is new, gone, or not of the kind.*call fit"):
        fitted.refit(other, other_schema)
    with pytest.raises(FitError, match="'height'"):
        fitted.refit(frame.drop(columns="height"), TableSchema(columns=schema.columns[:3]))
    with pytest.raises(ValueError, match="call fit or load first"):
        Mixture().refit(frame, schema)
    with pytest.raises(FitError, match="1 rows to learn from"):
        fitted.refit(frame.iloc[:1], schema)


def test_smoothing_is_chosen_too_and_zero_is_taken() -> None:
    frame, schema = blocks()
    chosen = Mixture(classes=10, smoothing="auto").fit(frame, schema, seed=1)
    raw = Mixture(classes=10, smoothing=0).fit(frame, schema, seed=1)
    held = blocks(seed=4)[0]
    assert len(chosen.sample(50, 1)) == 50
    finite = np.isfinite(chosen.density(held)) & np.isfinite(raw.density(held))
    assert chosen.density(held)[finite].mean() >= raw.density(held)[finite].mean() - 1e-6


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"classes": 0}, "classes is a whole number from 1, not 0; or auto"),
        ({"classes": "many"}, "classes is a whole number from 1, not 'many'"),
        ({"classes": True}, "classes is a whole number"),
        ({"bins": 1}, "bins is a whole number from 2, not 1"),
        ({"bins": 3.5}, "bins is a whole number"),
        ({"cells": 0}, "cells is a whole number from 1, not 0; 1 learns every column on its own"),
        ({"smoothing": -1}, "smoothing is a number from 0, not -1; or auto"),
        ({"smoothing": "some"}, "smoothing is a number"),
        ({"smoothing": float("nan")}, "smoothing is a number"),
        ({"iterations": 0}, "iterations is a whole number from 1"),
        ({"tolerance": -0.1}, "tolerance is a number from 0"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Mixture(**settings)


def test_more_classes_than_rows_are_refused() -> None:
    with pytest.raises(FitError, match=r"classes is 60, but there are 50 rows.*set it to auto, or to 2 at most"):
        Mixture(classes=60).fit(*mixed(50), seed=1)


def test_a_fit_is_the_same_in_a_new_process_with_other_threads(member: Mixture) -> None:
    program = (
        "import sys, hashlib\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from generator_tables import mixed\n"
        "from headwater.generators.mixture.generator import Mixture\n"
        "print(hashlib.sha256(Mixture().fit(*mixed(3_000), seed=1).save()).hexdigest())\n"
    )
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "2")
    environment = os.environ | threads | {"PYTHONHASHSEED": "5", "PYTHONPATH": str(HERE.parents[1] / "include")}
    arguments = [sys.executable, "-c", program, str(HERE)]
    ran = subprocess.run(arguments, capture_output=True, text=True, env=environment, check=True, timeout=300)
    assert ran.stdout.split()[-1] == hashlib.sha256(member.save()).hexdigest()


def _altered(data: bytes, change: Any) -> bytes:
    meta, arrays = unpack(data, KIND, VERSION)
    change(meta, arrays)
    return pack(KIND, VERSION, meta, arrays)


@pytest.mark.parametrize(
    "change",
    [
        lambda meta, arrays: arrays.pop("shares"),
        lambda meta, arrays: arrays.update(shares=arrays["shares"] * 2),
        lambda meta, arrays: arrays.update(shares=arrays["shares"].astype(np.float32)),
        lambda meta, arrays: arrays["joint.0.probabilities"].__setitem__((0, 0), np.nan),
        lambda meta, arrays: arrays["joint.0.probabilities"].__setitem__((0, 0), -1.0),
        lambda meta, arrays: arrays.update({"joint.0.probabilities": arrays["joint.0.probabilities"][:-1]}),
        lambda meta, arrays: arrays["joint.0.table"].__setitem__((0, 0), 99),
        lambda meta, arrays: arrays.update({"cells.1.first": arrays["cells.1.first"][:-1]}),
        lambda meta, arrays: arrays.update({"cells.1.low": arrays["cells.1.low"][::-1].copy()}),
        lambda meta, arrays: meta["known"].pop(),
        lambda meta, arrays: meta["joints"].pop(),
        lambda meta, arrays: meta["codecs"].pop(),
        lambda meta, arrays: meta.pop("settings"),
    ],
)
def test_parts_of_a_file_that_do_not_fit_are_refused(member: Mixture, change: Any) -> None:
    with pytest.raises(ModelFileError, match="retrain the dataset"):
        Mixture.load(_altered(member.save(), change))


def test_settings_and_figures_survive_the_file() -> None:
    fitted = Mixture(classes=4, bins=16, cells=32, smoothing=0.5, iterations=5, tolerance=0.1).fit(*blocks(), seed=1)
    again = Mixture.load(fitted.save())
    assert again.save() == fitted.save()
    assert (again.classes, again.bins, again.cells, again.smoothing) == (4, 16, 32, 0.5)
    assert (again.fitted_classes, again.passes) == (4, fitted.passes)
    frame, schema = blocks(seed=2)
    assert again.refit(frame, schema).save() == fitted.refit(frame, schema).save()
