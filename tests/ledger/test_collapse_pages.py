"""Nights, generations, looks and alarms of one dataset, as the ledger answers. Real Postgres."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.ledger.facts import NOON, batch, check, generator, uid, validation
from tests.ledger.slid_watch import LOOKS, look_and_alarm
from tests.ledger.sliding import FIGURES, NIGHTS, SPEC, Story, live_and_slide

from headwater.ledger import Ledger
from headwater.ledger.collapse_answers import Collapse, CollapseQuery

STORY = Story("census", date(2026, 3, 31))
LAST = STORY.last


@pytest.fixture
def slid(ledger: Ledger) -> Ledger:
    with ledger.transaction() as books:
        live_and_slide(books, STORY)
        look_and_alarm(books, STORY)
    return ledger


def ask(ledger: Ledger, dataset: str = "census", **asked: Any) -> Collapse:
    with ledger.transaction() as books:
        return books.collapse_pages.of(CollapseQuery(dataset, tuple(FIGURES), **{"nights": 60, **asked}))


def test_the_last_nights_come_oldest_first_with_every_indicator(slid: Ledger) -> None:
    found = ask(slid)
    days = [each.batch_date for each in found.nights]
    assert days == [LAST - timedelta(days=back) for back in range(59, -1, -1)]
    assert all([point.name for point in night.points] == list(FIGURES) for night in found.nights)
    assert (found.night_count, found.older_to, found.newer_to) == (NIGHTS, days[0] - timedelta(days=1), None)
    point = found.nights[0].points[0]
    assert (point.limit, point.noise, point.direction, point.n) == (0.90, 0.955, "at_least", 2_500)


def test_older_nights_are_asked_for_by_their_last_day(slid: Ledger) -> None:
    older = ask(slid, to=ask(slid).older_to)
    assert [each.batch_date for each in older.nights] == [
        STORY.first + timedelta(days=each) for each in range(NIGHTS - 60)
    ]
    assert (older.older_to, older.newer_to) == (None, LAST)
    short = ask(slid, to=LAST - timedelta(days=20), nights=5)
    assert (len(short.nights), short.newer_to) == (5, LAST - timedelta(days=15))
    assert ask(slid, to=date(2020, 1, 1)).nights == ()


def test_of_several_batches_of_a_date_the_released_one_is_told(slid: Ledger) -> None:
    with slid.transaction() as books:
        for name, status in (("later", "quarantined"), ("unjudged", None)):
            made = batch(name, dataset="census", batch_date=LAST - timedelta(days=30), spec_sha256=SPEC)
            made = made.model_copy(update={"generator_id": STORY.of("trees 7")})
            books.batches.open(made)
            if status:
                for step in ("produced", "failed", status):
                    books.batches.mark(made.batch_id, step, content_hash="f" * 64)
                judged = validation(name, batch_id=made.batch_id, passed=False)
                books.validations.record(judged, [check("neighbours.coverage", value=0.1, passed=False)])
    night = ask(slid).nights[-31]
    assert (night.status, len(night.points)) == ("released", 9)


def test_generations_stand_by_their_trials(slid: Ledger) -> None:
    found = ask(slid)
    assert [each.reign.version for each in found.generations] == [1, 2, 3, 4]
    assert found.champion == found.generations[-1].reign
    assert found.generation_count == 4
    first, *_, last = found.generations
    assert [point.name for point in first.points] == list(FIGURES)
    assert first.points[0].value != last.points[0].value


def test_the_watchs_last_look_of_each_figure_is_told_and_the_course_of_the_unions(slid: Ledger) -> None:
    found = ask(slid)
    assert [(each.chart, each.name) for each in found.looks] == [
        *(("nights", "all together"), ("nights", "neighbours.coverage"), ("nights", "utility.score")),
        *(("union", "union.coverage"), ("union", "union.distinct"), ("union", "union.repeats")),
    ]
    assert all(each.subject_id == STORY.of(f"night {NIGHTS - 1}") for each in found.looks)
    seen = [each.seen_at for each in found.unions if each.name == "union.repeats"]
    assert (len(found.unions), seen) == (3 * LOOKS, sorted(seen))


def test_alarms_open_and_past_and_what_came_of_them(slid: Ledger) -> None:
    with slid.transaction() as books:
        for receiver, error in (("slack", ""), ("mail", "no such host")):
            who = ("census", "alarm", STORY.of("alarm neighbours.coverage"), receiver)
            assert books.notices.claim(*who, run_id="watch", at=NOON)
            books.notices.settle(*who, at=NOON, error=error)
    found = ask(slid)
    assert [each.alarm.name for each in found.open_alarms] == ["neighbours.coverage"]
    asked = found.open_alarms[0]
    assert (asked.tried, asked.decision and asked.decision.kind, asked.told) == (3, "keep", 1)
    assert [each.alarm.name for each in found.past_alarms] == ["union.distinct", "joint.c2st"]
    assert [(each.tried, each.decision) for each in found.past_alarms] == [(0, None)] * 2
    assert found.past_count == 2
    assert [each.alarm.name for each in ask(slid, past=(1, 1)).past_alarms] == ["joint.c2st"]
    assert (found.watch.on_alarm, found.watch.nights) == ("retrain", 30)


def test_a_dataset_that_has_not_run_has_nothing(slid: Ledger) -> None:
    found = ask(slid, "nobody")
    assert (found.champion, found.generations, found.nights, found.looks, found.unions) == (None, (), (), (), ())
    assert (found.night_count, found.past_count, found.watch.on_alarm) == (0, 0, "retrain")


def test_many_champions_leave_the_first_and_the_present_in(slid: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    from headwater.ledger.repositories import collapse_pages

    monkeypatch.setattr(collapse_pages, "GENERATIONS_MAX", 2)
    with slid.transaction() as books:
        champion = books.generators.champion("census")
        assert champion is not None
        books.generators.record(generator("next", dataset="census", snapshot_id=champion.snapshot_id))
        promoted = books.champions.versions("census")[-1].promoted_at
        books.generators.promote("census", uid("next"), promoted + timedelta(days=1))
        books.generators.promote("census", STORY.of("trees 3"), promoted + timedelta(days=2))
    found = ask(slid)
    assert [each.reign.version for each in found.generations] == [1, 2, 4, 5]
    assert (found.champion and found.champion.version, found.generation_count) == (2, 5)
