"""The Data Docs page of one validation: Great Expectations' own page renderer, then our view of it.

Belongs here: from results to the page's HTML, the order of its rows and sections. Does not: templates
(``templates/``), what is escaped (``page_view.py``), single rows (``page_rows.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC
from typing import TYPE_CHECKING, Any

from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.render import RenderedDocumentContent, RenderedSectionContent
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

from headwater.checks.result import CheckResult
from headwater.checks.verdict import verdict
from headwater.expectations import wording
from headwater.expectations.failing_rows import FailingRows
from headwater.expectations.page_order import in_order
from headwater.expectations.page_rows import rows_of
from headwater.expectations.page_view import PageView
from headwater.expectations.results import config_of
from headwater.expectations.trend import History

if TYPE_CHECKING:
    from headwater.expectations.validate import Subject

WHOLE_TABLE = "Table-Level Expectations"
FAILED_MAX = 12
"""Failed checks told at the top; the rest is counted and stands below."""
_ROWS = {"module_name": "headwater.expectations.page_rows", "class_name": "RowsWithSeverity"}


def render(
    found: ExpectationSuiteValidationResult,
    checks: Sequence[CheckResult],
    subject: Subject,
    history: History,
    rows: FailingRows | None,
) -> str:
    """The page as one HTML document. ``checks`` are those of ``found.results``, in the same order.

    Of ``rows`` only the number is told, with a link to ``failing_rows.csv`` beside the page.
    """
    pairs = [(found.results[position], checks[position]) for position in in_order(checks)]
    ordered = ExpectationSuiteValidationResult(
        success=found.success,
        results=[one for one, _ in pairs],
        suite_name=found.suite_name,
        statistics=found.statistics,
        meta=dict(found.meta),
        batch_id=found.batch_id,
    )
    with rows_of(pairs, subject.batch_date, history):
        section = {"class_name": "ValidationResultsColumnSectionRenderer", "table_renderer": _ROWS}
        document = ValidationResultsPageRenderer(column_section_renderer=section).render(ordered)
    failed = Counter(_section_of(one) for one, check in pairs if not check.passed)
    told = {"failing": None if rows is None else {"written": rows.written, "found": rows.found}}
    return PageView().render(_arranged(document, failed), **_head(checks, subject, failed), **told)


def _section_of(found: Any) -> str:
    return str(config_of(found).kwargs.get("column", WHOLE_TABLE))


def _arranged(document: RenderedDocumentContent, failed: Counter[str]) -> RenderedDocumentContent:
    """Our head stands for Great Expectations' overview; sections with failures come first after the whole table."""
    sections: list[RenderedSectionContent] = list(document.sections)[1:]
    sections.sort(key=lambda section: (section.section_name != WHOLE_TABLE, not failed[str(section.section_name)]))
    document.sections = sections
    return document


def _head(checks: Sequence[CheckResult], subject: Subject, failed: Counter[str]) -> dict[str, Any]:
    """What the template shows above the sections: verdict, batch facts, failures."""
    judged = verdict(list(checks))
    told = _told([checks[position] for position in in_order(checks) if not checks[position].passed])
    return {
        "subject": asdict(subject),
        "started": {
            "iso": subject.started_at.isoformat(timespec="seconds"),
            "text": f"{subject.started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        },
        "passed": judged.passed,
        "nearest": _nearest(checks),
        "counts": {"all": len(checks), "passed": sum(check.passed for check in checks)},
        "broken": told[:FAILED_MAX],
        "more_broken": sum(1 + one["same"] for one in told[FAILED_MAX:]),
        "failed_in": dict(failed),
        "whole_table": WHOLE_TABLE,
    }


def _told(broken: Sequence[CheckResult]) -> list[dict[str, Any]]:
    """The failed checks as the head lists them; what could not run for one and the same reason is one entry."""
    found: list[dict[str, Any]] = []
    reasons: dict[str, dict[str, Any]] = {}
    for check in broken:
        reason = "" if wording.is_rule(check) else check.error or ""
        if reason in reasons:
            reasons[reason]["same"] += 1
            continue
        held = "" if wording.is_rule(check) or check.value is None else wording.held_of(check)
        found.append(
            {"name": check.name, "severity": check.severity, "sentence": check.sentence, "held": held, "same": 0}
        )
        if reason:
            reasons[reason] = found[-1]
    return found


def _nearest(checks: Sequence[CheckResult]) -> str:
    """The check that has gone furthest towards its limit, as far as that is known; empty where none has."""
    gone = {check.name: check.ratio for check in checks if check.severity == "critical" and check.ratio is not None}
    name = max(gone, key=lambda name: gone[name], default="")
    return f"{name}, {gone[name]:.0%} of the way" if name and gone[name] > 0 else ""
