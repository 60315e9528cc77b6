"""Candidates of one run side by side, and the certificate of one of them: figure by figure, and why who was chosen.

Belongs here: rows of those tables. Does not: words of one number (``headwater.expectations.wording``), pictures
(``anchor_charts.py``), the history (``generator_words.py``), HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from headwater_plugin.anchor_charts import candidates_chart
from headwater_plugin.check_rows import chart_json
from headwater_plugin.generator_words import tried_told

if TYPE_CHECKING:
    from headwater.checks.result import CheckResult
    from headwater.ledger.generator_answers import Contender, GeneratorPage
    from headwater.ledger.records import Decision

NAMED = 3
"""Broken figures that a sentence names; the rest is counted, and stands in the table."""
ORIGINS = {"spec": "from the spec", "noise": "what these anchor rows can tell", "exact": "from an exact test"}
_LOSS = ("name", "challenger", "rival", "loss", "margin", "is_kept")


def contenders_told(page: GeneratorPage) -> list[dict[str, Any]]:
    """Each candidate of the run: what it is, and why it was or was not chosen."""
    return [
        {
            **tried_told(each.tried),
            "version": each.version,
            "why": why(each, page.decision),
            "is_chosen": _is_chosen(each, page.decision),
            "is_here": each.tried.generator_id == page.learned.generator_id,
        }
        for each in page.contenders
    ]


def why(contender: Contender, decision: Decision | None) -> str:
    """Why a candidate was chosen, or was not."""
    tried, broken = contender.tried, broken_figures(contender.checks)
    if tried.status != "succeeded":
        told = tried_told(tried)["error"]
        failed = f"It could not be fitted{f' ({told})' if told else ''}."
        return failed if tried.status == "failed" else "It is being fitted."
    if broken:
        more = f" and {len(broken) - NAMED} more" if len(broken) > NAMED else ""
        return f"It breaks the contract: {', '.join(broken[:NAMED])}{more}."
    if decision is None:
        return "It keeps the contract; nothing was decided yet."
    return _among_the_good(contender, decision)


def _among_the_good(contender: Contender, decision: Decision) -> str:
    """Why one that keeps the contract was chosen, or was not."""
    own, detail = contender.tried.generator_id, decision.detail
    if _is_chosen(contender, decision):
        return "It became champion."
    if decision.kind == "keep" and decision.subject_id == own:
        return "It is the champion itself, which stayed."
    if decision.kind == "keep" and detail.get("challenger") == own:
        return "It was the best, and is worse than a rival on some figure."
    if f"{contender.tried.label} is passed over:" in decision.reason:
        return "It was passed over: its trial nights break the contract."
    return "It keeps the contract and was not the best."


def broken_figures(checks: Sequence[CheckResult]) -> list[str]:
    """Names of the critical checks that failed."""
    return [check.name for check in checks if check.severity == "critical" and not check.passed]


def side_by_side(page: GeneratorPage) -> list[dict[str, Any]]:
    """A row for each gated figure: its limit, and what each candidate showed; rules of the table only where broken."""
    from headwater.expectations import wording

    fitted = [each for each in page.contenders if each.checks]
    by_name = [{check.name: check for check in each.checks} for each in fitted]
    names = dict.fromkeys(check.name for each in fitted for check in each.checks if check.severity == "critical")
    rows = []
    for name in names:
        found = [known.get(name) for known in by_name]
        first = next(check for check in found if check is not None)
        if wording.is_rule(first) and all(check is None or check.passed for check in found):
            continue
        limits = [wording.limit_of(check)[0] if check else "" for check in found]
        common = limits[0] if len(set(filter(None, limits))) == 1 else "differs"
        rows.append(
            {
                "name": name,
                "limit": common if common != "differs" else "differs by candidate",
                "cells": [
                    {**_cell(check), "limit": limit if common == "differs" else ""}
                    for check, limit in zip(found, limits, strict=True)
                ],
            }
        )
    return rows


def rules_told(page: GeneratorPage) -> str:
    """How many rules of the table all candidates keep; they are not listed."""
    fitted = [each.checks for each in page.contenders if each.checks]
    rules = {check.name for checks in fitted for check in checks if check.name.startswith("rule:")}
    broken = {check.name for checks in fitted for check in checks if check.name in rules and not check.passed}
    kept = len(rules) - len(broken)
    told = (
        "1 rule of the table that every candidate keeps is" if kept == 1 else f"{kept:,} rules that every one keeps are"
    )
    return f"{told} left out." if kept else ""


def candidates_picture(page: GeneratorPage) -> str:
    """How far each candidate has gone from honest rows to the limit; empty where nothing is judged by noise."""
    fitted = [each for each in page.contenders if each.checks]
    rows = [
        {"figure": check.name, "who": each.tried.label, "ratio": check.ratio}
        for each in fitted
        for check in each.checks
        if check.severity == "critical" and check.ratio is not None
    ]
    return chart_json(candidates_chart(rows, [each.tried.label for each in fitted]))


def certificate_rows(page: GeneratorPage) -> list[dict[str, Any]]:
    """Each gated figure of the generator's own trial against its limit, and against the champion of that time."""
    from headwater.expectations import wording

    beside = {row["name"]: row for row in (*champion_losses(page),)}
    rows: list[dict[str, Any]] = []
    for check in page.checks:
        if check.severity != "critical" or (wording.is_rule(check) and check.passed):
            continue
        value, *around = wording.found_of(check)
        limit, *origin = wording.limit_of(check)
        rows.append(
            {
                "name": check.name,
                "passed": check.passed,
                "value": value,
                "beside": around,
                "limit": limit,
                "origin": " ".join(origin),
                "n": f"{check.n:,} rows",
                "loss": beside.pop(check.name, None),
            }
        )
    return sorted(rows, key=lambda row: row["passed"]) + [
        {
            "name": name,
            "passed": loss["is_kept"],
            "value": "",
            "beside": [],
            "limit": "",
            "origin": "",
            "n": "",
            "loss": loss,
        }
        for name, loss in beside.items()
    ]


def champion_losses(page: GeneratorPage) -> list[dict[str, Any]]:
    """Figure by figure against the champion of that time, where this generator was the one compared."""
    return losses(_detail(page).get("champion"))


def rivals_told(page: GeneratorPage) -> list[dict[str, Any]]:
    """The other best generations that it was compared with."""
    best = _detail(page).get("best")
    known = [each for each in best if isinstance(each, Mapping)] if isinstance(best, list) else []
    return [
        {"generator_id": str(each.get("generator_id", "")), "is_kept": bool(each.get("is_kept")), "rows": losses(each)}
        for each in known
    ]


def losses(told: object) -> list[dict[str, Any]]:
    """Rows of a comparison as decisions keep it; a figure of another form, from another day, is left out."""
    from headwater.expectations.wording import number

    figures = told.get("figures") if isinstance(told, Mapping) else None
    rows = []
    for each in figures if isinstance(figures, list) else []:
        if not isinstance(each, Mapping) or not all(isinstance(each.get(name), str | int | float) for name in _LOSS):
            continue
        ends = each.get("interval")
        rows.append(
            {
                "name": str(each["name"]),
                "challenger": number(float(each["challenger"])),
                "rival": number(float(each["rival"])),
                "loss": number(float(each["loss"])),
                "interval": f"{number(float(ends[0]))} to {number(float(ends[1]))}" if isinstance(ends, list) else "",
                "margin": number(float(each["margin"])),
                "origin": ORIGINS.get(str(each.get("margin_origin")), ""),
                "is_kept": bool(each["is_kept"]),
            }
        )
    return rows


def _detail(page: GeneratorPage) -> Mapping[str, Any]:
    """Of the run's decision, where it is about this generator."""
    decision = page.decision
    if decision is None or decision.detail.get("challenger") != page.learned.generator_id:
        return {}
    return decision.detail


def _cell(check: CheckResult | None) -> dict[str, Any]:
    from headwater.expectations.wording import value_of

    return {"told": "–" if check is None else value_of(check), "is_bad": check is not None and not check.passed}


def _is_chosen(contender: Contender, decision: Decision | None) -> bool:
    is_promotion = decision is not None and decision.kind == "promote"
    return is_promotion and contender.tried.generator_id == (decision and decision.subject_id)
