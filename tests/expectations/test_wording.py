"""What a row of the page tells of a check: numbers with sensible digits, a limit and its origin, words that agree."""

from __future__ import annotations

import pytest
from tests.expectations.made import result

from headwater.expectations import wording
from headwater.expectations.families import FAMILIES
from headwater.expectations.page_order import TITLES, group_of, in_order
from headwater.expectations.pictures import picture_of


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "0"),
        (8.9e-16, "0"),
        (1.0, "1"),
        (20_000.0, "20,000"),
        (1_234.56, "1,235"),
        (0.912345, "0.912"),
        (-0.00421, "−0.00421"),
        (-3.0, "−3"),
        (3.2e-7, "3.2e−07"),
        (1e20, "1e+20"),
    ],
)
def test_numbers_have_sensible_digits(value: float, told: str) -> None:
    assert wording.number(value) == told


def test_an_interval_that_does_not_hold_its_value_is_not_told() -> None:
    assert wording.found_of(result(interval=(0.4, 0.6), noise=0.7)) == ["0.5", "95%: 0.4 to 0.6", "honest rows: 0.7"]
    assert wording.found_of(result(value=199.0, interval=(5.2, 5.3))) == ["199"]


def test_a_rule_counts_breaches() -> None:
    rule = result(name="rule:column_values_to_not_be_null:age", family="", value=3.0, limit=0.0, direction="at_most")
    assert (wording.found_of(rule), wording.limit_of(rule)) == (["3"], ["none may break it"])


def test_a_limit_is_told_with_its_origin() -> None:
    assert wording.limit_of(result(limit_origin="spec")) == ["at least 0.4", "from the spec"]
    assert wording.limit_of(result(direction="at_most", limit_origin="exact"))[0] == "at most 0.4"
    assert wording.limit_of(result(limit=None, severity="info")) == ["–"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"effect": 2.64, "ratio": 0.884},
            "2.6 standard deviations worse than honest rows on average. 88% of the way to ",
        ),
        (
            {"effect": 2.8, "ratio": -0.1},
            "2.8 standard deviations worse than honest rows on average. Half of all honest ",
        ),
        ({"effect": -8.0, "ratio": -2.3}, "No worse than honest rows on average."),
        ({"effect": 9.0, "ratio": 2.68, "passed": False}, "It went 2.7 times as far as the limit."),
        ({"limit": None, "ratio": 1.4}, "Beyond what honest rows show; not judged before its generator is promoted."),
        ({"limit": None, "ratio": 0.4}, "Within what honest rows show; not judged before its generator is promoted."),
        ({"detection_limit": 0.0025}, "A loss of 0.25% of the real rows, all in one place, would have failed here."),
    ],
)
def test_the_way_from_honest_rows_to_the_limit_is_told(changed: dict[str, object], told: str) -> None:
    assert told in " ".join(wording.finding(result(**changed)))


@pytest.mark.parametrize(
    "changed",
    [
        {"ratio": 0.5, "passed": False, "limit_origin": "exact"},
        {"ratio": 3.0, "limit_origin": "noise_floor"},
        {"ratio": 0.5, "limit_origin": "spec"},
        {"effect": 0.0, "ratio": -1.0},
        {},
    ],
)
def test_no_way_is_told_that_would_contradict_the_outcome(changed: dict[str, object]) -> None:
    told = " ".join(wording.finding(result(**changed)))
    assert "limit" not in told
    assert "as far" not in told


def test_failed_checks_come_first_then_families_by_their_nearest() -> None:
    checks = [
        result(name="rule:x", family="", ratio=None),
        result(name="cell.mass", ratio=0.1),
        result(name="pair.total", family="pair", ratio=0.3),
        result(name="cell.scan", ratio=0.9),
        result(name="joint.c2st", family="joint", ratio=1.2, passed=False),
        result(name="rule:y", family="", ratio=None, passed=False, severity="warning"),
        result(name="utility.score", family="utility", value=None, passed=False, error="ValueError"),
        result(name="tail.sum", family="tail", ratio=4.0, passed=False),
    ]
    assert [checks[place].name for place in in_order(checks)] == [
        "utility.score",
        "tail.sum",
        "joint.c2st",
        "rule:y",
        "cell.scan",
        "cell.mass",
        "pair.total",
        "rule:x",
    ]


def test_every_family_has_its_heading() -> None:
    assert set(TITLES) == set(FAMILIES)
    assert group_of(result(family="new")) == "new"


@pytest.mark.parametrize("family", FAMILIES)
def test_the_plugin_draws_a_family_as_data_docs_do(family: str) -> None:
    """With the figures of every picture at hand, each family takes its own."""
    pair = {"columns": ["a", "b"], "labels": None, "gaps": [0.1, -0.1]}
    figures = {"real": [0.5, 0.5], "synthetic": [0.4, 0.6], "kept": [0.5, 0.5], "column": "a", "is_number": True}
    scores = {"score": "AUC", "trained_on_real": 0.9, "trained_on_synthetic": 0.8}
    for detail in ({**figures, **scores, **pair, "names": None}, {}):
        found = result(name=f"{family}.x", family=family, detail=detail)
        assert picture_of(found) == FAMILIES[family].chart(found) is not None
