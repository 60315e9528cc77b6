"""The pictures show the figures that the checks gave, red what is lost, and no hidden name."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from headwater.checks.result import CheckResult
from headwater.expectations import charts
from headwater.expectations.chart_parts import LIMIT, REAL, SYNTHETIC, WIDTH, apart

HOSTILE = '"><img src=x onerror=alert(1)>\'\\"]; alert(1) //'
DRAWN_FROM_DETAIL = [
    charts.category_shares,
    charts.column_distribution,
    charts.pair_table,
    charts.cells,
    charts.column_gaps,
    charts.two_scores,
]


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


def shares(**changed: Any) -> dict[str, Any]:
    return {"column": "job", "names": ["a", "b", "c"], "real": [0.2, 0.7, 0.1], "synthetic": [0.3, 0.7, 0], **changed}


def bins(**changed: Any) -> dict[str, Any]:
    given = {"column": "age", "labels": ["≤ 37", "> 37", "(missing)"], "is_number": True}
    return {**given, "real": [0.6, 0.4, 0.0], "synthetic": [0.5, 0.5, 0.0], **changed}


def pair(**changed: Any) -> dict[str, Any]:
    given = {"columns": ["sex", "job"], "labels": [["f", "m"], ["x", "y"]]}
    return {**given, "real": [[0.1, 0.2], [0.3, 0.4]], "synthetic": [[0.1, 0.25], [0.35, 0.3]], **changed}


def text(chart: Any) -> str:
    """The JSON of a picture, once it is clear that a browser can read it and that it is not too wide."""
    assert chart is not None
    written = json.dumps(chart, allow_nan=False, ensure_ascii=False)
    assert json.loads(written) == chart
    assert chart["width"] == WIDTH <= 480
    assert chart["autosize"] == {"type": "fit-x", "contains": "padding"}
    return written


def values(chart: Any) -> list[dict[str, Any]]:
    text(chart)
    found: list[dict[str, Any]] = chart["data"]["values"]
    return found


def red_if(chart: Any) -> list[str]:
    """Under which conditions a mark is red."""
    colours = [layer["encoding"].get("color", {}) for layer in chart["layer"]]
    return [c["condition"]["test"] for c in colours if c.get("condition", {}).get("value") == LIMIT]


def test_categories_stand_commonest_first_and_missing_ones_are_red() -> None:
    chart = charts.category_shares(result(shares()))
    assert values(chart) == [
        {"name": "b", "real": 0.7, "synthetic": 0.7, "is_missing": False},
        {"name": "a", "real": 0.2, "synthetic": 0.3, "is_missing": False},
        {"name": "c", "real": 0.1, "synthetic": 0.0, "is_missing": True},
    ]
    assert chart is not None
    assert red_if(chart) == ["datum.is_missing"] * 2
    assert chart["layer"][0]["encoding"]["color"]["scale"]["range"] == [REAL, SYNTHETIC]
    assert chart["title"]["subtitle"] == "The batch misses 1 of 3 categories."


def test_a_category_without_rows_on_either_side_is_left_out_and_an_invented_one_is_not_missing() -> None:
    chart = charts.category_shares(result(shares(real=[0.0, 1.0, 0.0], synthetic=[0.0, 0.9, 0.1])))
    assert [(row["name"], row["is_missing"]) for row in values(chart)] == [("b", False), ("c", False)]


def test_of_many_categories_the_commonest_and_the_missing_are_drawn() -> None:
    real = [1 / 100] * 100
    made = [0.0 if place in (3, 98) else 1 / 100 for place in range(100)]
    names = [f"town {place}" for place in range(100)]
    chart = charts.category_shares(result(shares(names=names, real=real, synthetic=made)))
    assert [row["name"] for row in values(chart)] == [*names[:24], "town 98"]
    assert chart is not None
    assert chart["title"]["subtitle"] == "The batch misses 2 of 100 categories. 25 of 100 are drawn."


def test_hidden_categories_go_by_their_rank() -> None:
    chart = charts.category_shares(result(shares(names=None)))
    assert [row["name"] for row in values(chart)] == [f"no. {rank} (not shown)" for rank in (1, 2, 3)]
    assert "names are not shown" in text(chart)


def test_a_number_s_bins_keep_their_order_and_lose_missing_where_nothing_is() -> None:
    chart = charts.column_distribution(result(bins()))
    assert values(chart) == [
        {"name": "≤ 37", "real": 0.6, "synthetic": 0.5},
        {"name": "> 37", "real": 0.4, "synthetic": 0.5},
    ]
    some = charts.column_distribution(result(bins(synthetic=[0.5, 0.4, 0.1])))
    assert [row["name"] for row in values(some)] == ["≤ 37", "> 37", "(missing)"]


@pytest.mark.parametrize(("label", "most"), [("≤ {}", 8), ("≤ 2021-01-{}", 4)])
def test_labels_are_thinned_until_they_fit_and_missing_keeps_its_own(label: str, most: int) -> None:
    labels = [*(label.format(place) for place in range(10, 73)), "(missing)"]
    chart = charts.column_distribution(result(bins(labels=labels, real=[1 / 64] * 64, synthetic=[1 / 64] * 64)))
    assert len(values(chart)) == 64
    assert chart is not None
    ticks = chart["layer"][0]["encoding"]["x"]["axis"]["values"]
    assert (ticks[0], ticks[-1]) == (labels[0], "(missing)")
    assert most - 1 <= len(ticks) <= most + 1


def test_hidden_edges_are_numbers_of_bins() -> None:
    chart = charts.column_distribution(result(bins(labels=None, synthetic=[0.5, 0.4, 0.1])))
    assert [row["name"] for row in values(chart)] == ["bin 1", "bin 2", "(missing)"]
    assert "its values are not shown" in text(chart)


def test_a_category_s_distribution_is_drawn_as_bars() -> None:
    given = bins(is_number=False, labels=["x", "y", "(missing)"], real=[0.3, 0.6, 0.1], synthetic=[0.4, 0.6, 0.0])
    chart = charts.column_distribution(result(given))
    assert [(row["name"], row["is_missing"]) for row in values(chart)] == [
        ("y", False),
        ("x", False),
        ("(missing)", True),
    ]
    hidden = charts.column_distribution(result({**given, "labels": None}))
    assert [row["name"] for row in values(hidden)] == ["no. 1 (not shown)", "no. 2 (not shown)", "(missing)"]


def test_a_table_shows_what_is_too_many_in_percentage_points() -> None:
    chart = charts.pair_table(result(pair()))
    assert [(row["down"], row["across"], row["points"]) for row in values(chart)] == [
        ("f", "x", 0),
        ("f", "y", 5),
        ("m", "x", 5),
        ("m", "y", -10),
    ]
    assert chart is not None
    scale = chart["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == [-10, 0, 10]
    assert (scale["range"][0], scale["range"][2]) == (LIMIT, SYNTHETIC)
    shown = {clue["field"] for clue in chart["layer"][0]["encoding"]["tooltip"]}
    assert {"real", "synthetic"} <= shown


def test_a_hidden_column_of_a_table_goes_by_places_and_empty_bins_are_left_out() -> None:
    chart = charts.pair_table(
        result(pair(labels=[None, ["x", "y"]], real=[[0, 1], [0, 0]], synthetic=[[0, 1], [0, 0]]))
    )
    assert [(row["down"], row["across"]) for row in values(chart)] == [("no. 1 (not shown)", "y")]


def test_a_table_of_equal_shares_is_pale() -> None:
    same = [[0.5, 0.5]]
    chart = charts.pair_table(result(pair(labels=[["f"], ["x", "y"]], real=same, synthetic=same)))
    text(chart)
    assert chart is not None
    assert chart["layer"][0]["encoding"]["color"]["scale"]["domain"] == [-0.1, 0, 0.1]


def test_cells_have_both_shares_and_those_not_kept_are_red() -> None:
    chart = charts.cells(result({"real": [0.3, 0.7], "synthetic": [0.1, 0.9], "kept": [False, True]}))
    assert values(chart) == [
        {"cell": 1, "real": 0.7, "synthetic": 0.9, "is_kept": True},
        {"cell": 2, "real": 0.3, "synthetic": 0.1, "is_kept": False},
    ]
    assert chart is not None
    assert red_if(chart) == ["!datum.is_kept"]
    assert chart["title"]["text"] == "The batch misses 1 of 2 cells of real rows"
    whole = charts.cells(result({"real": [1.0], "synthetic": [1.0], "kept": [True]}))
    assert "misses none of 1 cells" in text(whole)


def test_gaps_stand_most_negative_first() -> None:
    chart = charts.column_gaps(result({"columns": ["a", "b", "c"], "gaps": [0.1, -0.3, -0.1]}))
    assert values(chart) == [{"name": "b", "gap": -0.3}, {"name": "c", "gap": -0.1}, {"name": "a", "gap": 0.1}]
    assert chart is not None
    assert red_if(chart) == ["datum.gap < 0"]
    assert "nats a row" in chart["title"]["text"]


def test_of_many_gaps_the_largest_are_drawn() -> None:
    columns, gaps = [f"c{place}" for place in range(60)], [place / 100 - 0.3 for place in range(60)]
    drawn = values(charts.column_gaps(result({"columns": columns, "gaps": gaps})))
    assert len(drawn) == 25
    assert (drawn[0]["name"], drawn[-1]["name"]) == ("c0", "c59")
    assert min(abs(row["gap"]) for row in drawn) > 0.17


def test_two_scores_are_two_bars() -> None:
    chart = charts.two_scores(result({"score": "AUC", "trained_on_real": 0.9, "trained_on_synthetic": 0.8}))
    assert [(row["score"], row["colour"]) for row in values(chart)] == [(0.9, REAL), (0.8, SYNTHETIC)]


def test_a_value_stands_against_its_limit_and_honest_rows() -> None:
    chart = charts.against_limit(result({}, noise=0.6, interval=(0.45, 0.55)))
    row = values(chart)[0]
    assert {key: row[key] for key in ("value", "limit", "noise", "low", "high")} == {
        "value": 0.5,
        "limit": 0.4,
        "noise": 0.6,
        "low": 0.45,
        "high": 0.55,
    }
    assert chart is not None
    assert [layer["mark"]["type"] for layer in chart["layer"]] == ["rect", "rule", "rule", "rule", "point"]
    assert chart["layer"][2]["mark"]["strokeDash"]
    failing = chart["layer"][0]["encoding"]
    assert (failing["x"]["field"], failing["x2"]["field"]) == ("start", "limit")


def test_a_value_without_interval_or_noise_is_a_dot_and_a_limit() -> None:
    chart = charts.against_limit(result({}, value=0.0, limit=0.0, direction="at_most"))
    row = values(chart)[0]
    assert row["start"] < row["limit"] < row["end"]
    assert chart is not None
    assert [layer["mark"]["type"] for layer in chart["layer"]] == ["rect", "rule", "point"]
    assert chart["layer"][0]["encoding"]["x2"] == {"field": "end"}


@pytest.mark.parametrize("changed", [{"value": None}, {"limit": None}])
def test_without_value_or_limit_there_is_no_picture(changed: dict[str, Any]) -> None:
    assert charts.against_limit(result({}, **changed)) is None


@pytest.mark.parametrize("draw", DRAWN_FROM_DETAIL)
def test_without_figures_there_is_no_picture(draw: Any) -> None:
    assert draw(result({})) is None


@pytest.mark.parametrize(
    ("draw", "detail"),
    [
        (charts.category_shares, shares(names=[], real=[], synthetic=[])),
        (charts.category_shares, shares(real=[0, 0, 0], synthetic=[0, 0, 0])),
        (charts.category_shares, shares(real=[math.nan, 0.5, 0.5])),
        (charts.category_shares, shares(names=["a"])),
        (charts.category_shares, shares(synthetic=[1.0])),
        (charts.column_distribution, bins(labels=[], real=[], synthetic=[])),
        (charts.column_distribution, bins(real=[0, 0, 0], synthetic=[0, 0, 0])),
        (charts.column_distribution, bins(labels=["≤ 37"])),
        (charts.pair_table, pair(real=[], synthetic=[])),
        (charts.pair_table, pair(real=[[0.0, 0.0]] * 2, synthetic=[[0.0, 0.0]] * 2)),
        (charts.pair_table, pair(real=[[0.1], [0.2, 0.7]])),
        (charts.pair_table, pair(synthetic=[[1.0]])),
        (charts.pair_table, pair(labels=[["f"], None])),
        (charts.cells, {"real": [], "synthetic": [], "kept": []}),
        (charts.cells, {"real": [1.0], "synthetic": [1.0]}),
        (charts.column_gaps, {"columns": [], "gaps": []}),
        (charts.column_gaps, {"columns": ["a"], "gaps": [math.inf]}),
        (charts.two_scores, {"score": "AUC", "trained_on_real": 0.9}),
        (charts.two_scores, {"score": "AUC", "trained_on_real": 0.9, "trained_on_synthetic": None}),
    ],
)
def test_nothing_is_drawn_from_figures_that_are_empty_torn_or_no_numbers(draw: Any, detail: dict[str, Any]) -> None:
    assert draw(result(detail)) is None


@pytest.mark.parametrize(
    ("draw", "detail"),
    [
        (charts.category_shares, shares(column=HOSTILE, names=[HOSTILE, "x" * 300, ""])),
        (charts.column_distribution, bins(column=HOSTILE, labels=[HOSTILE, "x" * 300, "(missing)"])),
        (charts.pair_table, pair(columns=[HOSTILE, "image"], labels=[[HOSTILE, "x" * 300], ["", HOSTILE]])),
        (charts.column_gaps, {"columns": [HOSTILE, "x" * 300], "gaps": [0.1, -0.1]}),
    ],
)
def test_a_hostile_name_is_data_and_never_part_of_an_expression_or_a_field(draw: Any, detail: dict[str, Any]) -> None:
    chart = draw(result(detail))
    text(chart)
    for layer in chart["layer"]:
        drawn = json.loads(json.dumps(layer))
        for channel in drawn["encoding"].values():
            if isinstance(channel, dict):
                channel.get("axis", {}).pop("values", None)
        assert "alert" not in json.dumps(drawn)
        assert "xxx" not in json.dumps(drawn)


def test_equal_names_are_told_apart() -> None:
    assert apart(["a", "a", "", "a (2)", "a"]) == ["a", "a (2)", "(empty)", "a (2) (2)", "a (3)"]
