"""A check's result in words: the finding, the value with its interval, the limit with its origin.

Belongs here: plain text of one result, for whatever shows it. Does not: Great Expectations' content blocks
(``cells.py``), the order of results (``page_order.py``). Light to import: the plugin's pages use it too.
"""

from __future__ import annotations

from headwater.checks.refusal import CannotJudgeError
from headwater.checks.result import CheckResult, LimitOrigin

ORIGIN: dict[LimitOrigin, str] = {
    "spec": "from the spec",
    "noise_floor": "from real rows against real rows",
    "exact": "from the exact distribution of counts",
    "certificate": "from what this generator showed when promoted",
}
WORSE = 0.1
"""Standard deviations from which a finding is called worse than honest rows."""
_OWN = f"{CannotJudgeError.__name__}: "


def finding(check: CheckResult) -> list[str]:
    """The finding in plain words; then how far it is from honest rows, and what could have been missed."""
    parts = [_effect(check), _standing(check)]
    if check.detection_limit is not None:
        lost = check.detection_limit * 100
        parts.append(f"A loss of {lost:.3g}% of the real rows, all in one place, would have failed here.")
    aside = " ".join(part for part in parts if part)
    return [check.sentence, aside] if aside else [check.sentence]


def value_of(check: CheckResult) -> str:
    """``0.912``, a rule's count of breaches; a dash where the check could not run."""
    if check.value is None:
        return "–"
    return f"{check.value:,.0f}" if is_rule(check) else number(check.value)


def found_of(check: CheckResult) -> list[str]:
    """The value; its interval; what honest rows show."""
    parts = [value_of(check)]
    if check.value is None or is_rule(check):
        return parts
    if check.interval is not None and check.interval[0] <= check.value <= check.interval[1]:
        low, high = check.interval
        parts.append(f"95%: {number(low)} to {number(high)}")
    if check.noise is not None:
        # An exact test tells counts: beside a certificate they are expected of the generator, not of real rows.
        whose = "expected" if check.limit_origin == "exact" else "honest rows"
        parts.append(f"{whose}: {number(check.noise)}")
    return parts


def limit_of(check: CheckResult) -> list[str]:
    """``at least 0.85`` and ``from the spec``; a dash where nothing is judged. A rule's limit is always none."""
    if check.limit is None:
        return ["–"]
    if is_rule(check):
        return ["none may break it"]
    direction = "at least" if check.direction == "at_least" else "at most"
    return [f"{direction} {number(check.limit)}", ORIGIN[check.limit_origin]]


def held_of(check: CheckResult) -> str:
    """Value and limit in one line: ``Found 27; at least 31 (from the spec).``"""
    found, limit = value_of(check), limit_of(check)
    return f"Found {found}." if len(limit) < 2 else f"Found {found}; {limit[0]} ({limit[1]})."


def error_of(check: CheckResult) -> str:
    """The class of the error that broke a check, where its sentence does not tell the reason. The rest is logged."""
    told = check.error or ""
    return "" if is_rule(check) or told.startswith(_OWN) else told.partition(" at ")[0]


def is_rule(check: CheckResult) -> bool:
    """Whether it is a rule of the table, not a check of the battery."""
    return check.name.startswith("rule:")


def number(value: float) -> str:
    """Whole numbers and large ones with thousands' commas, others with three significant digits: ``0.0372``."""
    if abs(value) < 1e-12:
        return "0"
    is_large = 1_000 <= abs(value) < 1e15
    told = f"{value:,.0f}" if is_large or (float(value).is_integer() and abs(value) < 1e15) else f"{value:.3g}"
    return told.replace("-", "−")


def _effect(check: CheckResult) -> str:
    """The effect above the noise floor."""
    if check.effect is None:
        return ""
    if check.effect < WORSE:
        return "No worse than honest rows on average."
    return f"{check.effect:,.1f} standard deviations worse than honest rows on average."


def _standing(check: CheckResult) -> str:
    """Where it stands between what honest rows do and the limit. The contract's own limits know no such way."""
    ratio = check.ratio
    if check.limit is None:
        place = "Beyond" if ratio is not None and ratio > 1 else "Within"
        return f"{place} what honest rows show; not judged before its generator is promoted."
    if ratio is None or check.limit_origin == "spec" or check.passed != (ratio <= 1):
        return ""
    if ratio > 1:
        return f"It went {ratio:,.1f} times as far as the limit."
    if ratio > 0:
        return f"{ratio:.0%} of the way to the limit."
    return "Half of all honest samples go as far." if check.effect is not None and check.effect >= WORSE else ""
