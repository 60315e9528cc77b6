"""The decision and the score, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.checks.result import CheckResult
from headwater.checks.verdict import score, verdict


def result(name: str, value: float | None = 1.0, **fields: Any) -> CheckResult:
    settings: dict[str, Any] = {
        "severity": "critical",
        "limit": 0.5,
        "direction": "at_least",
        "limit_origin": "spec",
        "n": 100,
        "passed": True,
        "sentence": "",
        **fields,
    }
    return CheckResult(name=name, value=value, **settings)


def test_no_checks_no_release() -> None:
    assert not verdict([]).passed
    assert not verdict([result("a", severity="info"), result("b", severity="warning")]).passed
    assert verdict([]).sentence == "Not passed: no critical check was run."


def test_all_critical_checks_must_pass() -> None:
    assert verdict([result("a"), result("b")]).passed
    bad = verdict([result("a"), result("b", passed=False), result("c", passed=False)])
    assert (bad.passed, bad.failed) == (False, ("b", "c"))
    assert bad.sentence == "Not passed: 2 of 3 critical checks failed (b, c)."


def test_warnings_are_told_and_block_nothing() -> None:
    told = verdict([result("a"), result("w", severity="warning", passed=False)])
    assert (told.passed, told.warnings) == (True, ("w",))
    assert told.sentence == "Passed: 1 of 1 critical checks passed. Warnings: w."


def test_the_score_by_hand() -> None:
    results = [
        result("knn_coverage", 0.72, detail={"real_mean": 0.96}),  # .75
        result("cell_coverage", 0.9),
        result("c2st", 0.6),  # 2 * .4 = .8
        result("utility_gap:a", -0.1),
        result("utility_gap:b", 0.25),  # the worst: .75
    ]
    assert score(results) == pytest.approx((0.75 + 0.9 + 0.8 + 0.75) / 4)
    assert score(results[:3]) == pytest.approx((0.75 + 0.9 + 0.8) / 3)


def test_better_than_real_is_no_better_than_perfect() -> None:
    results = [
        result("knn_coverage", 1.0, detail={"real_mean": 0.96}),
        result("cell_coverage", 1.0),
        result("c2st", 0.3),
        result("utility_gap:a", -0.5),
    ]
    assert score(results) == 1.0


def test_a_broken_check_earns_nothing() -> None:
    names = ["knn_coverage", "cell_coverage", "c2st", "utility_gap:a"]
    assert score([result(name, None, error="ValueError") for name in names]) == 0.0
    assert score([]) == 0.0
