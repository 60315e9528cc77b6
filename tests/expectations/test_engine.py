"""The counting engine counts what Great Expectations' own engine counts, and hands out no values."""

from __future__ import annotations

from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import numpy as np
import pandas as pd
import pytest
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.validator.validator import Validator

from headwater.expectations.engine import CountingEngine


def table() -> pd.DataFrame:
    draw = np.random.default_rng(5)
    whole = pd.array(draw.integers(-50, 50, 500), dtype="Int64")
    whole[::9] = pd.NA
    real = draw.normal(size=500)
    real[::11] = np.nan
    real[3], real[4] = np.inf, -np.inf
    return pd.DataFrame(
        {
            "whole": whole,
            "real": real,
            "kind": pd.Categorical(
                draw.choice(np.array(["a", "b", "c", None], dtype=object), 500), categories=["c", "a", "b", "unused"]
            ),
            "text": pd.array(draw.choice(["x", "y", "z"], 500), dtype="string"),
            "when": np.datetime64("1900-01-01", "us") + (draw.integers(0, 300_000, 500)).astype("timedelta64[D]"),
        }
    )


EXPECTATIONS = [
    gxe.ExpectColumnValuesToNotBeNull(column="whole"),
    gxe.ExpectColumnValuesToNotBeNull(column="kind"),
    gxe.ExpectColumnValuesToBeBetween(column="whole", min_value=-20, max_value=31),
    gxe.ExpectColumnValuesToBeBetween(column="whole", max_value=7),
    gxe.ExpectColumnValuesToBeBetween(column="real", min_value=-1.5, max_value=1.5),
    gxe.ExpectColumnValuesToBeInSet(column="kind", value_set=["a", "b"]),
    gxe.ExpectColumnValuesToBeInSet(column="text", value_set=["x"]),
    gxe.ExpectColumnValuesToBeInSet(column="whole", value_set=[1, 2, 3]),
    gxe.ExpectColumnValuesToBeUnique(column="whole"),
    gxe.ExpectColumnValuesToBeUnique(column="kind"),
    gxe.ExpectCompoundColumnsToBeUnique(column_list=["whole", "text"]),
]


def run(engine: Any, frame: pd.DataFrame, expectation: Any, form: dict[str, Any] | None = None) -> Any:
    context = gx.get_context(mode="ephemeral")
    engine.load_batch_data("b", frame)
    validator = Validator(execution_engine=engine, data_context=context)
    asked = {"result_format": form or {"result_format": "BASIC", "partial_unexpected_count": 0}}
    return validator.graph_validate([expectation.configuration], runtime_configuration=asked)[0]


@pytest.mark.parametrize(
    "expectation", EXPECTATIONS, ids=lambda one: f"{one.expectation_type}-{one.dict().get('column')}"
)
def test_counts_are_those_of_the_stock_engine(expectation: Any) -> None:
    ours, theirs = run(CountingEngine(), table(), expectation), run(PandasExecutionEngine(), table(), expectation)
    assert ours.result["unexpected_count"] == theirs.result["unexpected_count"] > 0
    assert ours.success == theirs.success


def test_dates_far_from_1970_are_compared() -> None:
    frame = pd.DataFrame({"when": np.array(["1677-01-01", "1969-12-31", "2263-01-01", "NaT"], dtype="datetime64[us]")})
    rule = gxe.ExpectColumnValuesToBeBetween(
        column="when",
        min_value=pd.Timestamp("1900-01-01").to_pydatetime(),
        max_value=pd.Timestamp("2262-01-01").to_pydatetime(),
    )
    assert run(CountingEngine(), frame, rule).result["unexpected_count"] == 2


@pytest.mark.parametrize("form", ["BASIC", "SUMMARY", "COMPLETE"])
def test_no_value_is_handed_out_whatever_is_asked_for(form: str) -> None:
    rule = gxe.ExpectColumnValuesToBeInSet(column="text", value_set=["x"])
    asked = {"result_format": form, "partial_unexpected_count": 20, "include_unexpected_rows": form != "BASIC"}
    found = run(CountingEngine(), table(), rule, asked)
    assert found.result["unexpected_count"] > 0
    values = [value for key, value in found.result.items() if "list" in key or "rows" in key or "counts" in key]
    assert all(len(value) == 0 for value in values)


def test_a_missing_column_is_an_error_in_our_words() -> None:
    engine = CountingEngine()
    found = run(engine, table(), gxe.ExpectColumnValuesToNotBeNull(column="gone"))
    assert not found.success
    assert engine.told == {"the batch has no column 'gone'"}


def test_a_doubled_column_is_an_error() -> None:
    frame = table()
    frame.columns = ["whole", "whole", "kind", "text", "when"]
    engine = CountingEngine()
    assert not run(engine, frame, gxe.ExpectColumnValuesToNotBeNull(column="whole")).success
    assert engine.told == {"the batch has more than one column 'whole'"}
