"""From results to one decision, and to one number for ranking candidates.

Belongs here: passing or not, and the score. Does not: running checks (see ``battery.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from headwater.checks import cell, joint, neighbours, utility
from headwater.checks.result import CheckResult
from headwater.spec.model import Model


class Verdict(Model):
    """The decision.

    Attributes:
        passed: at least one critical check ran and all critical ones passed. No checks, no release.
        failed: names of the critical checks that failed, in order.
        warnings: names of the warning checks that failed, in order.
        sentence: the decision in plain words.
    """

    passed: bool
    failed: tuple[str, ...]
    warnings: tuple[str, ...]
    sentence: str


def verdict(results: Sequence[CheckResult]) -> Verdict:
    """Judge the results together. Fails closed: without a critical result nothing passes."""
    critical = [result for result in results if result.severity == "critical"]
    failed = tuple(result.name for result in critical if not result.passed)
    warnings = tuple(result.name for result in results if result.severity == "warning" and not result.passed)
    passed = bool(critical) and not failed
    if not critical:
        sentence = "Not passed: no critical check was run."
    elif failed:
        sentence = f"Not passed: {len(failed)} of {len(critical)} critical checks failed ({', '.join(failed)})."
    else:
        sentence = f"Passed: {len(critical)} of {len(critical)} critical checks passed."
    # Under a limit of the spec a ratio still speaks of noise, and may be far above 1 in a batch that passes.
    judged = [result for result in critical if result.ratio is not None and result.limit_origin != "spec"]
    if passed and judged:
        nearest = max(judged, key=lambda result: result.ratio or 0.0)
        sentence += f" Nearest to its limit: {nearest.name}, at {max(nearest.ratio or 0.0, 0.0):.0%} of it."
    if warnings:
        sentence += f" Warnings: {', '.join(warnings)}."
    return Verdict(passed=passed, failed=failed, warnings=warnings, sentence=sentence)


def score(results: Sequence[CheckResult]) -> float:
    """One number between 0 and 1 for ranking candidates on the same reference; 1 is as good as real rows.

    The mean of: coverage as a part of what real rows reach (at most 1); real mass in filled cells; ``2 (1 - AUC)`` of
    the two-sample test, with AUC below .5 taken as .5; 1 minus what the worst model loses by being trained on
    synthetic rows (gains taken as 0). The last is left out where the dataset has no targets. A check that could not
    run counts 0, so a candidate never gains by breaking a check. A score decides no release: the verdict does.
    """
    by_name = {result.name: result for result in results}
    coverage, utilities = by_name.get(neighbours.COVERAGE.name), by_name.get(utility.SCORE.name)
    parts = [
        _value(coverage, 0.0) / max((coverage.noise if coverage and coverage.noise else 1.0), 1e-9),
        _value(by_name.get(cell.MASS.name), 0.0),
        2 * (1 - max(0.5, _value(by_name.get(joint.C2ST.name), 1.0))),
    ]
    if utilities is not None:
        noise = 1.0 if utilities.noise is None else utilities.noise
        parts.append(1 - max(0.0, noise - _value(utilities, noise - 1.0)))
    return sum(min(1.0, max(0.0, part)) for part in parts) / len(parts)


def _value(result: CheckResult | None, worst: float) -> float:
    return worst if result is None or result.value is None else result.value
