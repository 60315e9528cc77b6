"""What the trees learn; what all members keep is in ``test_members``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from generator_tables import categorical, mixed, numerical, schema_of, table

from headwater.generators.errors import ModelFileError
from headwater.generators.model_file import pack, unpack
from headwater.generators.trees.generator import Trees
from headwater.generators.trees.order import draw_order, entropy
from headwater.generators.trees.storing import VERSION

HERE = Path(__file__).parent
CENSUS = HERE.parents[1].parent / "shared" / "data" / "census_adult.csv"


@pytest.fixture(scope="module")
def member() -> Trees:
    return Trees().fit(*mixed(2_000), seed=1)


def test_what_depends_on_another_column_still_does(member: Trees) -> None:
    made = member.sample(5_000, 1)
    known = made["open"].notna()
    assert ((made["open"] == (made["group"] == "a")) | ~known).mean() > 0.999
    means = made.groupby("group", observed=True)["price"].mean()
    assert means["c"] - means["a"] == pytest.approx(40, abs=4)


def test_the_pattern_of_missing_values_is_learned(member: Trees) -> None:
    made = member.sample(5_000, 1)
    missing = made["price"].isna().groupby(made["group"], observed=True).mean()
    assert missing["a"] == 0
    assert missing["c"] == 0
    assert missing["b"] == pytest.approx(0.5, abs=0.06)


def test_atoms_keep_their_mass_and_are_not_smeared(member: Trees) -> None:
    frame = mixed(2_000)[0]
    made = member.sample(20_000, 1)["gain"]
    assert (made == 0).mean() == pytest.approx((frame["gain"] == 0).mean(), abs=0.015)
    assert made[made > 0].min() >= frame["gain"][frame["gain"] > 0].min()


def test_an_atom_in_a_continuous_column_keeps_its_mass() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    x = np.where(rng.random(1_000) < 0.1, 0.0, 3.0 + rng.random(1_000))
    frame, schema = table([numerical("x")], {"x": x})
    made = Trees().fit(frame, schema, 1).sample(20_000, 1)["x"]
    assert (made == 0).mean() == pytest.approx((x == 0).mean(), abs=0.015)
    assert ((made > 0) & (made < 3.0)).mean() < 0.002


def test_tight_relations_between_measurements_stay_tight() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    radius = rng.gamma(9.0, 1.5, 500)
    frame, schema = table([numerical("radius"), numerical("area")], {"radius": radius, "area": 3.14 * radius**2})
    made = Trees().fit(frame, schema, 1).sample(2_000, 1)
    assert made.corr("spearman").loc["radius", "area"] > 0.995
    assert np.median(np.abs(made["area"] / (3.14 * made["radius"] ** 2) - 1)) < 0.05


def test_without_smoothing_only_real_numbers_are_drawn() -> None:
    frame, schema = mixed(300)
    made = Trees(smoothing=False).fit(frame, schema, 1).sample(1_000, 1)
    for name in ("weight", "price", "gain", "born"):
        assert set(made[name].dropna()) <= set(frame[name].dropna())


def test_a_leaf_larger_than_half_the_table_makes_columns_independent() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    x = rng.choice(["a", "b"], 100)
    frame, schema = table([categorical("x", ("a", "b")), categorical("y", ("a", "b"))], {"x": x, "y": x})
    together = Trees(leaf=20).fit(frame, schema, 1).sample(4_000, 1)
    apart = Trees(leaf=51).fit(frame, schema, 1).sample(4_000, 1)
    assert (together["x"] == together["y"]).all()
    assert (apart["x"] == apart["y"]).mean() == pytest.approx(0.5, abs=0.05)


def test_ten_thousand_categories_are_learned_with_what_they_go_with() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    codes = np.concatenate([np.arange(10_000), rng.integers(0, 10_000, 10_000)])
    names = np.array([f"z{code:05d}" for code in range(10_000)], dtype=object)
    region = np.where(codes < 3_000, "north", "south").astype(object)
    columns = [categorical("zip", tuple(names)), categorical("region", ("north", "south")), numerical("x")]
    frame, schema = table(columns, {"zip": names[codes], "region": region, "x": codes + rng.random(20_000)})
    made = Trees().fit(frame, schema, 1).sample(20_000, 1)
    assert made["zip"].nunique() > 5_500
    north = made["zip"].astype(str) < "z03000"
    assert (north == (made["region"] == "north")).mean() > 0.99
    assert np.corrcoef(made["zip"].astype(str).str[1:].astype(int), made["x"])[0, 1] > 0.9


@pytest.mark.parametrize("order", ["data", "spec"])
def test_conditional_rows_follow_the_same_distribution_as_filtered_ones(order: str) -> None:
    member = Trees(order=order).fit(*mixed(2_000), seed=1)  # type: ignore[arg-type]
    every = member.sample(60_000, 5)
    filtered = every[(every["gain"] == 0) & every["price"].between(20, 45)]
    found = member.sample_where({"gain": 0, "price": (20, 45)}, 6_000, 6)
    assert found.missing == 0
    for name in ("group", "colour", "grade"):
        left = filtered[name].value_counts(normalize=True, dropna=False).sort_index()
        right = found.rows[name].value_counts(normalize=True, dropna=False).sort_index()
        assert np.abs(left.to_numpy() - right.to_numpy()).max() < 0.025
    for name in ("price", "weight"):
        gap = filtered[name].astype(float).mean() - found.rows[name].astype(float).mean()
        assert abs(gap) < 5 * filtered[name].astype(float).std() / np.sqrt(6_000)


def test_rare_categories_can_be_asked_for(member: Trees) -> None:
    found = member.sample_where({"group": "c", "grade": 3, "colour": None}, 2_000, 3)
    assert found.missing == 0
    assert len(found.rows) == 2_000
    assert found.rows["row"].is_unique


def test_categories_of_low_entropy_are_drawn_first() -> None:
    frame, schema = mixed(200)
    fitted = Trees().fit(frame, schema, 1)
    kept = Trees(order="spec").fit(frame, schema, 1)
    assert fitted._model is not None
    assert kept._model is not None
    names = [schema.columns[position].name for position in fitted._model.drawn]
    assert names[0] == "always x"
    assert names[-5:] == ["weight", "gain", "born", "seen", "always seven"]
    assert kept._model.drawn == sorted(kept._model.drawn)
    assert draw_order([], [], "data") == []


def test_entropy_of_four_equal_classes() -> None:
    assert entropy(np.array([0, 1, 2, -1])) == pytest.approx(np.log(4))
    assert entropy(np.array([3, 3])) == 0


def test_a_fit_is_the_same_in_another_process_with_other_threads(member: Trees) -> None:
    import hashlib

    program = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1])\n"
        "from generator_tables import mixed\n"
        "from headwater.generators.trees.generator import Trees\n"
        "print(hashlib.sha256(Trees().fit(*mixed(2_000), seed=1).save()).hexdigest())\n"
    )
    include = str(HERE.parents[1] / "include")
    environment = os.environ | {"PYTHONHASHSEED": "123", "OMP_NUM_THREADS": "3", "PYTHONPATH": include}
    arguments = [sys.executable, "-c", program, str(HERE)]
    ran = subprocess.run(arguments, capture_output=True, text=True, env=environment, check=True, timeout=300)
    assert ran.stdout.strip() == hashlib.sha256(member.save()).hexdigest()


def test_a_file_whose_parts_do_not_fit_is_refused(member: Trees) -> None:
    meta, arrays = unpack(member.save(), "trees", VERSION)
    first = {name: array for name, array in arrays.items() if not name.startswith("0.")}
    for broken in (
        pack("trees", VERSION, meta, first),
        pack("trees", VERSION, meta | {"models": [{"form": "x"}]}, arrays),
    ):
        with pytest.raises(ModelFileError, match="do not fit together"):
            Trees.load(broken)
    with pytest.raises(ModelFileError, match="newer than"):
        Trees.load(pack("trees", VERSION + 1, meta, arrays))


@pytest.mark.skipif(not CENSUS.exists(), reason="needs ../shared/data/census_adult.csv")
def test_census_rows_are_hard_to_tell_from_real_ones() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    rows = pd.read_csv(CENSUS).iloc[:12_000]
    schema = schema_of(rows)
    frame = table(list(schema.columns), {name: rows[name] for name in rows})[0]
    made = Trees().fit(frame.iloc[:8_000], schema, 1).sample(4_000, 1)
    both = pd.concat([frame.iloc[8_000:], made], ignore_index=True)
    plain = pd.DataFrame(
        {name: both[name].cat.codes if both[name].dtype == "category" else both[name] for name in both}
    )
    plain = plain.astype(float)
    label = np.repeat([0, 1], 4_000)
    train = np.random.Generator(np.random.PCG64(0)).random(8_000) < 0.5
    model = HistGradientBoostingClassifier(random_state=0, max_iter=60).fit(plain[train], label[train])
    auc = roc_auc_score(label[~train], model.predict_proba(plain[~train])[:, 1])
    assert auc < 0.56
    assert set(made["relationship"]) == set(frame["relationship"])
