"""Real against synthetic, column by column: what the checks' figures say of each column, and its rules.

Belongs here: from checks to the rows of that table. Does not: reading rows (nobody here does), which names may be
shown (the checks leave hidden ones out of their figures), HTML (``templates/``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headwater_plugin.check_rows import chart_json

if TYPE_CHECKING:
    from headwater.checks.result import CheckResult
    from headwater.ledger.batch_answers import LearnedColumn

FAMILIES = ("column", "category", "tail")
"""Checks that look at single columns."""
VALUES_MAX = 8
"""Values of a column told in its table, those that differ most; the picture shows more."""
MEANINGS = {"id": "id: made anew, not compared", "pii": "personal data: made anew, not compared"}


def column_rows(columns: Sequence[LearnedColumn], checks: Sequence[CheckResult]) -> dict[str, list[dict[str, Any]]]:
    """``shown`` columns, whose distribution the ledger keeps, the most different first; ``others`` in their order."""
    pictured = _pictured(checks)
    rules = _rules(checks)
    rows = [_row(column.name, column.sdtype, pictured.get(column.name), rules[column.name]) for column in columns]
    shown = sorted((row for row in rows if row["picture"]), key=lambda row: -row["moved"])
    return {"shown": shown, "others": [row for row in rows if not row["picture"]]}


def _pictured(checks: Sequence[CheckResult]) -> dict[str, tuple[CheckResult, dict[str, Any]]]:
    """The check and the picture of each column that has one; the whole distribution before the commonest categories."""
    from headwater.expectations.column_charts import category_shares, column_distribution

    found: dict[str, tuple[CheckResult, dict[str, Any]]] = {}
    for check in sorted((each for each in checks if each.family in FAMILIES), key=lambda each: each.family != "column"):
        chart = column_distribution(check) or category_shares(check)
        if chart is not None:
            found.setdefault(str(check.detail["column"]), (check, chart))
    return found


def _rules(checks: Sequence[CheckResult]) -> defaultdict[str, Counter[bool]]:
    """Of each column, how many rules hold and how many do not; a rule of several columns counts for each."""
    found: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for check in checks:
        kind, _, rest = check.name.partition(":")
        _, _, columns = rest.partition(":")
        if kind == "rule" and columns:
            for name in {columns, *columns.split(",")}:
                found[name][check.passed] += 1
    return found


def _row(
    name: str, sdtype: str, pictured: tuple[CheckResult, dict[str, Any]] | None, rules: Counter[bool]
) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "meaning": MEANINGS.get(sdtype, sdtype), "rules": _rules_told(rules)}
    row |= {"is_broken": bool(rules[False]), "picture": "", "moved": 0.0, "values": [], "moved_told": "", "check": ""}
    if pictured is None:
        return row
    check, chart = pictured
    bars = chart["data"]["values"]
    moved = sum(abs(bar["real"] - bar["synthetic"]) for bar in bars) / 2
    least = "" if check.family == "column" else "at least "
    return row | {
        "picture": chart_json(chart),
        "moved": moved,
        "moved_told": f"{least}{moved:.1%} of the rows lie elsewhere than in real rows",
        "check": check.name,
        "values": [_value(bar) for bar in sorted(bars, key=_gap, reverse=True)[:VALUES_MAX]],
        "left_out": max(0, len(bars) - VALUES_MAX),
    }


def _gap(bar: dict[str, Any]) -> float:
    return float(abs(bar["real"] - bar["synthetic"]))


def _value(bar: dict[str, Any]) -> dict[str, str]:
    difference = f"{bar['synthetic'] - bar['real']:+.2%}".replace("-", "−")
    return {"name": bar["name"], "real": f"{bar['real']:.2%}", "made": f"{bar['synthetic']:.2%}", "gap": difference}


def _rules_told(rules: Counter[bool]) -> str:
    total = rules[True] + rules[False]
    if not total:
        return "no rule of its own"
    if not rules[False]:
        return f"{total:,} {'rule holds' if total == 1 else 'rules hold'}"
    return f"{rules[False]:,} of {total:,} {'rule' if total == 1 else 'rules'} broken"
