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


def test_the_check_nearest_to_its_limit_is_named() -> None:
    drawn: dict[str, Any] = {"limit_origin": "certificate"}
    results = [result("a", ratio=0.2, **drawn), result("b", ratio=0.654, **drawn), result("c", **drawn)]
    told = verdict([*results, result("i", severity="info", ratio=9.0, **drawn)])
    assert told.sentence == "Passed: 3 of 3 critical checks passed. Nearest to its limit: b, at 65% of it."
    assert verdict([result("a", ratio=-0.5, **drawn)]).sentence.endswith("Nearest to its limit: a, at 0% of it.")


def test_a_limit_of_the_spec_is_no_multiple_of_noise() -> None:
    """Its ratio says how far beyond noise the value is; "at 257% of its limit" would be wrong here."""
    told = verdict([result("a", ratio=2.57), result("b", ratio=0.4, limit_origin="noise_floor")])
    assert told.sentence == "Passed: 2 of 2 critical checks passed. Nearest to its limit: b, at 40% of it."


def test_the_score_by_hand() -> None:
    results = [
        result("neighbours.coverage", 0.72, noise=0.96),  # .75
        result("cell.mass", 0.9),
        result("joint.c2st", 0.6),  # 2 * .4 = .8
        result("utility.score", 0.7, noise=0.95),  # loses .25: .75
    ]
    assert score(results) == pytest.approx((0.75 + 0.9 + 0.8 + 0.75) / 4)
    assert score(results[:3]) == pytest.approx((0.75 + 0.9 + 0.8) / 3)


def test_better_than_real_is_no_better_than_perfect() -> None:
    results = [
        result("neighbours.coverage", 1.0, noise=0.96),
        result("cell.mass", 1.0),
        result("joint.c2st", 0.3),
        result("utility.score", 0.99, noise=0.5),
    ]
    assert score(results) == 1.0


def test_a_broken_check_earns_nothing() -> None:
    names = ["neighbours.coverage", "cell.mass", "joint.c2st", "utility.score"]
    assert score([result(name, None, error="ValueError") for name in names]) == 0.0
    assert score([]) == 0.0


def test_a_candidate_gains_nothing_by_breaking_a_check() -> None:
    results = [
        result("neighbours.coverage", 0.8, noise=0.96),
        result("cell.mass", 0.9),
        result("joint.c2st", 0.6),
        result("utility.score", 0.7, noise=0.95),
    ]
    for place, one in enumerate(results):
        broken = one.model_copy(update={"value": None, "noise": None, "error": "KeyError"})
        assert score([*results[:place], broken, *results[place + 1 :]]) < score(results)
