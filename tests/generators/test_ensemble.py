"""The ensemble where it must help, where it must not, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from generator_tables import categorical, column, mixed, numerical, table

from headwater.generators import model_file
from headwater.generators.ensemble.generator import Ensemble
from headwater.generators.ensemble.storing import KIND, VERSION
from headwater.generators.errors import ModelFileError, SettingsError
from headwater.generators.registry import create, load
from headwater.spec import DatasetSpec
from headwater.tables.schema import TableSchema

ROWS = 3_000
SKEWED = "skewed_members:Skewed"


def skewed(value: str, factor: float) -> dict[str, Any]:
    return {"kind": SKEWED, "settings": {"column": "group", "value": value, "factor": factor}}


@pytest.fixture(scope="module")
def real() -> tuple[pd.DataFrame, TableSchema]:
    rng = np.random.Generator(np.random.PCG64(4))
    group = rng.choice(np.array(["a", "b"], dtype=object), ROWS, p=[0.6, 0.4])
    size = np.round(rng.normal(np.where(group == "a", 10.0, 14.0), 2.0), 1)
    columns = [column("row", "id", "integer"), categorical("group", ("a", "b")), numerical("size", "real", 1)]
    return table(columns, {"row": np.arange(ROWS), "group": group, "size": size})


@pytest.fixture(scope="module")
def halves(real: tuple[pd.DataFrame, TableSchema]) -> Ensemble:
    """Each member knows one group alone."""
    return Ensemble([skewed("a", 0.0), skewed("b", 0.0)]).fit(*real, seed=1)


@pytest.fixture(scope="module")
def reweighted(real: tuple[pd.DataFrame, TableSchema]) -> Ensemble:
    """One member, which makes group ``b`` four times too often."""
    return Ensemble([skewed("b", 4.0)]).fit(*real, seed=1)


def share_of_a(rows: pd.DataFrame) -> float:
    return float((rows["group"] == "a").mean())


def test_members_that_know_one_part_each_are_mixed(halves: Ensemble, real: tuple[pd.DataFrame, TableSchema]) -> None:
    assert halves.report["mixture_gain"]["auc"] > 3 * halves.report["mixture_gain"]["standard_error"]
    assert halves.report["weights"] == pytest.approx([0.4, 0.6], abs=0.05)
    assert share_of_a(halves.sample(5_000, 3)) == pytest.approx(share_of_a(real[0]), abs=0.04)


def test_a_skewed_member_is_set_right_by_reweighting(
    reweighted: Ensemble, real: tuple[pd.DataFrame, TableSchema]
) -> None:
    assert reweighted.report["is_reweighted"] is True
    assert reweighted.report["auc"]["reweighted"] < reweighted.report["auc"]["members"][0] - 0.1
    alone = create(SKEWED, skewed("b", 4.0)["settings"]).fit(*real, seed=1)
    wrong, right, found = (
        share_of_a(alone.sample(5_000, 3)),
        share_of_a(real[0]),
        share_of_a(reweighted.sample(5_000, 3)),
    )
    assert wrong < 0.35
    # A cautious ratio from 450 rows goes most of the way, not all of it, and not beyond.
    assert (found - wrong) / (right - wrong) == pytest.approx(0.85, abs=0.2)


def test_reweighting_can_be_switched_off(real: tuple[pd.DataFrame, TableSchema]) -> None:
    plain = Ensemble([skewed("b", 4.0)], reweight=False).fit(*real, seed=1)
    assert plain.report["is_reweighted"] is False
    assert share_of_a(plain.sample(2_000, 3)) < 0.35


def test_where_nothing_helps_it_is_its_best_member(real: tuple[pd.DataFrame, TableSchema]) -> None:
    found = Ensemble([skewed("b", 30.0), skewed("b", 1.0)]).fit(*real, seed=1)
    assert found.report["weights"] == [0.0, 1.0]
    assert found.report["is_reweighted"] is False
    alone = create(SKEWED, skewed("b", 1.0)["settings"]).fit(*real, seed=1)
    pd.testing.assert_frame_equal(found.sample(200, 5), alone.sample(200, 5))


def test_too_few_rows_to_measure_use_the_first_member() -> None:
    frame, schema = mixed(100)
    found = Ensemble(["trees", {"kind": "trees", "settings": {"leaf": 3}}]).fit(frame, schema, 1)
    assert "too few rows" in found.report["reason"]
    pd.testing.assert_frame_equal(found.sample(50, 5), create("trees", {}).fit(frame, schema, 1).sample(50, 5))


@pytest.mark.parametrize("which", ["halves", "reweighted"])
def test_a_blend_keeps_what_every_member_keeps(which: str, request: pytest.FixtureRequest) -> None:
    blend: Ensemble = request.getfixturevalue(which)
    made = blend.sample(120_000, 2**62 + 1)
    assert made["row"].is_unique
    assert not set(made["row"]) & set(blend.sample(500, 2)["row"])
    again = load("ensemble", blend.save())
    pd.testing.assert_frame_equal(again.sample(700, 9), blend.sample(700, 9))
    assert not blend.sample(700, 9)["size"].equals(blend.sample(700, 10)["size"])
    assert isinstance(again, Ensemble)
    assert again.report == blend.report
    # Rows of the members come in no order: the first half is like the second.
    assert share_of_a(made.iloc[:60_000]) == pytest.approx(share_of_a(made.iloc[60_000:]), abs=0.02)


@pytest.mark.parametrize("which", ["halves", "reweighted"])
def test_conditions_that_one_member_cannot_meet_are_met_by_another(which: str, request: pytest.FixtureRequest) -> None:
    blend: Ensemble = request.getfixturevalue(which)
    found = blend.sample_where({"group": "a", "size": (8.0, 12.0)}, 300, 7)
    assert found.missing == 0
    assert (found.rows["group"] == "a").all()
    assert found.rows["size"].between(8.0, 12.0).all()
    assert found.rows["row"].is_unique
    nothing = blend.sample_where({"size": (900.0, None)}, 30, 7)
    assert (len(nothing.rows), nothing.missing) == (0, 30)


def test_two_fits_are_the_same_bytes(halves: Ensemble, real: tuple[pd.DataFrame, TableSchema]) -> None:
    assert Ensemble([skewed("a", 0.0), skewed("b", 0.0)]).fit(*real, seed=1).save() == halves.save()


def test_it_mixes_trees_and_mixture_when_nothing_else_is_said() -> None:
    assert [member["kind"] for member in Ensemble().members] == ["trees", "mixture"]


def test_it_is_off_by_default() -> None:
    default = DatasetSpec.model_fields["candidates"].default
    assert "ensemble" not in {candidate.kind for candidate in default}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"members": []}, "members is a list of 1 to 8"),
        ({"members": "trees"}, "members is a list of 1 to 8"),
        ({"members": ["tree"]}, r"members\[0\]: there is no generator kind 'tree'; did you mean 'trees'"),
        ({"members": ["trees", {"kind": "trees", "settings": {"leaves": 1}}]}, r"members\[1\]: .*did you mean 'leaf'"),
        ({"members": [{"kind": "trees", "weight": 1}]}, r"members\[0\] is a kind, or a mapping of kind and settings"),
        ({"members": [{"kind": "trees", "settings": [1]}]}, r"members\[0\].settings maps names to values"),
        ({"members": ["ensemble"]}, r"members\[0\] is an ensemble; name its members here"),
        ({"members": ["ctgan"]}, r"members\[0\]: 'ctgan' is saved as a pickle"),
        ({"members": ["trees"], "reweight": "yes"}, "reweight is true or false, not 'yes'"),
        ({"members": ["trees"], "holdout": 0.9}, "holdout is a number from 0.1 to 0.5, not 0.9"),
        ({"members": ["trees"], "bound": True}, "bound is a number from 1.1 to 10.0, not True"),
        ({"members": ["trees"], "boundary": 2}, "no setting 'boundary'; did you mean 'bound'"),
    ],
)
def test_wrong_settings_are_named_with_their_cure(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        create("ensemble", settings)


def test_a_file_with_a_pickle_or_a_wrong_weight_inside_is_refused(halves: Ensemble) -> None:
    meta, arrays = model_file.unpack(halves.save(), KIND, VERSION)
    for kinds in (["ctgan", SKEWED], ["no_such:Thing", SKEWED], [SKEWED], []):
        with pytest.raises(ModelFileError, match=r"retrain|cannot be found"):
            load("ensemble", model_file.pack(KIND, VERSION, meta | {"kinds": kinds}, arrays))
    for weights in (np.array([1.0, 0.0]), np.array([0.9, 0.9]), np.array([[1.0]])):
        with pytest.raises(ModelFileError, match="weights"):
            load("ensemble", model_file.pack(KIND, VERSION, meta, arrays | {"weights": weights}))
    with pytest.raises(ModelFileError, match="settings"):
        load("ensemble", model_file.pack(KIND, VERSION, meta | {"settings": {"bound": -1}}, arrays))
