"""The order of checks on the page, and the headings that they stand under.

Belongs here: what comes first. Does not: rows (``page_rows.py``), sections (``page.py``).

Failed checks come first, those that keep a batch from release before others. Then family by family, the one that is
nearest to its limit first, and in each family the check that is nearest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from headwater.checks.result import CheckResult
from headwater.expectations.wording import is_rule

RANK = {"critical": 0, "warning": 1, "info": 2}
FAILED = "Failed"
RULES = "Rules of the table"
TITLES: Mapping[str, str] = {
    "column": "Each column by itself",
    "pair": "Columns two by two",
    "category": "Categories",
    "tail": "Tails",
    "cell": "Regions of the whole table",
    "dependence": "How columns follow from each other",
    "neighbours": "Neighbours of rows",
    "duplicates": "Repeated rows",
    "copies": "Copies of training rows",
    "replay": "Personal data",
    "foreign": "Values that no real row has",
    "joint": "Real or synthetic: can a model tell?",
    "utility": "What models learn from the rows",
    "fairness": "Subgroups",
}
"""Headings, by the family of checks."""

Key = tuple[bool, int, bool, float, str, float]


def in_order(checks: Sequence[CheckResult]) -> list[int]:
    """Positions of the checks, in the order of the page. What is equal stays in the order of the suite."""
    nearest: dict[str, float] = {}
    for check in checks:
        nearest[check.family] = max(nearest.get(check.family, -math.inf), _nearness(check))
    return sorted(range(len(checks)), key=lambda position: _key(checks[position], nearest))


def group_of(check: CheckResult) -> str:
    """The heading that a check stands under."""
    if not check.passed:
        return FAILED
    return RULES if is_rule(check) else TITLES.get(check.family, check.family)


def _key(check: CheckResult, nearest: Mapping[str, float]) -> Key:
    if not check.passed:
        return False, RANK[check.severity], is_rule(check), -_nearness(check), "", 0.0
    return True, 0, is_rule(check), -nearest[check.family], check.family, -_nearness(check)


def _nearness(check: CheckResult) -> float:
    """How near to its limit, or how far beyond; a check that could not run is beyond all."""
    if check.error is not None:
        return math.inf
    if check.ratio is not None:
        return check.ratio
    return math.inf if not check.passed and not is_rule(check) else 0.0
