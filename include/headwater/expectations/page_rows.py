"""The rows of the page's tables: status, severity, what was checked, what was found, the limit.

Belongs here: the table renderer that Great Expectations' section renderer loads by name. Does not: content of
single cells (``cells.py``), the order of rows (``page.py``).

Great Expectations leaves out the whole page when one row cannot be drawn; here such a row says so itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.render.renderer.content_block import ValidationResultsTableContentBlockRenderer

from headwater.checks.result import CheckResult
from headwater.expectations import cells, wording
from headwater.expectations.page_order import group_of
from headwater.expectations.results import is_mode
from headwater.expectations.trend import History, trend

log = logging.getLogger(__name__)

Found = ExpectationValidationResult


@dataclass(frozen=True)
class _Drawing:
    """What the rows of one page are drawn from: the check of each result, and how checks went before."""

    batch_date: date
    history: History
    checks: dict[int, CheckResult] = field(default_factory=dict)


_drawing: ContextVar[_Drawing] = ContextVar("the page that is drawn")


@contextmanager
def rows_of(pairs: Sequence[tuple[Found, CheckResult]], batch_date: date, history: History) -> Iterator[None]:
    """Let the renderer, which Great Expectations calls by class, find the check of each result."""
    token = _drawing.set(_Drawing(batch_date, history, {id(found): check for found, check in pairs}))
    try:
        yield
    finally:
        _drawing.reset(token)


class RowsWithSeverity(ValidationResultsTableContentBlockRenderer):
    """Great Expectations' table of results, with severity and limit, and rows that cannot break the page."""

    _rendered_component_default_init_kwargs: dict[str, Any] = {"table_options": {}}  # noqa: RUF012  as in its base

    @classmethod
    def _process_content_block(cls, content_block: Any, has_failed_evr: Any, render_object: Any = None) -> None:
        content_block.header_row = ["Status", "Severity", "What was checked", "Found", "Limit"]
        checks = [_drawing.get().checks[id(found)] for found in render_object]
        content_block.table_options = {"groups": _groups(checks), "outcomes": [_outcome(check) for check in checks]}

    @classmethod
    def _get_content_block_fn(cls, expectation_type: str, expectation_config: Any = None) -> Callable[..., Any]:
        draw = super()._get_content_block_fn(expectation_type, expectation_config)

        def row(result: Found, runtime_configuration: dict[str, Any], **kwargs: Any) -> list[list[Any]]:
            check = _drawing.get().checks[id(result)]
            try:
                told, found = _drawn(draw, result, check, runtime_configuration, kwargs)
            except Exception as error:  # noqa: BLE001  whatever fails in one row must not cost the page
                log.warning("a row of the page could not be drawn: %s of %s", type(error).__name__, check.name)
                told = [cells.text(f"{check.sentence} (This row could not be drawn in full.)")]
                found = list(cells.lines(wording.found_of(check)))
            state = cells.badge("passed" if check.passed else "failed", _outcome(check))
            return [
                [
                    state,
                    cells.badge(check.severity, check.severity),
                    told,
                    found,
                    list(cells.lines(wording.limit_of(check))),
                ]
            ]

        return row


def _drawn(
    draw: Any, result: Found, check: CheckResult, runtime: dict[str, Any], kwargs: dict[str, Any]
) -> tuple[list[Any], Any]:
    """What was checked and what was found, as Great Expectations' renderers tell it; errors in our own words."""
    if check.error is not None:
        return list(cells.lines(part for part in (check.sentence, wording.error_of(check)) if part)), wording.value_of(
            check
        )
    if not is_mode(result):
        return [cells.text(check.sentence)], wording.value_of(check)
    _, told, found = draw(result=result, runtime_configuration=runtime, **kwargs)[0]
    if found == "--":  # Great Expectations' sign that a renderer raised, which it has logged
        raise RuntimeError("a renderer of the expectation failed")
    return [*told, *_trend_of(check)], list(cells.lines(wording.found_of(check)))


def _trend_of(check: CheckResult) -> list[Any]:
    drawing = _drawing.get()
    chart = trend(check, drawing.history.get(check.name, ()), drawing.batch_date)
    return list(cells.picture(chart, is_open=not check.passed, label="Last batches"))


def _groups(checks: Sequence[CheckResult]) -> list[dict[str, Any]]:
    """Rows under each heading, in their order; the few rules of a column need no headings."""
    if all(map(wording.is_rule, checks)):
        return [{"title": "", "rows": len(checks)}]
    return [{"title": title, "rows": len(list(rows))} for title, rows in groupby(checks, group_of)]


def _outcome(check: CheckResult) -> str:
    return "passed" if check.passed else "failed"
