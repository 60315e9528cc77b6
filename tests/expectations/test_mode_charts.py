"""The pictures show the figures that the checks gave, and no hidden name."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.checks.result import CheckResult
from headwater.expectations import cells
from headwater.expectations.mode_charts import categories, joint_cells, repeats, two_scores


def result(detail: dict[str, Any], **changed: Any) -> CheckResult:
    return CheckResult(
        **{
            "name": "check",
            "severity": "critical",
            "value": 0.5,
            "limit": 0.4,
            "direction": "at_least",
            "limit_origin": "exact",
            "n": 100,
            "passed": True,
            "sentence": "It is so.",
            "detail": detail,
            **changed,
        }
    )


def test_a_dot_is_a_category_s_kept_part() -> None:
    column = {"column": "job", "names": ["a", "b"], "real": [80, 20], "synthetic": [95, 5]}
    chart = categories(result({"columns": [column]}))
    assert chart is not None
    rarest = chart["data"]["values"][0]
    assert (rarest["name"], rarest["real"], rarest["made"], rarest["kept"]) == ("b", 0.2, 0.05, 0.25)


def test_hidden_categories_go_by_their_rank() -> None:
    column = {"column": "town", "names": None, "real": [80, 20], "synthetic": [80, 20]}
    chart = categories(result({"columns": [column]}))
    assert chart is not None
    assert {dot["name"] for dot in chart["data"]["values"]} == {"no. 1 (not shown)", "no. 2 (not shown)"}


def test_cells_have_both_shares() -> None:
    chart = joint_cells(result({"real": [0.7, 0.3], "synthetic": [0.9, 0.1]}))
    assert chart is not None
    assert chart["data"]["values"] == [{"cell": 1, "real": 0.7, "made": 0.9}, {"cell": 2, "real": 0.3, "made": 0.1}]


def test_repeats_stand_beside_limit_and_real_rows() -> None:
    chart = repeats(result({"repeats": [0.9, 0.92], "real_mean": 0.97}))
    assert chart is not None
    assert [value["value"] for value in chart["data"]["values"]] == [0.9, 0.92]
    rules = [layer["data"]["values"][0]["at"] for layer in chart["layer"] if "data" in layer]
    assert rules == [0.4, 0.97]


def test_two_scores_are_two_bars() -> None:
    chart = two_scores(result({"score": "AUC", "trained_on_real": 0.9, "trained_on_synthetic": 0.8}))
    assert chart is not None
    assert [row["score"] for row in chart["data"]["values"]] == [0.9, 0.8]


@pytest.mark.parametrize("draw", [categories, joint_cells, repeats, two_scores])
def test_without_figures_there_is_no_picture(draw: Any) -> None:
    assert draw(result({})) is None


def test_numbers_and_limits_in_words() -> None:
    check = result({}, interval=(0.45, 0.55))
    assert cells.value_of(check) == "0.5 (95 %: 0.45 to 0.55)"
    assert cells.limit_of(check) == "at least 0.4, exact binomial limit"
    assert cells.value_of(result({}, value=None, passed=False)) == "–"
    assert cells.value_of(result({}, name="rule:x", value=12345.0)) == "12,345"
    assert cells.limit_of(result({}, name="rule:x", limit=0.0)) == "none may break it"
