"""Raw rows against the spec: what is accepted, in which form, and what is refused, in which words."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import hostile
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from headwater.sources.conform import conform_source
from headwater.sources.errors import SourceError
from headwater.tables.frames import conform, from_arrow, to_arrow
from headwater.tables.schema import ColumnSchema

CENSUS = Path("../shared/data/census_adult.csv")


def one(values: Any, column: Any, *, rows_min: int = 20, kind: str = "parquet") -> tuple[pd.Series, ColumnSchema]:
    """The conformed column ``x``, its values repeated to at least 20 rows; a numerical column beside it."""
    values = list(values) if not isinstance(values, pd.Series) else values
    series = values if isinstance(values, pd.Series) else pd.Series(values, dtype=object)
    times = -(-20 // len(series))
    series = pd.concat([series] * times, ignore_index=True)
    spec = hostile.spec_of(
        {"x": column, "other": "numerical"},
        contract={"source_rows_min": rows_min},
        source={"kind": kind, "path": "unused"},
    )
    frame, schema = conform_source(pd.DataFrame({"x": series, "other": 1.5}), spec)
    pd.testing.assert_frame_equal(frame, conform(frame, schema))
    pd.testing.assert_frame_equal(frame, from_arrow(to_arrow(frame, schema), schema))
    return frame["x"].head(len(series) // times), schema["x"]


def refused(frame: pd.DataFrame | pa.Table, columns: dict[str, Any], **parts: Any) -> str:
    with pytest.raises(SourceError) as caught:
        conform_source(frame, hostile.spec_of(columns, **parts))
    assert "hostile" in str(caught.value)
    assert all(problem.cure for problem in caught.value.problems)
    return str(caught.value)


def refused_column(values: Any, column: Any, kind: str = "parquet") -> str:
    with pytest.raises(SourceError) as caught:
        one(values, column, kind=kind)
    return str(caught.value)


class TestShape:
    def test_columns_come_in_the_specs_order(self) -> None:
        frame, schema = conform_source(hostile.ordinary()[["group", "height", "id"]], hostile.spec_of(hostile.ORDINARY))
        assert list(frame.columns) == schema.names == ["id", "height", "group"]
        assert frame.index.equals(pd.RangeIndex(hostile.ROWS))

    def test_empty_table(self) -> None:
        assert "holds no rows" in refused(hostile.empty(), hostile.ORDINARY)

    def test_empty_table_says_drift_too(self) -> None:
        text = refused(hostile.empty().drop(columns="group"), hostile.ORDINARY)
        assert "holds no rows" in text
        assert "'group' of the spec is missing" in text

    def test_fewer_rows_than_the_contract(self) -> None:
        text = refused(hostile.single(), hostile.ORDINARY, contract={"source_rows_min": 119})
        assert "holds 1 rows; the contract asks for at least 119" in text
        assert "contract.source_rows_min" in text

    def test_all_drift_at_once_with_did_you_mean(self) -> None:
        raw = hostile.ordinary().rename(columns={"height": "hieght"}).assign(extra=1, group=1.5)
        text = refused(raw, {**hostile.ORDINARY, "group": "datetime"})
        assert "Column 'height' of the spec is missing in the source. Cure: Did you mean 'hieght'" in text
        assert "Column 'extra' of the source is not in the spec" in text
        assert "Column 'group' is datetime in the spec and holds numbers in the source" in text

    def test_duplicate_names(self) -> None:
        text = refused(hostile.duplicate_names(), {"id": "id", "height": "numerical"})
        assert "2 columns of the source are called 'height'" in text

    def test_duplicate_names_of_arrow(self) -> None:
        table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["height", "height"])
        assert "2 columns of the source are called 'height'" in refused(table, {"height": "numerical"})

    def test_odd_names(self) -> None:
        spec = hostile.spec_of(dict.fromkeys(hostile.ODD_NAMES, "numerical"))
        frame, schema = conform_source(hostile.odd_names(), spec)
        assert tuple(frame.columns) == hostile.ODD_NAMES
        assert [column.storage for column in schema.columns[:2]] == ["integer", "real"]

    def test_constant_columns_are_fine(self) -> None:
        frame, schema = conform_source(hostile.constant(), hostile.spec_of(hostile.ORDINARY))
        assert schema["group"].categories == ("only",)
        assert frame["height"].nunique() == 1


class TestMissing:
    def test_all_null_needs_nullable(self) -> None:
        text = refused(hostile.all_null(), hostile.ORDINARY)
        assert "Column 'height' (numerical) is empty in every row" in text
        assert "Column 'group' (categorical) is empty in every row" in text
        assert "nullable: true" in text

    @pytest.mark.parametrize("sdtype", ["numerical", "categorical", "boolean", "datetime", "id"])
    def test_all_null_is_allowed_when_nullable(self, sdtype: str) -> None:
        values, schema = one([None], {"sdtype": sdtype, "nullable": True})
        assert values.isna().all()
        assert schema.categories == (() if sdtype == "categorical" else None)

    def test_nulls_where_none_may_be_are_counted(self) -> None:
        frame = hostile.ordinary()
        frame.loc[:4, "group"] = None
        text = refused(frame, hostile.ORDINARY)
        assert "Column 'group' is empty in 5 of 120 rows" in text
        assert "nullable: true under columns.group" in text

    def test_nan_none_and_nat_are_all_missing(self) -> None:
        values, _ = one([1.0, None, np.nan, pd.NaT, Decimal("NaN")], {"sdtype": "numerical", "nullable": True})
        assert values.isna().tolist() == [False, True, True, True, True]


class TestNumerical:
    @pytest.mark.parametrize(
        ("values", "storage", "decimals"),
        [
            ([1, 2], "integer", None),
            ([1.0, 2.0], "integer", None),
            ([Decimal(1), Decimal("2.00")], "integer", None),
            ([1, 2.5], "real", 1),
            ([Decimal("0.25")], "real", 2),
            ([0.1, 0.285, 7.0], "real", 3),
            ([1e-10], "real", 10),
            ([1e-11], "real", None),
            ([1 / 3], "real", None),
            ([1e300, 2e300], "real", 0),
            ([2**62 + 1], "integer", None),
            ([2**70], "real", 0),
        ],
    )
    def test_storage_and_decimals(self, values: list[Any], storage: str, decimals: int | None) -> None:
        found, schema = one(values, "numerical")
        assert (schema.storage, schema.decimals) == (storage, decimals)
        assert [float(value) for value in found] == [float(value) for value in values]

    def test_big_integers_with_missing_stay_exact(self) -> None:
        raw = pa.table({"x": pa.array([2**62 + 1, None] * 60), "y": pa.array([1.5] * 120)})
        spec = hostile.spec_of({"x": {"sdtype": "numerical", "nullable": True}, "y": "numerical"})
        frame, _ = conform_source(raw, spec)
        assert frame["x"][0] == 2**62 + 1

    def test_unsigned_past_int64_becomes_real(self) -> None:
        found, schema = one(pd.Series([2**63 + 2**20], dtype="uint64"), "numerical")
        assert schema.storage == "real"
        assert found[0] == float(2**63 + 2**20)

    def test_decimals_of_the_spec_win(self) -> None:
        _, schema = one([1.0, 2.0], {"sdtype": "numerical", "decimals": 2})
        assert (schema.storage, schema.decimals) == ("real", 2)

    @pytest.mark.parametrize("decimals", [0, 1])
    def test_decimals_of_the_spec_are_verified(self, decimals: int) -> None:
        text = refused_column([1.25, 2.0], {"sdtype": "numerical", "decimals": decimals})
        assert f"10 values with more than {decimals} digits" in text

    def test_infinities_are_counted(self) -> None:
        text = refused(hostile.infinities(), hostile.ORDINARY)
        assert "Column 'height' holds 3 infinite values" in text

    def test_mixed_is_counted_and_no_value_shown(self) -> None:
        text = refused(hostile.mixed(), hostile.ORDINARY)
        assert "Column 'height' mixes numbers (118 values) and text (2 values)" in text
        assert "SECRET" not in text

    def test_text_is_retyped(self) -> None:
        assert "is numerical in the spec and holds text" in refused_column(["a", "b"], "numerical")
        assert "numbers written as text" in refused_column(["1", "2"], "numerical")

    def test_range_counts_only(self) -> None:
        text = refused_column([-77, 5, 9999.5, 5], {"sdtype": "numerical", "min": 0, "max": 10})
        assert "holds 10 values outside the spec's range 0 to 10" in text
        assert "77" not in text
        assert "9999" not in text

    def test_booleans_are_no_numbers(self) -> None:
        assert "holds booleans" in refused_column([True, False], "numerical")


class TestBoolean:
    @pytest.mark.parametrize(
        "values", [[True, False], [1, 0], [1.0, 0.0], ["true", "False"], ["t", "f"], ["YES", "no"], ["1", "0"]]
    )
    def test_accepted_forms(self, values: list[Any]) -> None:
        found, schema = one(values, "boolean")
        assert found.tolist() == [True, False]
        assert schema.storage == "boolean"

    def test_missing_stays_missing(self) -> None:
        found, _ = one([True, None], {"sdtype": "boolean", "nullable": True})
        assert found.isna().tolist() == [False, True]

    @pytest.mark.parametrize("values", [[0, 1, 2], ["yes", "perhaps"]])
    def test_anything_else_is_counted(self, values: list[Any]) -> None:
        assert "holds 1 different values that are neither true nor false" in refused_column(values, "boolean")


class TestCategorical:
    def test_types_are_kept_and_sorted(self) -> None:
        assert one(["b", "a"], "categorical")[1].categories == ("a", "b")
        assert one([3, 1], "categorical")[1].categories == (1, 3)
        assert one([True, False], "categorical")[1].categories == (False, True)
        assert one([2.5, 1.0], "categorical")[1].categories == (1.0, 2.5)

    def test_floats_that_are_integers_become_integers(self) -> None:
        _, schema = one(pd.Series([np.float32(3), np.float32(1)]), "categorical")
        assert schema.categories == (1, 3)
        assert [type(value) for value in schema.categories or ()] == [int, int]
        assert schema.storage == "integer"

    def test_text_stays_exactly(self) -> None:
        texts = ["01", "1.0", "NA", "None", "nan", " x", "", "TRUE", "a\nb", "é", "é"]
        found, schema = one(texts, "categorical", kind="csv")
        assert found.tolist() == texts
        assert schema.categories == tuple(sorted(texts))

    def test_declared_numbers_read_from_csv_text(self) -> None:
        _, schema = one(["3", "1.0"], {"sdtype": "categorical", "values": [1, 2, 3]}, kind="csv")
        assert (schema.storage, schema.categories) == ("integer", (1, 3))

    def test_values_outside_the_set_are_counted(self) -> None:
        text = refused_column(["a", "SECRET", "b", "a"], {"sdtype": "categorical", "values": ["a", "b"]})
        assert "holds 5 values outside the values that the spec allows" in text
        assert "SECRET" not in text

    def test_yes_and_no_read_as_booleans_by_yaml(self) -> None:
        text = refused_column(["yes", "no"], {"sdtype": "categorical", "values": [True, False]})
        assert "in quotes" in text

    def test_numbers_declared_as_text(self) -> None:
        assert "without quotes" in refused_column([1, 2], {"sdtype": "categorical", "values": ["1", "2"]})

    def test_mixed(self) -> None:
        assert "mixes" in refused_column([1, "1"], "categorical")
        assert "mixes" in refused_column([True, 1], "categorical")

    def test_too_many(self) -> None:
        text = refused(hostile.many_categories(), {"id": "id", "group": "categorical"})
        assert "20,000 categories" in text
        assert "id, pii or numerical" in text

    def test_ten_thousand_are_still_allowed(self) -> None:
        _, schema = conform_source(
            hostile.many_categories().head(10_000), hostile.spec_of({"id": "id", "group": "categorical"})
        )
        assert len(schema["group"].categories or ()) == 10_000

    def test_nul_characters(self) -> None:
        assert "1 different texts with a NUL" in refused_column(["a\x00b", "c"], "categorical")

    def test_pandas_categories(self) -> None:
        found, schema = one(pd.Series(["b", "a"] * 10, dtype="category"), "categorical")
        assert schema.categories == ("a", "b")
        assert found[:2].tolist() == ["b", "a"]

    def test_infinity_is_no_category(self) -> None:
        assert "infinite" in refused_column([1.0, np.inf], "categorical")

    def test_dates_are_no_categories(self) -> None:
        assert "holds dates or times" in refused_column([date(2024, 1, 1)], "categorical")


class TestDatetime:
    def test_far_dates_keep_their_day_and_microsecond(self) -> None:
        frame, schema = conform_source(hostile.far_dates(), hostile.spec_of({"day": "datetime", "time": "datetime"}))
        assert [schema["day"].storage, schema["time"].storage] == ["date", "timestamp"]
        assert frame["day"].dtype == frame["time"].dtype == np.dtype("datetime64[us]")
        assert frame["day"][0].isoformat() == "1600-01-01T00:00:00"
        assert frame["time"][0].isoformat() == "1600-01-01T01:02:03.000004"
        assert frame["time"][1].isoformat() == "2400-12-31T23:59:59"

    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("1600-01-01", "1600-01-01T00:00:00"),
            ("2400-12-31T23:59:59", "2400-12-31T23:59:59"),
            ("2024-01-31 12:00", "2024-01-31T12:00:00"),
            ("2024-01-31T12:00:00Z", "2024-01-31T12:00:00"),
            ("2024-01-31T12:00:00+02:00", "2024-01-31T10:00:00"),
        ],
    )
    def test_iso_text(self, text: str, wanted: str) -> None:
        found, _ = one([text], "datetime", kind="csv")
        assert found[0].isoformat() == wanted

    def test_zones_become_utc_with_a_note(self, caplog: pytest.LogCaptureFixture) -> None:
        zone = timezone(timedelta(hours=-5))
        with caplog.at_level(logging.INFO, logger="headwater.sources.conform"):
            found, schema = one([datetime(2024, 1, 31, 22, 0, tzinfo=zone)], "datetime")
        assert found[0].isoformat() == "2024-02-01T03:00:00"
        assert schema.storage == "timestamp"
        assert "stored in UTC" in caplog.text

    def test_zoned_dtype(self) -> None:
        found, _ = one(pd.Series(pd.to_datetime(["2024-01-31T12:00:00+02:00"])), "datetime")
        assert found[0].isoformat() == "2024-01-31T10:00:00"

    def test_mixed_zones(self) -> None:
        values = [datetime(2024, 1, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, 1)]
        assert "mixes times with and without" in refused_column(values, "datetime")

    def test_arrow_dates_never_pass_through_nanoseconds(self) -> None:
        raw = pa.table({"x": pa.array([date(1600, 1, 1), None] * 60), "y": pa.array([1.5] * 120)})
        spec = hostile.spec_of({"x": {"sdtype": "datetime", "nullable": True}, "y": "numerical"})
        frame, schema = conform_source(raw, spec)
        assert schema["x"].storage == "date"
        assert frame["x"][0].isoformat() == "1600-01-01T00:00:00"
        assert frame["x"].isna().sum() == 60

    def test_no_dates(self) -> None:
        text = refused_column(["2024-01-01", "31.12.2024", "SECRET"], "datetime")
        assert "2 different values that are no ISO 8601 date" in text
        assert "SECRET" not in text
        assert "holds numbers" in refused_column([20240101], "datetime")

    def test_years_past_9999(self) -> None:
        raw = pd.Series(np.array(["12000-01-01"] * 20, dtype="datetime64[s]"))
        assert "outside the years 1 to 9999" in refused_column(raw, "datetime")

    def test_range(self) -> None:
        column = {"sdtype": "datetime", "min": date(2000, 1, 1), "max": date(2020, 12, 31)}
        values = ["1999-12-31", "2000-01-01", "2020-12-31T23:59:59", "2021-01-01"]
        assert "holds 10 values outside the spec's range 2000-01-01 to 2020-12-31" in refused_column(values, column)


class TestIdAndPii:
    def test_ids(self) -> None:
        assert one([1.0, 2.0], "id")[1].storage == "integer"
        assert one(["1", "2"], "id")[1].storage == "text"
        assert one(["1", "2"], "id", kind="csv")[1].storage == "integer"
        found, schema = one(["007", "2"], "id", kind="csv")
        assert (schema.storage, found.tolist()) == ("text", ["007", "2"])

    def test_ids_are_whole(self) -> None:
        assert "numbers that are not whole" in refused_column([1.5], "id")

    def test_pii_is_text_and_says_its_kind(self) -> None:
        found, schema = one([4711.0, None], {"sdtype": "pii", "pii": "phone_number", "nullable": True})
        assert (schema.storage, schema.pii) == ("text", "phone_number")
        assert found[0] == "4711"
        assert found.isna().tolist() == [False, True]

    def test_repeated_primary_key(self) -> None:
        raw = pd.concat([hostile.ordinary(), hostile.ordinary(3)])
        text = refused(raw, hostile.ORDINARY, keys={"primary": ["id"]})
        assert "primary key ['id'] repeats in 3 rows" in text

    def test_empty_entity_key(self) -> None:
        raw = hostile.ordinary().assign(id=[None, *range(1, 120)])
        columns = {**hostile.ORDINARY, "id": {"sdtype": "id", "nullable": True}}
        assert "entity key ['id'] is empty in 1 rows" in refused(raw, columns, keys={"entity": ["id"]})

    @pytest.mark.parametrize("value", [b"bytes", [1, 2], {"a": 1}, timedelta(1)])
    def test_values_no_column_can_hold(self, value: Any) -> None:
        assert "which no column can hold" in refused_column([value], "categorical")


@pytest.mark.skipif(not CENSUS.exists(), reason=f"{CENSUS} is not here")
def test_census_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    from headwater.sources.read import read_source
    from headwater.spec import load_spec

    monkeypatch.setenv("HEADWATER_CENSUS_CSV", str(CENSUS))
    spec = load_spec(Path("include/datasets/census.yaml"))
    frame, schema = conform_source(read_source(spec, str), spec)
    assert frame.shape == (32_561, 15)
    assert schema["age"].storage == "integer"
    assert schema["education"].categories is not None
    assert len(schema["education"].categories) == 16
    assert frame["salary"].value_counts().to_dict() == {"<=50K": 24_720, ">50K": 7_841}
