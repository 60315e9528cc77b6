"""The checks of a batch, as the page's table shows them: the failed first, each with its number and its picture.

Belongs here: rows of that table. Does not: words of one number (``headwater.expectations.wording``), the pictures
themselves (``headwater.expectations.pictures``), single columns (``column_rows.py``), HTML (``templates/``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headwater.checks.result import CheckResult

OPEN_MAX = 3
"""Failed checks whose picture is drawn at once; the others' wait for a click."""


def check_groups(checks: Sequence[CheckResult]) -> list[dict[str, Any]]:
    """The checks under their headings, in the order of Data Docs: the failed first, critical ones before others."""
    from headwater.expectations.page_order import group_of, in_order

    ordered = [checks[position] for position in in_order(checks)]
    return [
        {
            "title": title,
            "rows": [
                check_row(check, is_open=not check.passed and place < OPEN_MAX) for place, check in enumerate(group)
            ],
        }
        for title, group in groupby(ordered, group_of)
    ]


def check_row(check: CheckResult, *, is_open: bool = False) -> dict[str, Any]:
    """One check: what it found, value, interval, limit and where it comes from, rows, picture."""
    from headwater.expectations import wording
    from headwater.expectations.pictures import picture_of

    is_rule = wording.is_rule(check)
    value, *beside = wording.found_of(check)
    limit, *origin = wording.limit_of(check)
    sentence, *aside = [check.sentence] if is_rule else wording.finding(check)
    return {
        "name": check.name,
        "severity": check.severity,
        "passed": check.passed,
        "sentence": sentence,
        "aside": " ".join([*aside, wording.error_of(check)]).strip(),
        "value": value,
        "unit": ("row" if check.value == 1 else "rows") if is_rule and check.value is not None else "",
        "beside": beside,
        "limit": limit,
        "origin": " ".join(origin),
        "n": f"{check.n:,} {'row' if check.n == 1 else 'rows'}",
        "picture": "" if is_rule else chart_json(picture_of(check)),
        "is_open": is_open,
    }


def verdict_counts(checks: Sequence[CheckResult]) -> str:
    """How many passed and what failed, in words; empty where nothing was checked."""
    if not checks:
        return ""
    failed = [check.severity for check in checks if not check.passed]
    told = ", ".join(f"{failed.count(severity):,} {severity}" for severity in dict.fromkeys(sorted(failed)))
    passed = f"{len(checks) - len(failed):,} of {len(checks):,} checks passed"
    return f"{passed}; failed: {told}" if told else passed


def chart_json(chart: Mapping[str, Any] | None) -> str:
    """A Vega-Lite chart as the page holds it; empty where there is none.

    Raises:
        ValueError: the chart holds a number that JSON cannot write; a browser could not read it either.
    """
    return "" if chart is None else json.dumps(chart, allow_nan=False, separators=(",", ":"))
