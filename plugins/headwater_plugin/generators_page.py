"""A dataset's generators: the present champion, every version, every retraining, who decided what.

Belongs here: from a visitor's form to what the page tells. Does not: parameters (``generators_form.py``), queries
(``headwater.ledger``), words (``generator_words.py``), one generator (``generator_page.py``).
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from headwater_plugin.access import may_see_dataset
from headwater_plugin.generator_words import FIGURES, badge, headline, history_told, retraining_told, version_told
from headwater_plugin.generators_form import GeneratorsForm, read_generators_form
from headwater_plugin.index_form import FormError
from headwater_plugin.places import reading
from headwater_plugin.rendering import page

if TYPE_CHECKING:
    from headwater.ledger.generator_answers import History

ROOT = "../../"
SHOWN = 25
"""Champions, and retrainings, of one page."""


def generators_page(dataset: Annotated[str, Depends(may_see_dataset)], request: Request) -> HTMLResponse:
    """The page; 422 with a sentence where a parameter is wrong. A dataset that has not run has an empty one."""
    try:
        form = read_generators_form(request.query_params)
    except FormError as wrong:
        told = {"dataset": dataset, "form": GeneratorsForm(), "error": str(wrong), "headline": dataset, **badge("bad")}
        return page("generators.j2", told, root=ROOT, here="page", code=HTTPStatus.UNPROCESSABLE_ENTITY)
    with reading() as books:
        parts = {"versions": ((form.page - 1) * SHOWN, SHOWN), "runs": ((form.runs - 1) * SHOWN, SHOWN)}
        found = books.generator_history.of(dataset, list(FIGURES), **parts)
        numbers = {each.generator_id: each.version for each in books.champions.versions(dataset)}
    view = generators_view(found, dataset, numbers, datetime.now(UTC))
    return page("generators.j2", {**view, "form": form, "error": ""}, root=ROOT, here="page")


def generators_view(found: History, dataset: str, numbers: dict[str, int], now: datetime) -> dict[str, Any]:
    """What the template shows; ``numbers`` are versions by generator."""
    told, tone = headline(found, dataset, now)
    return {
        "dataset": dataset,
        "headline": told,
        **badge(tone),
        "champion": version_told(found.champion) if found.champion else None,
        "previous": next((each.reign.version for each in found.versions if each.reign.is_previous), None),
        "waiting": found.waiting,
        "alarms": found.alarms,
        "last_reason": found.last_run.decision.reason if found.last_run and found.last_run.decision else "",
        "versions": [version_told(each) for each in found.versions],
        "version_count": found.version_count,
        "version_pages": max(1, -(-found.version_count // SHOWN)),
        "runs": [retraining_told(each, dataset) for each in found.runs],
        "run_count": found.run_count,
        "run_pages": max(1, -(-found.run_count // SHOWN)),
        "decisions": history_told(found.decisions, numbers),
    }
