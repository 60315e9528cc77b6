"""The overview's words by hand: weeks, strips, figures, sentences, the form. No server."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from headwater.ledger.overview_answers import (
    STATES,
    Card,
    DayCount,
    Expected,
    LastBatch,
    NightFigures,
    Outcome,
    Reign,
    Standing,
    State,
)
from headwater_plugin.dataset_card import WORDS, card_view
from headwater_plugin.index_form import FormError
from headwater_plugin.overview_form import OverviewForm, read_overview_form
from headwater_plugin.weeks import weeks_of

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 10, 7, tzinfo=UTC)
NONE = Expected("clinic", ())
ID = "0b5c1d3e-0000-4000-8000-000000000000"


def counts(day: int, **outcomes: int) -> list[DayCount]:
    at = MONDAY + timedelta(days=day)
    names: list[Outcome] = ["released", "quarantined", "recalled", "unfinished", "missing"]
    return [DayCount(batch_date=at, outcome=name, datasets=outcomes[name]) for name in names if name in outcomes]


def standing(state: State = "fine", **changes: Any) -> Standing:
    values: dict[str, Any] = {"outcome": "released", "missing": 0, "quarantined": 0, "alarms": 0}
    return Standing(dataset="clinic", state=state, **{**values, **changes})


def card(**changes: Any) -> Card:
    last = LastBatch(
        batch_id=ID,
        batch_date=date(2026, 3, 9),
        status="released",
        rows=20_000,
        depth=1,
        depth_max=1,
        real_share=0,
        released_at=datetime(2026, 3, 10, 2, 5, tzinfo=UTC),
        validation_id=ID,
        sentence="Passed: 30 of 30.",
    )
    values: dict[str, Any] = {"owner": "nurse", "description": "", "last": last, "champion": None}
    values["is_approval_open"] = False
    return Card(dataset="clinic", **{**values, "figures": (), "outcomes": (), **changes})


def test_weeks_begin_on_monday_and_show_the_worst_of_a_day() -> None:
    one, two = weeks_of([*counts(1, released=3), *counts(2, released=2, quarantined=1), *counts(7, unfinished=1)])
    assert (one.label, two.label) == ("02 Mar", "09 Mar")
    assert [day.worst if day else None for day in one.days] == [None, "released", "quarantined", *[None] * 4]
    assert one.days[2] is not None
    assert one.days[2].told == "Wed 2026-03-04: 1 quarantined, 2 released"
    assert two.days[0] is not None
    assert (two.days[0].worst, two.days[0].told) == ("missing", "Mon 2026-03-09: 1 unfinished")


def test_a_day_that_nobody_asked_for_is_empty_and_no_days_are_no_weeks() -> None:
    assert [len(week.days) for week in weeks_of([*counts(0, released=1), *counts(20, released=1)])] == [7, 7, 7]
    assert weeks_of([]) == []


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_word_and_a_sentence(state: State) -> None:
    view = card_view(standing(state, quarantined=1, alarms=2, missing=1), card(is_approval_open=True), NONE, NOW)
    assert view["state_word"] == WORDS[state]
    assert view["why"].endswith(".")
    asked = "/dags/decide__clinic/required_actions"
    assert view["decisions"] == [
        ("1 batch in quarantine", asked),
        ("a promotion to approve", asked),
        ("2 alarms", "collapse/clinic/"),
    ]


def test_a_night_is_open_until_it_is_due_and_nothing_precedes_the_first_batch() -> None:
    nights = Expected("clinic", tuple(date(2026, 3, day) for day in (9, 8, 7, 6, 5)))
    made = ((date(2026, 3, 6), "released"), (date(2026, 3, 8), "quarantined"))
    shown = card_view(standing("running"), card(outcomes=made), nights, NOW)
    assert [outcome for outcome, _ in shown["strip"]] == ["released", "missing", "quarantined", "open"]
    assert shown["strip_told"] == "The last 4 nights: 1 released, 1 missing, 1 quarantined, 1 open"
    shown = card_view(standing("late"), card(outcomes=made), replace(nights, is_late=True), NOW)
    assert [outcome for outcome, _ in shown["strip"]][-1] == "missing"
    assert card_view(standing("none"), card(last=None), nights, NOW)["strip"] == []


def test_a_figure_is_told_with_its_limit_and_lines_leave_out_what_was_not_measured() -> None:
    dates = tuple(date(2026, 3, day) for day in (5, 6, 9))
    line = NightFigures(
        name="neighbours.coverage",
        dates=dates,
        values=(0.91, None, 0.87654),
        limits=(0.88, 0.88, None),
        passed=(True, True, False),
    )
    coverage, tstr = card_view(standing(), card(figures=(line,)), NONE, NOW)["figures"]
    assert (coverage["value"], coverage["limit"], coverage["passed"]) == ("0.877", "unknown", False)
    assert json.loads(coverage["points"]) == [[0, 0.91, 0.88], [4, 0.8765, None]]
    assert coverage["told"] == "Coverage of 2 nights: lowest 0.877, highest 0.910, last 0.877"
    assert tstr["value"] == ""


@pytest.mark.parametrize(("hours", "age"), [(2, "less than a day"), (30, "1 day"), (24 * 1_200, "1,200 days")])
def test_the_champions_age(hours: int, age: str) -> None:
    reign = Reign(
        generator_id=ID,
        label="trees",
        version=3,
        promoted_at=NOW - timedelta(hours=hours),
        depth=0.25,
        real_share=0.618,
    )
    shown = card_view(standing(), card(champion=reign), NONE, NOW)["champion"]
    assert shown == {"label": "trees", "version": 3, "age": age, "depth": "0.25", "real": "62%"}


def test_a_batch_leads_to_its_page() -> None:
    last = card_view(standing(), card(), NONE, NOW)["last"]
    assert (last["url"], last["released_text"]) == (f"batches/clinic/{ID}/", "2026-03-10 02:05 UTC")
    unjudged = card().last
    assert unjudged is not None
    unjudged = unjudged.model_copy(update={"validation_id": None, "sentence": None, "status": "produced"})
    last = card_view(standing(), card(last=unjudged), NONE, NOW)["last"]
    assert (last["url"], last["released_iso"]) == (f"batches/clinic/{ID}/", "")


def test_the_form_is_read_and_written() -> None:
    form = read_overview_form({"text": " Ward ", "show": "trouble", "page": "3", "other": "x"})
    assert form == OverviewForm("ward", is_trouble=True, page=3)
    assert form.url(2) == "?text=ward&show=trouble&page=2"
    assert (OverviewForm().url(1), OverviewForm().is_narrowed, form.is_narrowed) == ("", False, True)


@pytest.mark.parametrize("given", [{"text": "a" * 41}, {"text": "\x00"}, {"show": "x"}, {"page": "0"}, {"page": "²"}])
def test_what_cannot_be_used_is_named(given: dict[str, str]) -> None:
    with pytest.raises(FormError, match=next(iter(given))):
        read_overview_form(given)
