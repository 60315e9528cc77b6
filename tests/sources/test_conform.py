"""Raw rows against the spec: shape, drift, missing values."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from tests.sources import hostile
from tests.sources.conforming import one, refused_table

from headwater.sources.conform import conform_source
from headwater.sources.read import read_source
from headwater.spec import load_spec

CENSUS = Path("../shared/data/census_adult.csv")


def test_columns_come_in_the_specs_order() -> None:
    frame, schema = conform_source(hostile.ordinary()[["group", "height", "id"]], hostile.spec_of(hostile.ORDINARY))
    assert list(frame.columns) == schema.names == ["id", "height", "group"]
    assert frame.index.equals(pd.RangeIndex(hostile.ROWS))


def test_empty_table() -> None:
    assert "holds no rows" in refused_table(hostile.empty(), hostile.ORDINARY)


def test_empty_table_says_drift_too() -> None:
    text = refused_table(hostile.empty().drop(columns="group"), hostile.ORDINARY)
    assert "holds no rows" in text
    assert "'group' of the spec is missing" in text


def test_fewer_rows_than_the_contract() -> None:
    text = refused_table(hostile.single(), hostile.ORDINARY, contract={"source_rows_min": 119})
    assert "holds 1 rows; the contract asks for at least 119" in text
    assert "contract.source_rows_min" in text


def test_all_drift_at_once_with_did_you_mean() -> None:
    raw = hostile.ordinary().rename(columns={"height": "hieght"}).assign(extra=1, group=1.5)
    text = refused_table(raw, {**hostile.ORDINARY, "group": "datetime"})
    assert "Column 'height' of the spec is missing in the source. Cure: Did you mean 'hieght'" in text
    assert "Column 'extra' of the source is not in the spec" in text
    assert "Column 'group' is datetime in the spec and holds numbers in the source" in text


def test_duplicate_names() -> None:
    text = refused_table(hostile.duplicate_names(), {"id": "id", "height": "numerical"})
    assert "2 columns of the source are called 'height'" in text


def test_duplicate_names_of_arrow() -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["height", "height"])
    assert "2 columns of the source are called 'height'" in refused_table(table, {"height": "numerical"})


def test_odd_names() -> None:
    spec = hostile.spec_of(dict.fromkeys(hostile.ODD_NAMES, "numerical"))
    frame, schema = conform_source(hostile.odd_names(), spec)
    assert tuple(frame.columns) == hostile.ODD_NAMES
    assert [column.storage for column in schema.columns[:2]] == ["integer", "real"]


def test_constant_columns_are_fine() -> None:
    frame, schema = conform_source(hostile.constant(), hostile.spec_of(hostile.ORDINARY))
    assert schema["group"].categories == ("only",)
    assert frame["height"].nunique() == 1


def test_all_null_needs_nullable() -> None:
    text = refused_table(hostile.all_null(), hostile.ORDINARY)
    assert "Column 'height' (numerical) is empty in every row" in text
    assert "Column 'group' (categorical) is empty in every row" in text
    assert "nullable: true" in text


@pytest.mark.parametrize("sdtype", ["numerical", "categorical", "boolean", "datetime", "id"])
def test_all_null_is_allowed_when_nullable(sdtype: str) -> None:
    values, schema = one([None], {"sdtype": sdtype, "nullable": True})
    assert values.isna().all()
    assert schema.categories == (() if sdtype == "categorical" else None)


def test_nulls_where_none_may_be_are_counted() -> None:
    frame = hostile.ordinary()
    frame.loc[:4, "group"] = None
    text = refused_table(frame, hostile.ORDINARY)
    assert "Column 'group' is empty in 5 of 120 rows" in text
    assert "nullable: true under columns.group" in text


def test_nan_none_and_nat_are_all_missing() -> None:
    values, _ = one([1.0, None, np.nan, pd.NaT, Decimal("NaN")], {"sdtype": "numerical", "nullable": True})
    assert values.isna().tolist() == [False, True, True, True, True]


@pytest.mark.skipif(not CENSUS.exists(), reason=f"{CENSUS} is not here")
def test_census_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_CENSUS_CSV", str(CENSUS))
    spec = load_spec(Path("include/datasets/census.yaml"))
    frame, schema = conform_source(read_source(spec, str), spec)
    assert frame.shape == (32_561, 15)
    assert schema["age"].storage == "integer"
    assert schema["education"].categories is not None
    assert len(schema["education"].categories) == 16
    assert frame["salary"].value_counts().to_dict() == {"<=50K": 24_720, ">50K": 7_841}
