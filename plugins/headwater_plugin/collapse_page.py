"""The collapse page: every generation and every night of a dataset against the anchor, the union of nights, alarms.

Belongs here: from a visitor's form to what the page tells. Does not: parameters (``collapse_form.py``), queries
(``headwater.ledger``), words (``collapse_words.py``), indicators night by night (``anchor_rows.py``).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from headwater_plugin.access import may_see_dataset
from headwater_plugin.anchor_rows import generation_lines, indicator_rows, measured, night_lines
from headwater_plugin.batch_words import stamp
from headwater_plugin.collapse_form import NIGHTS, CollapseForm, read_collapse_form
from headwater_plugin.collapse_words import DOES, alarms_told, headline, looks_told, summary, union_told
from headwater_plugin.generator_words import badge
from headwater_plugin.index_form import FormError
from headwater_plugin.indicators import INDICATORS, UNITS
from headwater_plugin.places import reading
from headwater_plugin.rendering import page

if TYPE_CHECKING:
    from headwater.ledger.collapse_answers import Collapse

ROOT = "../../"
PAST_SHOWN = 10
"""Closed alarms of one page."""


def collapse_page(dataset: Annotated[str, Depends(may_see_dataset)], request: Request) -> HTMLResponse:
    """The page; 422 with a sentence where a parameter is wrong. A dataset that has not run has an empty one."""
    shown: dict[str, Any] = {"dataset": dataset, "choices": NIGHTS}
    try:
        form = read_collapse_form(request.query_params)
    except FormError as wrong:
        told = {"form": CollapseForm(), "error": str(wrong), "headline": dataset, **badge("bad")}
        return page("collapse.j2", {**shown, **told}, root=ROOT, here="page", code=HTTPStatus.UNPROCESSABLE_ENTITY)
    with reading() as books:
        found = books.collapse_pages.of(_query(dataset, form))
    view = {**collapse_view(found, dataset, form), "form": form, "error": ""}
    return page("collapse.j2", {**shown, **view}, root=ROOT, here="page")


def _query(dataset: str, form: CollapseForm) -> Any:
    from headwater.ledger.collapse_answers import CollapseQuery

    past = ((form.alarms - 1) * PAST_SHOWN, PAST_SHOWN)
    return CollapseQuery(dataset, tuple(INDICATORS), form.nights, form.to, past)


def collapse_view(found: Collapse, dataset: str, form: CollapseForm) -> dict[str, Any]:
    """What the template shows."""
    told, tone = headline(found, dataset, form)
    names = measured(found)
    on_alarm = found.watch.on_alarm
    seen = max((each.seen_at for each in found.looks), default=None)
    return {
        "headline": told,
        **badge(tone),
        "summary": summary(found),
        "seen": stamp(seen) if seen else None,
        "open_alarms": alarms_told(found.open_alarms, dataset, on_alarm),
        "past_alarms": alarms_told(found.past_alarms, dataset, on_alarm),
        "past_count": found.past_count,
        "past_pages": max(1, -(-found.past_count // PAST_SHOWN)),
        "does": DOES[on_alarm],
        "rows": indicator_rows(found),
        "columns": [{"label": INDICATORS[name][0], "name": name, "is_share": name not in UNITS} for name in names],
        "unmeasured": [INDICATORS[name][0] for name in INDICATORS if names and name not in names],
        "nights": night_lines(found, dataset),
        "night_count": found.night_count,
        "generations": generation_lines(found, dataset),
        "generation_count": found.generation_count,
        "older_url": form.url(to=found.older_to, alarms=form.alarms) if found.older_to else "",
        "newer_url": form.url(to=found.newer_to, alarms=form.alarms) if found.newer_to else "",
        "newest_url": form.url(alarms=form.alarms) if found.newer_to else "",
        "looks": looks_told(found.looks),
        "unions": union_told(found.unions),
        "union_nights": found.watch.nights,
    }
