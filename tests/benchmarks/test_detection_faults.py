"""Every fault of the detection bench is planted as it says, and nothing else is touched."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from benchmarks.detection.faults import FAULTS, Fault, Honest
from benchmarks.detection.faults.joint import cramers_v
from planting import ROWS, by_name, differs, honest, planted, same_values

from headwater.checks.arrays import category_names, codes, numbers
from headwater.tables.frames import conform

TABLES = ("clinic", "health")
CASES = [pytest.param(fault, dose, id=f"{fault.name}-{dose:g}") for fault in FAULTS for dose in fault.doses]
CANNOT = {
    "clinic": set(),
    "health": {"dates_shifted", "nulls_redistributed"},
    "fair": {"dates_shifted", "nulls_redistributed", "unit_changed"},
}


@pytest.fixture(params=TABLES)
def given(request: pytest.FixtureRequest) -> Honest:
    return honest(request.param)


@pytest.mark.parametrize("name", [*TABLES, "fair"])
@pytest.mark.parametrize(("fault", "dose"), CASES)
def test_the_batch_keeps_its_form_and_the_seed_decides(fault: Fault, dose: float, name: str) -> None:
    given = honest(name)
    before = [frame.copy() for frame in (given.batch, given.spare, given.train, given.yesterday)]
    rows = fault.plant(given, dose, np.random.default_rng(3))
    if fault.name in CANNOT[name] or (fault.name == "rare_categories_dropped" and not _has_rare(given, dose)):
        assert rows is None
        return
    assert rows is not None
    assert len(rows) == ROWS
    pd.testing.assert_frame_equal(rows, conform(rows, given.schema))
    assert differs(rows, given.batch).to_numpy().any()
    assert rows.isna().sum().sum() == 0 or any(column.nullable for column in given.schema.columns)
    again = fault.plant(given, dose, np.random.default_rng(3))
    pd.testing.assert_frame_equal(rows, again)
    for frame, was in zip((given.batch, given.spare, given.train, given.yesterday), before, strict=True):
        pd.testing.assert_frame_equal(frame, was)


def test_whole_numbers_decimals_and_dates_stay_as_fine_as_they_were() -> None:
    given = honest("clinic")
    for fault in FAULTS:
        rows = planted(fault.name, fault.doses[-1], given)
        assert (rows["weight"].dropna() == rows["weight"].dropna().round(1)).all(), fault.name
        assert (rows["called_at"] == rows["called_at"].dt.floor("min")).all(), fault.name


@pytest.mark.parametrize("dose", by_name("variance_reduced").doses)
def test_the_variance_is_reduced_by_the_dose(given: Honest, dose: float) -> None:
    rows = planted("variance_reduced", dose, given)
    for column in given.measured:
        was, now = numbers(given.batch[column.name]), numbers(rows[column.name])
        assert np.nanvar(now) / np.nanvar(was) == pytest.approx(1 - dose, abs=0.015), column.name
        assert np.array_equal(np.isnan(was), np.isnan(now))
    fixed = [column.name for column in given.discrete]
    assert not differs(rows, given.batch)[fixed].to_numpy().any()


def test_atoms_survive_a_smaller_variance() -> None:
    given = honest("clinic")
    rows = planted("variance_reduced", 0.2, given)
    assert (rows["cost"] == 0).equals(given.batch["cost"] == 0)
    assert numbers(rows["age"]).mean() == pytest.approx(numbers(given.batch["age"]).mean(), abs=0.1)


@pytest.mark.parametrize("dose", by_name("tail_clipped").doses)
def test_tails_end_at_the_quantiles_of_the_training_rows(given: Honest, dose: float) -> None:
    rows = planted("tail_clipped", dose, given)
    for column in given.measured:
        train, was, now = (numbers(frame[column.name]) for frame in (given.train, given.batch, rows))
        low, high = np.nanquantile(train, [dose, 1 - dose], method="inverted_cdf")
        assert np.nanmin(now) >= low
        assert np.nanmax(now) <= high
        inside = (was >= low) & (was <= high)
        assert np.array_equal(was[inside], now[inside])


@pytest.mark.parametrize("dose", by_name("column_shuffled").doses)
def test_one_column_is_shuffled(given: Honest, dose: float) -> None:
    rows = planted("column_shuffled", dose, given)
    touched = differs(rows, given.batch)
    names = touched.columns[touched.any()]
    assert len(names) == 1
    assert touched[names[0]].mean() <= dose
    assert same_values(rows[names[0]], given.batch[names[0]])


@pytest.mark.parametrize("name", [*TABLES, "fair"])
@pytest.mark.parametrize("dose", by_name("labels_flipped").doses)
def test_that_share_of_labels_is_another(name: str, dose: float) -> None:
    given = honest(name)
    touched = differs(planted("labels_flipped", dose, given), given.batch)
    assert touched[given.target].sum() == round(dose * ROWS)
    assert not touched.drop(columns=[given.target]).to_numpy().any()


def test_independent_columns_keep_values_and_lose_relations() -> None:
    given = honest("clinic")
    rows = planted("independent_columns", 1.0, given)
    assert all(same_values(rows[name], given.batch[name]) for name in rows)
    assert _relation(given.batch, given) > 0.5
    assert _relation(rows, given) < 0.1


def test_a_decoupled_pair_keeps_its_values(given: Honest) -> None:
    rows = planted("pair_decoupled", 1.0, given)
    touched = differs(rows, given.batch)
    names = touched.columns[touched.any()]
    assert len(names) == 1
    assert same_values(rows[names[0]], given.batch[names[0]])


def test_a_decoupled_pair_loses_its_relation() -> None:
    given = honest("clinic")
    found = [_relation(planted("pair_decoupled", 1.0, given, seed), given) for seed in range(40)]
    assert min(found) < 0.3 < _relation(given.batch, given)


def test_cramers_v_of_known_tables() -> None:
    ones = np.repeat([0, 1], 500)
    assert cramers_v(ones, ones) == pytest.approx(1.0, abs=0.01)
    assert cramers_v(ones, np.tile([0, 1], 500)) == 0.0


@pytest.mark.parametrize("dose", by_name("unit_changed").doses)
def test_one_unit_is_changed(given: Honest, dose: float) -> None:
    rows = planted("unit_changed", dose, given)
    touched = differs(rows, given.batch)
    names = list(touched.columns[touched.any()])
    assert len(names) == 1
    assert names[0] != given.target
    was, now = numbers(given.batch[names[0]]), numbers(rows[names[0]])
    assert np.nanmax(np.abs(now - dose * was)) <= 1
    assert np.nanmean(now) == pytest.approx(dose * np.nanmean(was), rel=0.01)


@pytest.mark.parametrize("days", by_name("dates_shifted").doses)
def test_one_date_is_shifted(days: float) -> None:
    given = honest("clinic")
    rows = planted("dates_shifted", days, given)
    touched = differs(rows, given.batch)
    names = list(touched.columns[touched.any()])
    assert len(names) == 1
    assert (rows[names[0]] - given.batch[names[0]] == pd.Timedelta(days=days)).all()


def test_missing_values_no_longer_depend_on_anything() -> None:
    given = honest("clinic")
    rows = planted("nulls_redistributed", 1.0, given)
    assert rows.isna().sum().equals(given.batch.isna().sum())
    stays = given.batch.notna() & rows.notna()
    assert not (differs(rows, given.batch) & stays).to_numpy().any()
    is_sick = given.batch["sick"] == "yes"
    assert not given.batch.loc[~is_sick, "town"].isna().any()
    assert rows.loc[~is_sick, "town"].isna().mean() == pytest.approx(rows["town"].isna().mean(), rel=0.3)


def test_names_are_unique_and_doses_rise() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) == 18
    assert all(list(fault.doses) == sorted(fault.doses) for fault in FAULTS)


def _has_rare(given: Honest, dose: float) -> bool:
    """Whether a row of the batch has a category that fewer than the share ``dose`` of training rows have."""
    for column in given.discrete:
        shares = given.train[column.name].value_counts(normalize=False) / len(given.train)
        common = shares.index[shares >= dose]
        if (~given.batch[column.name].dropna().isin(common)).any():
            return True
    return False


def _relation(rows: pd.DataFrame, given: Honest) -> float:
    """Cramér's V of age in four bins and being sick."""
    sick = given.schema["sick"]
    assert category_names(sick) == ("no", "yes")
    bins = np.searchsorted([40, 50, 60], numbers(rows["age"]))
    return cramers_v(bins.astype(np.int64), codes(rows["sick"], sick))
