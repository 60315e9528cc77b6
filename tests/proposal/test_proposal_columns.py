# ruff: noqa: DTZ001 - times without zone are the subject here

"""What a column is taken for: types, ranges, codes, dates, marks that mean no value, and what it is unsure of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.proposal.asking import ROWS, of_csv, of_table, random, said, texts

from headwater.proposal import columns


@pytest.mark.parametrize("pair", [("Y", "N"), ("yes", "no"), ("True", "FALSE"), ("t", "f"), ("1", "0")])
def test_two_words_for_true_and_false_are_boolean(pair: tuple[str, str]) -> None:
    values = random().choice(pair, ROWS)
    assert of_csv("smokes", values).options == {"sdtype": "boolean"}
    assert of_table("smokes", values).options == {"sdtype": "boolean"}


def test_zero_and_one_are_boolean_and_one_and_two_are_not() -> None:
    bits = random().integers(0, 2, ROWS)
    assert of_table("active", bits).sdtype == "boolean"
    assert of_table("active", bits.astype(bool)).sdtype == "boolean"
    found = of_table("arm", bits + 1)
    assert found.options == {"sdtype": "categorical", "values": (1, 2)}
    assert "taken for codes" in said(found)
    # The chain reads no truth out of "0.0"; so such a column of a CSV must be something else.
    assert of_csv("active", [f"{bit}.0" for bit in bits]).sdtype == "categorical"


def test_numbers_get_a_range_that_stands_off_from_the_rows() -> None:
    ages = random().integers(19, 88, ROWS)
    found = of_csv("age", ages)
    assert found.sdtype == "numerical"
    assert 0 < found.options["min"] < ages.min()
    assert ages.max() < found.options["max"] <= 100
    assert str(ages.max()) not in said(found)
    assert of_csv("share", random().random(ROWS).round(3)).options == {"sdtype": "numerical", "min": 0, "max": 1}


def test_numbers_that_thin_out_have_no_largest() -> None:
    found = of_table("cost", random().lognormal(5, 1.5, ROWS).round(2))
    assert found.options == {"sdtype": "numerical", "min": 0}


def test_slips_of_the_pen_are_asked_about_and_not_taken_for_the_range() -> None:
    pressure = random().normal(130, 15, ROWS).round()
    pressure[:3], pressure[3] = 16_020, -150
    found = of_table("ap_hi", pressure)
    assert not {"min", "max"} & set(found.options)
    assert "4 values far beyond all others" in said(found)
    assert "1 value below zero" in said(found)
    assert "16" not in said(found).replace("161 different", "")


def test_few_numbers_are_codes_unless_their_name_counts() -> None:
    few = random().integers(1, 5, ROWS)
    assert of_csv("grade", few).options == {"sdtype": "categorical", "values": (1, 2, 3, 4)}
    assert of_csv("children", few).sdtype == "numerical"
    assert of_table("visits", random().poisson(9, ROWS).clip(0, 19)).sdtype == "numerical"
    halves = random().choice([0.5, 2.5, 6.0, 9.0], 4 * ROWS)
    assert of_table("step", halves).options == {"sdtype": "categorical", "values": (0.5, 2.5, 6, 9)}
    assert of_table("step", halves[:100]).sdtype == "numerical"


def test_leading_zeros_are_codes_in_a_csv() -> None:
    codes = [f"{number:05d}" for number in random().integers(0, 60, ROWS)]
    found = of_csv("ward", codes)
    assert found.options == {"sdtype": "categorical"}
    assert "leading zeros" in said(found)
    assert of_csv("card_id", [f"{number:06d}" for number in range(ROWS)]).sdtype == "id"


def test_numbers_written_as_text_must_be_cast_in_a_database() -> None:
    values = random().integers(0, 120, ROWS).astype(str)
    assert of_csv("stay", values).sdtype == of_csv("stay", [f" {value} " for value in values]).sdtype == "numerical"
    found = of_table("stay", values)
    assert found.sdtype == "categorical"
    assert "numbers written as text" in said(found)


@pytest.mark.parametrize("mark", ["NA", "?", "NULL", "n/a", "-"])
def test_a_mark_between_numbers_means_no_value(mark: str) -> None:
    values = np.where(random().random(ROWS) < 0.1, mark, random().normal(50, 9, ROWS).round(1).astype(str))
    others = random(1).choice(["a", "b", mark], ROWS)
    found = columns.look(pd.DataFrame({"lab": texts(values), "ward": texts(others)}), is_csv=True)
    assert found.marks == (mark,)
    assert found.findings[0].options["nullable"] is True
    assert found.findings[0].sdtype == "numerical"
    assert found.findings[1].options["nullable"] is True, "the mark means no value in every column"


def test_a_mark_among_categories_is_asked_about_and_stays_one() -> None:
    found = of_csv("workclass", random().choice(["Private", "State", "?"], ROWS))
    assert "nullable" not in found.options
    assert "source.missing" in said(found)


def test_mixed_cells_of_a_csv_stay_text_and_are_asked_about() -> None:
    values = np.where(random().random(ROWS) < 0.05, "tall", random().integers(100, 140, ROWS).astype(str))
    found = of_csv("height", values)
    assert found.sdtype == "categorical"
    assert "values are no number" in said(found)
    assert "tall" not in said(found)


def test_mixed_types_of_a_table_are_a_problem_with_its_cure() -> None:
    values = pd.Series([1, "SECRET", 2.5] * 100, dtype=object)
    found = columns.look(pd.DataFrame({"odd": values, "blob": [b"x"] * 300}), is_csv=False)
    assert found.findings == ()
    assert ["'odd'" in str(found.problems[0]), "bytes" in str(found.problems[1])] == [True, True]
    assert "SECRET" not in str(found.problems)


def test_infinite_numbers_are_a_problem() -> None:
    found = columns.look(pd.DataFrame({"x": [np.inf, 1.0] * 200}), is_csv=False)
    assert "200 infinite values" in str(found.problems[0])


@pytest.mark.parametrize(
    ("values", "unsure"),
    [
        ([f"2024-0{1 + i % 9}-1{i % 10}" for i in range(ROWS)], ""),
        ([f"2024-01-02T0{i % 10}:30:00" for i in range(ROWS)], ""),
        ([f"2024-01-02 0{i % 10}:30:00+02:00" for i in range(ROWS)], ""),
        ([f"20240{1 + i % 9}1{i % 10}" for i in range(ROWS)], "YYYYMMDD"),
        (["2025-01-01T00:30:00+02:00", "2025-03-01T00:30:00+02:00"] * ROWS, ""),
    ],
)
def test_iso_dates_are_read(values: list[str], unsure: str) -> None:
    found = of_csv("admitted", values)
    assert found.options == {"sdtype": "datetime", "min": date(2024, 1, 1)}
    assert (unsure in said(found)) is True


@pytest.mark.parametrize("form", ["%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%d %b %Y"])
def test_other_dates_are_asked_about(form: str) -> None:
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(random().integers(0, 60, ROWS), unit="D")
    found = of_csv("admitted", days.strftime(form))
    assert found.sdtype == "categorical"
    assert "which Headwater does not read" in said(found)


@pytest.mark.parametrize(
    "values",
    [
        [date(1700 + i % 100, 5, 17) for i in range(ROWS)],
        [datetime(1700 + i % 100, 5, 17, 8, 30) for i in range(ROWS)],
        np.array([f"{1700 + i % 100}-05-17" for i in range(ROWS)], dtype="datetime64[us]"),
        pd.Series(np.array([f"{1700 + i % 100}-05-17" for i in range(ROWS)], dtype="datetime64[s]")).dt.tz_localize(
            "UTC"
        ),
    ],
)
def test_typed_dates_far_from_today(values: Any) -> None:
    assert of_table("signed", values).options == {"sdtype": "datetime", "min": date(1700, 1, 1)}


def test_days_that_stand_for_none_are_asked_about() -> None:
    days = [f"2023-03-{1 + i % 28:02d}" for i in range(ROWS)]
    days[:9] = ["1900-01-01"] * 9
    found = of_csv("closed", days)
    assert found.options == {"sdtype": "datetime"}
    assert "9 rows with a day that often stands for none" in said(found)


def test_dates_with_a_few_that_are_none_are_asked_about() -> None:
    days = [f"2023-03-{1 + i % 28:02d}" for i in range(ROWS)]
    days[5] = "2023-02-31"
    found = of_csv("closed", days)
    assert found.sdtype == "categorical"
    assert "correct them in the source" in said(found)
    assert "02-31" not in said(found)


def test_empty_and_constant_columns() -> None:
    assert of_csv("nothing", [""] * ROWS).options == {"sdtype": "numerical", "nullable": True}
    assert "empty in every row" in said(of_table("nothing", [None] * ROWS))
    for values in (["same"] * ROWS, [7] * ROWS, [7.5] * ROWS):
        found = of_csv("constant", values)
        assert found.options == {"sdtype": "categorical"}
        assert "always the same" in said(found)


def test_huge_numbers_are_ids_where_each_row_has_its_own() -> None:
    values = random().integers(2**60, 2**62, ROWS)
    assert of_table("nonce", values).sdtype == "id"
    assert of_csv("nonce", values).sdtype == "id"
    beyond = [2**64 + value * 10**6 for value in range(0, 40)] * 10
    assert of_csv("weight", beyond).sdtype == "numerical"
    assert "above 2^53" in said(of_csv("weight", beyond))


def test_ids_by_name_and_by_being_all_different() -> None:
    assert of_csv("id", range(ROWS)).sdtype == "id"
    assert of_csv("patient_id", random().integers(0, 200, ROWS)).sdtype == "id"
    assert of_csv("ward_id", random().integers(1, 9, ROWS)).sdtype == "categorical"
    shops = random().integers(0, 60, 20 * ROWS)
    assert of_csv("shop_id", shops).sdtype == of_csv("shop_id", [f"s{n}" for n in shops]).sdtype == "categorical"
    assert "id, if each is somebody" in said(of_csv("shop_id", shops))
    assert of_csv("client_id", shops).sdtype == of_csv("client_id", [f"s{n}" for n in shops]).sdtype == "id"
    row = of_csv("row", range(1, ROWS + 1))
    assert row.sdtype == "id"
    assert "taken for an id" in said(row)
    assert of_csv("amount", random().choice(10**6, ROWS, replace=False)).sdtype == "numerical"
    assert of_csv("token", [f"{n:08x}-0000-4000-8000-{n:012x}" for n in range(ROWS)]).sdtype == "id"


def test_rare_categories_are_counted_and_named_only_where_they_may_be() -> None:
    values = ["common"] * 2_000 + ["rare"] * 12 + ["single"]
    found = of_csv("ward", values)
    assert "rare: 2 of 3 categories below 1 % of the rows, 1 below .1 %" in said(found)
    assert found.shown == ("such as 'rare'",)
    assert "1 of 3 categories stand in one row each" in said(found)
    assert "rare'" not in said(found)
    hidden = of_csv("diagnosis", values)
    assert hidden.options == {"sdtype": "categorical", "sensitive": True}
    assert hidden.shown == ()


@pytest.mark.parametrize("name", ["race", "religion", "diagnosisCode", "BIRTH-YEAR", "zip", "HIV status"])
def test_a_sensitive_column_holds_no_value(name: str) -> None:
    for values in (random().choice(["SECRET1", "SECRET2"], ROWS), random().integers(3_000, 9_000, ROWS)):
        found = of_csv(name, values)
        assert found.options["sensitive"] is True
        assert not {"min", "max", "values"} & set(found.options)
        assert found.shown == ()
        assert "SECRET" not in said(found)


def test_sex_is_a_group() -> None:
    found = of_csv("sex", random().choice(["Male", "Female"], ROWS))
    assert found.options == {"sdtype": "categorical", "sensitive": True, "group": True}


def test_a_list_of_values_is_closed_only_where_all_are_common() -> None:
    assert of_csv("unit", random().choice(["a", "b", "c"], ROWS)).options["values"] == ("a", "b", "c")
    assert "values" not in of_csv("unit", ["a"] * 390 + ["b"] * 10).options
    assert "values" not in of_csv("unit", random().choice([f"u{i}" for i in range(13)], ROWS)).options
