"""Datetime columns: far dates, zones, ISO text, ranges."""

# ruff: noqa: DTZ001 - times without zone are the subject here

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from tests.sources import hostile
from tests.sources.conforming import one, refused_column

from headwater.sources.conform import conform_source


def test_far_dates_keep_their_day_and_microsecond() -> None:
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
def test_iso_text(text: str, wanted: str) -> None:
    found, _ = one([text], "datetime", kind="csv")
    assert found[0].isoformat() == wanted


def test_zones_become_utc_with_a_note(caplog: pytest.LogCaptureFixture) -> None:
    zone = timezone(timedelta(hours=-5))
    with caplog.at_level(logging.INFO, logger="headwater.sources.conform"):
        found, schema = one([datetime(2024, 1, 31, 22, 0, tzinfo=zone)], "datetime")
    assert found[0].isoformat() == "2024-02-01T03:00:00"
    assert schema.storage == "timestamp"
    assert "stored in UTC" in caplog.text


def test_zoned_dtype() -> None:
    found, _ = one(pd.Series(pd.to_datetime(["2024-01-31T12:00:00+02:00"])), "datetime")
    assert found[0].isoformat() == "2024-01-31T10:00:00"


def test_mixed_zones() -> None:
    values = [datetime(2024, 1, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, 1)]
    assert "mixes times with and without" in refused_column(values, "datetime")


def test_arrow_dates_never_pass_through_nanoseconds() -> None:
    raw = pa.table({"x": pa.array([date(1600, 1, 1), None] * 60), "y": pa.array([1.5] * 120)})
    spec = hostile.spec_of({"x": {"sdtype": "datetime", "nullable": True}, "y": "numerical"})
    frame, schema = conform_source(raw, spec)
    assert schema["x"].storage == "date"
    assert frame["x"][0].isoformat() == "1600-01-01T00:00:00"
    assert frame["x"].isna().sum() == 60


def test_no_dates() -> None:
    text = refused_column(["2024-01-01", "31.12.2024", "SECRET"], "datetime")
    assert "2 different values that are no ISO 8601 date" in text
    assert "SECRET" not in text
    assert "holds numbers" in refused_column([20240101], "datetime")


def test_years_past_9999() -> None:
    raw = pd.Series(np.array(["12000-01-01"] * 20, dtype="datetime64[s]"))
    assert "outside the years 1 to 9999" in refused_column(raw, "datetime")


def test_range() -> None:
    column = {"sdtype": "datetime", "min": date(2000, 1, 1), "max": date(2020, 12, 31)}
    values = ["1999-12-31", "2000-01-01", "2020-12-31T23:59:59", "2021-01-01"]
    assert "holds 10 values outside the spec's range 2000-01-01 to 2020-12-31" in refused_column(values, column)
