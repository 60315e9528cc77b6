"""The overview: every dataset that the visitor may see, the worst first, and a calendar of all their nights.

Belongs here: from a visitor's form to what the page tells. Does not: parameters (``overview_form.py``), queries
(``headwater.ledger``), words and numbers of one dataset (``dataset_card.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from headwater_plugin.access import readable_datasets
from headwater_plugin.dataset_card import FIGURES, WORDS, card_view
from headwater_plugin.index_form import FormError
from headwater_plugin.overview_form import OverviewForm, read_overview_form
from headwater_plugin.places import reading
from headwater_plugin.rendering import page
from headwater_plugin.schedules import expected_nights
from headwater_plugin.weeks import WEEKDAYS, weeks_of

if TYPE_CHECKING:
    from headwater.ledger import Books
    from headwater.ledger.overview_answers import Expected, OverviewQuery, Standing

PAGE_DATASETS = 25
SPARK_NIGHTS = 60
WRONG = {
    "late": "late",
    "quarantined": "with batches in quarantine",
    "alarm": "with open alarms",
    "missing": "with missing nights",
    "none": "without a champion",
}
"""What follows a number of datasets."""


def overview(request: Request, user: Annotated[Any, Depends(get_user)]) -> HTMLResponse:
    """The datasets that the visitor may see; 422 with a sentence where a parameter is wrong."""
    now = datetime.now(UTC)
    try:
        form = read_overview_form(request.query_params)
    except FormError as wrong:
        told: dict[str, Any] = {"form": OverviewForm(), "error": str(wrong), "headline": "Overview"}
        return page("overview.j2", told, root="./", here="overview", code=HTTPStatus.UNPROCESSABLE_ENTITY)
    with reading() as books:
        view = _view(books, form, user, now)
    shown = {"form": form, "error": "", "now_iso": now.isoformat(), "now_text": f"{now:%Y-%m-%d %H:%M} UTC"}
    return page("overview.j2", {**shown, **view}, root="./", here="overview")


def _view(books: Books, form: OverviewForm, user: Any, now: datetime) -> dict[str, Any]:
    from headwater.ledger.overview_answers import STATES, TROUBLED, OverviewQuery

    seen = readable_datasets(user, books.overview.names())
    expected = expected_nights(books.overview.declared(seen), now)
    query = OverviewQuery(expected=expected, text=form.text, is_trouble=form.is_trouble)
    first = (form.page - 1) * PAGE_DATASETS
    glance = books.overview.look(query, offset=first, limit=PAGE_DATASETS)
    states: dict[str, int] = dict(glance.states.items())
    total = sum(count for state, count in states.items() if state in TROUBLED or not form.is_trouble)
    cards = _cards(books, query, glance.standings, now)
    return {
        "headline": _headline(states),
        "states": [
            {"name": state, "word": WORDS[state], "count": states[state]} for state in STATES if state in states
        ],
        "weeks": weeks_of(glance.days),
        "weekdays": WEEKDAYS,
        "cards": cards,
        "total": total,
        "first": first + 1,
        "last": first + len(cards),
        "pages": max(1, -(-total // PAGE_DATASETS)),
    }


def _cards(books: Books, query: OverviewQuery, standings: Sequence[Standing], now: datetime) -> list[dict[str, Any]]:
    since: date = now.date() - timedelta(days=SPARK_NIGHTS + 1)
    cards = books.cards.of([each.dataset for each in standings], list(FIGURES), since)
    expected = {each.dataset: each for each in query.expected}
    return [card_view(each, cards[each.dataset], _since(expected[each.dataset], since), now) for each in standings]


def _since(expected: Expected, day: date) -> Expected:
    return replace(expected, nights=tuple(night for night in expected.nights if night >= day))


def _headline(states: dict[str, int]) -> str:
    """The morning in one sentence."""
    from headwater.ledger.overview_answers import TROUBLED

    if not states:
        return "Overview"
    wrong = [f"{states[state]:,} {WRONG[state]}" for state in TROUBLED if state in states]
    count = sum(states[state] for state in TROUBLED if state in states)
    if not wrong:
        waiting = states.get("running", 0)
        return f"All is well, {waiting:,} still to come" if waiting else "All is well"
    return f"{count:,} of {sum(states.values()):,} datasets need attention: {', '.join(wrong)}"
