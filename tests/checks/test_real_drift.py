"""Drift of the real table: quiet sources pass, planted drifts are found, hostile rows are told and not a crash."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from townspeople import SCHEMA, people

from headwater.checks import baseline
from headwater.checks.baseline import Baseline
from headwater.checks.drift import FAMILIES, VALUES, Comparison, compare
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.spec.contract import Contract

TRAIN, SPARE = people(4_000, 11), people(4_000, 12)
Look = Callable[[pd.DataFrame], Comparison]


@pytest.fixture(scope="module")
def look() -> Look:
    reference = Reference(SCHEMA, TRAIN, people(1_000, 13), Contract(), ("member",), seed=3)
    prepared = Prepared.of(reference, 500)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(baseline, "LOSSES", ())
        floor: Baseline = baseline.draw(prepared, prepared.train, kind="noise_floor", subject="t", draws=120)
    return lambda rows: compare(prepared, floor, rows.reset_index(drop=True), "a snapshot")


def doubled(city: str) -> pd.DataFrame:
    has = TRAIN[TRAIN["city"] == city]
    others = TRAIN[TRAIN["city"] != city]
    return pd.concat([others.iloc[len(has) :], has, has])


QUIET = {
    "unchanged": TRAIN,
    "in another order": TRAIN.iloc[::-1],
    "grown": pd.concat([TRAIN, SPARE.head(800)]),
    "half replaced": pd.concat([TRAIN.tail(2_000), SPARE.head(2_000)]),
    "all replaced": SPARE,
    "shrunk": TRAIN.sample(1_000, random_state=1),
}


@pytest.mark.parametrize("name", list(QUIET))
def test_a_quiet_source_has_not_drifted(look: Look, name: str) -> None:
    found = look(QUIET[name])
    assert not found.is_drifted, found.sentence
    assert found.sentence.startswith(f"No drift: {len(QUIET[name]):,} rows against the champion's 4,000.")
    assert all(each.ratio <= 1 for each in found.figures)


def test_only_families_of_the_distribution_are_asked(look: Look) -> None:
    asked = {each.name.partition(".")[0] for each in look(TRAIN).figures}
    assert asked <= {family.NAME for family in FAMILIES} | {"drift"}
    assert not asked & {"copies", "duplicates", "replay", "foreign"}
    assert {"column", "pair", "joint", "utility", "drift"} <= asked


def test_a_doubled_category_is_found_and_its_column_named(look: Look) -> None:
    found = look(doubled("Rome"))
    assert found.is_drifted
    values = next(each for each in found.figures if each.name == VALUES)
    assert values.ratio > 1
    assert values.columns == ("city",)
    assert "Rome" not in json.dumps(found.told()) + found.sentence


def test_a_shifted_mean_is_found(look: Look) -> None:
    found = look(TRAIN.assign(height=TRAIN["height"] + 0.3 * TRAIN["height"].std()))
    assert found.is_drifted
    assert "height" in found.sentence


def test_a_category_that_is_gone_is_found(look: Look) -> None:
    found = look(TRAIN[TRAIN["city"] != "Rome"])
    assert found.is_drifted
    assert "city" in found.sentence


def test_a_new_category_of_two_percent_is_told_and_never_shown(look: Look) -> None:
    cities = TRAIN["city"].astype(object).mask(np.arange(len(TRAIN)) % 50 == 0, "Atlantis")
    found = look(TRAIN.assign(city=pd.Categorical(cities)))
    assert found.is_drifted
    assert "80 rows hold a category that the champion never saw in city, more than chance brings" in found.sentence
    assert "Atlantis" not in json.dumps(found.told()) + found.sentence


def test_one_row_of_a_new_category_is_told_as_chance(look: Look) -> None:
    cities = TRAIN["city"].astype(object).mask(np.arange(len(TRAIN)) == 7, "Atlantis")
    found = look(TRAIN.assign(city=pd.Categorical(cities)))
    assert not found.is_drifted
    assert found.sentence.endswith("1 row holds a value that the champion never saw, no more than chance brings.")
    assert [(each.column, each.rows) for each in found.newcomers] == [("city", 1)]


@pytest.mark.parametrize("column", ["height", "weight"])
def test_new_missing_values_are_found_where_the_schema_allows_them_and_where_not(look: Look, column: str) -> None:
    found = look(TRAIN.assign(**{column: TRAIN[column].mask(np.arange(len(TRAIN)) % 25 == 0)}))
    assert found.is_drifted
    assert column in found.sentence


def test_a_source_that_changed_altogether_is_drift_and_no_crash(look: Look) -> None:
    codes = look(TRAIN.assign(city=pd.Categorical([f"z{index}" for index in range(len(TRAIN))])))
    assert codes.is_drifted
    assert "fewer than the 500" in codes.sentence
    constant = look(pd.concat([TRAIN.head(1)] * 4_000))
    assert constant.is_drifted
    few = look(TRAIN.head(100))
    assert few.is_drifted
    assert "of 100 rows 100 have values that the champion knows" in few.sentence


def test_the_same_rows_are_judged_alike_and_told_as_json(look: Look) -> None:
    one, two = look(SPARE), look(SPARE)
    assert one == two
    assert json.loads(json.dumps(one.told(), allow_nan=False))["rows"] == [4_000, 4_000]
