"""The overview in the ledger: outcomes and states by hand, order, pages, the calendar, cards. Real Postgres."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.ledger.facts import NIGHT, NOON, SPEC, batch, check, decision, generator, snapshot, uid, validation
from tests.ledger.test_watch_in_ledger import alarm

from headwater.ledger import Books, Ledger
from headwater.ledger.overview_answers import Expected, Glance, OverviewQuery, Standing

SCHEDULE = {"nightly": "0 2 * * *", "timezone": "UTC"}
NIGHTS = tuple(NIGHT + timedelta(days=place) for place in (4, 3, 2, 1, 0))
CONTENT = "d" * 64


def declare(books: Books, name: str, *, has_champion: bool = True) -> None:
    books.datasets.register(name, "nurse", f"About {name}.")
    books.datasets.record_spec(name, SPEC, {"dataset": name, "schedule": SCHEDULE})
    books.snapshots.record(snapshot(f"{name} snapshot", dataset=name))
    made = generator(name, dataset=name, snapshot_id=uid(f"{name} snapshot"), label="trees", real_share=0.75)
    books.generators.record(made)
    if has_champion:
        books.generators.promote(name, made.generator_id, NOON)


def night(books: Books, dataset: str, place: int, *statuses: str, tag: str = "") -> str:
    """A batch of the night at that place (0 is the newest), taken through these statuses; its id."""
    day = NIGHTS[place]
    made = batch(f"{dataset} {day} {tag}", dataset=dataset, batch_date=day, generator_id=uid(dataset))
    books.batches.open(made)
    for status in statuses:
        books.batches.mark(made.batch_id, status, content_hash=CONTENT)
    return made.batch_id


RELEASED = ("produced", "passed", "released")
QUARANTINED = ("produced", "failed", "quarantined")


def look(ledger: Ledger, *datasets: str, limit: int = 25, offset: int = 0, **asked: Any) -> Glance:
    expected = {name: asked.pop(name) for name in datasets if name in asked}
    query = {name: asked.pop(name) for name in ("text", "is_trouble") if name in asked}
    nights = tuple(expected.get(name, Expected(name, NIGHTS, **asked)) for name in datasets)
    with ledger.transaction() as books:
        return books.overview.look(OverviewQuery(nights, **query), offset=offset, limit=limit)


def only(glance: Glance) -> Standing:
    (found,) = glance.standings
    return found


@pytest.mark.parametrize(
    ("made", "outcome"),
    [
        ([RELEASED], "released"),
        ([QUARANTINED, RELEASED], "released"),
        ([QUARANTINED], "quarantined"),
        ([("produced",)], "unfinished"),
        ([()], "unfinished"),
        ([(*RELEASED, "recalled")], "recalled"),
        ([(*RELEASED, "retired")], "released"),
        ([(*QUARANTINED, "retired")], "quarantined"),
        ([(*RELEASED, "superseded"), RELEASED], "released"),
        ([], "missing"),
    ],
)
def test_what_became_of_a_night(ledger: Ledger, made: list[tuple[str, ...]], outcome: str) -> None:
    with ledger.transaction() as books:
        declare(books, "clinic")
        for number, statuses in enumerate(made):
            night(books, "clinic", 0, *statuses, tag=str(number))
    assert only(look(ledger, "clinic")).outcome == outcome


def test_the_worst_comes_first_and_states_say_why(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        for name in ("asleep", "alarmed", "fine", "held", "late", "patchy", "running"):
            declare(books, name)
            for place in range(5):
                if (name, place) not in {("patchy", 2), ("patchy", 3), ("late", 0), ("running", 0), ("asleep", 1)}:
                    is_held = (name, place) in {("held", 1), ("held", 4)}
                    night(books, name, place, *(QUARANTINED if is_held else RELEASED))
        night(books, "late", 0, "produced")
        declare(books, "new", has_champion=False)
        books.watch.raise_alarm(alarm(dataset="alarmed", generator_id=uid("alarmed")))
    found = look(
        ledger,
        *("asleep", "alarmed", "fine", "held", "late", "new", "patchy", "running"),
        asleep=Expected("asleep", NIGHTS, is_late=True, is_asleep=True),
        late=Expected("late", NIGHTS, is_late=True),
    )
    assert [(each.dataset, each.state) for each in found.standings] == [
        ("late", "late"),
        ("held", "quarantined"),
        ("alarmed", "alarm"),
        ("patchy", "missing"),
        ("new", "none"),
        ("running", "running"),
        ("fine", "fine"),
        ("asleep", "asleep"),
    ]
    told = {each.dataset: each for each in found.standings}
    assert (told["held"].quarantined, told["alarmed"].alarms, told["patchy"].missing) == (2, 1, 2)
    assert (told["late"].outcome, told["running"].outcome, told["new"].outcome) == ("unfinished", "missing", None)
    assert found.states == dict.fromkeys((each.state for each in found.standings), 1)


def test_a_mended_night_waits_for_nobody(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        declare(books, "clinic")
        night(books, "clinic", 0, *QUARANTINED, tag="first")
        night(books, "clinic", 0, *RELEASED, tag="mended")
    found = only(look(ledger, "clinic", clinic=Expected("clinic", NIGHTS[:1])))
    assert (found.state, found.quarantined) == ("fine", 0)


def test_a_discarded_night_waits_for_nobody_and_is_late_while_it_is_the_newest(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        declare(books, "clinic")
        held, old = night(books, "clinic", 0, *QUARANTINED), night(books, "clinic", 1, *QUARANTINED)
        assert books.open_decisions.batches("clinic") == [old, held]
        for batch_id in (held, old):
            about = {"subject_kind": "batch", "subject_id": batch_id}
            books.decisions.record(decision(f"discard {batch_id}", kind="discard", **about))
        assert books.open_decisions.batches("clinic") == []
    due, late = (Expected("clinic", NIGHTS[:2], is_late=is_late) for is_late in (False, True))
    assert [only(look(ledger, "clinic", clinic=each)).state for each in (due, late)] == ["running", "late"]
    found = only(look(ledger, "clinic", clinic=late))
    assert (found.quarantined, found.outcome) == (0, "quarantined")


def test_a_candidate_waits_until_the_newest_decision_about_it_is_another(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        for name in ("clinic", "other"):
            declare(books, name)
        for hour, kind in enumerate(("await_approval", "keep", "lapse", "await_approval")):
            moment = NOON + timedelta(hours=hour)
            made = decision(f"{hour}", kind=kind, subject_id=uid("clinic"), decided_at=moment)
            books.decisions.record(made)
            is_open = set(books.open_decisions.approvals(["clinic", "other"])) == {"clinic"}
            assert is_open is (kind in ("await_approval", "keep"))
        card = books.cards.of(["clinic", "other"], (), NIGHTS[-1])
        assert {name: each.is_approval_open for name, each in card.items()} == {"clinic": True, "other": False}


def test_nights_before_the_first_champion_are_not_missed_but_shown_where_made(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        declare(books, "clinic", has_champion=False)
        books.generators.promote("clinic", uid("clinic"), NOON + timedelta(days=3))
        for place in (0, 1, 4):
            night(books, "clinic", place, *RELEASED)
    found = look(ledger, "clinic")
    assert (only(found).state, only(found).missing) == ("fine", 0)
    assert [each.batch_date for each in found.days] == [NIGHTS[4], NIGHTS[1], NIGHTS[0]]


def test_a_champion_of_today_has_no_night_behind_it(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        declare(books, "clinic", has_champion=False)
        books.generators.promote("clinic", uid("clinic"), NOON + timedelta(days=5))
    found = look(ledger, "clinic", clinic=Expected("clinic", NIGHTS, is_late=True))
    assert (only(found).state, only(found).missing, found.days) == ("running", 0, ())


def test_a_closed_alarm_is_none(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        declare(books, "clinic")
        night(books, "clinic", 0, *RELEASED)
        books.watch.raise_alarm(alarm(dataset="clinic", generator_id=uid("clinic")))
        books.watch.close(uid("alarm"), by="nurse", reason="seen", at=NOON)
    assert only(look(ledger, "clinic", clinic=Expected("clinic", NIGHTS[:1]))).state == "fine"


def test_pages_and_filters_count_what_they_find(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        for name in ("ward_a", "ward_b", "ward_c", "lab"):
            declare(books, name)
            night(books, name, 0, *(QUARANTINED if name == "ward_c" else RELEASED))
    names, one = ("ward_a", "ward_b", "ward_c", "lab"), NIGHTS[:1]
    asked = {name: Expected(name, one) for name in names}
    first, second = (look(ledger, *names, **asked, limit=2, offset=offset) for offset in (0, 2))
    assert [each.dataset for each in (*first.standings, *second.standings)] == ["ward_c", "lab", "ward_a", "ward_b"]
    assert first.states == second.states == {"quarantined": 1, "fine": 3}
    wards = look(ledger, *names, **asked, text="ward")
    assert wards.states == {"quarantined": 1, "fine": 2}
    assert [(each.outcome, each.datasets) for each in wards.days] == [("quarantined", 1), ("released", 2)]
    trouble = look(ledger, *names, **asked, is_trouble=True)
    assert [each.dataset for each in trouble.standings] == ["ward_c"]
    assert trouble.states == first.states


@pytest.mark.parametrize("text", ["%", "_", "'; DROP TABLE headwater.batches; --", "\\", "Ward"])
def test_a_search_is_for_letters_and_nothing_else(ledger: Ledger, text: str) -> None:
    with ledger.transaction() as books:
        declare(books, "ward")
    assert look(ledger, "ward", text=text).standings == ()
    assert len(look(ledger, "ward").standings) == 1


def test_only_what_the_caller_names_is_seen(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        for name in ("open", "secret"):
            declare(books, name)
            night(books, name, 0, *QUARANTINED)
    found = look(ledger, "open", open=Expected("open", NIGHTS[:1]))
    assert ([each.dataset for each in found.standings], found.states) == (["open"], {"quarantined": 1})
    assert [each.datasets for each in found.days] == [1]
    assert look(ledger) == Glance(states={}, standings=(), days=())


def test_the_newest_night_is_in_the_calendar_once_it_is_due(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        declare(books, "clinic")
        night(books, "clinic", 1, *RELEASED)
    two = NIGHTS[:2]
    assert [each.batch_date for each in look(ledger, "clinic", clinic=Expected("clinic", two)).days] == [two[1]]
    late = look(ledger, "clinic", clinic=Expected("clinic", two, is_late=True))
    assert [(each.batch_date, each.outcome) for each in late.days] == [(two[1], "released"), (two[0], "missing")]


def test_a_schedule_without_nights_is_no_trouble(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        declare(books, "clinic")
    found = look(ledger, "clinic", clinic=Expected("clinic", ()))
    assert (only(found).state, only(found).outcome, found.days) == ("fine", None, ())


def test_the_schedule_is_that_of_the_newest_batch(ledger: Ledger) -> None:
    """A spec that came back was recorded long before the one it replaced."""
    with ledger.transaction() as books:
        declare(books, "clinic")
        declare(books, "unmade")
        night(books, "clinic", 0)
    with ledger.transaction() as books:
        other = {"dataset": "clinic", "schedule": {**SCHEDULE, "nightly": "0 5 * * *"}}
        books.datasets.record_spec("clinic", "b" * 64, other)
        books.datasets.record_spec("unmade", "b" * 64, {**other, "dataset": "unmade"})
        books.datasets.register("bare", "nurse", "")
    with ledger.transaction() as books:
        found = {each.dataset: each for each in books.overview.declared(["unmade", "clinic", "bare", "nobody"])}
        assert books.overview.names() == ["bare", "clinic", "unmade"]
    assert {name: each.schedule["nightly"] for name, each in found.items()} == {
        "clinic": "0 2 * * *",
        "unmade": "0 5 * * *",
    }


def test_a_card_tells_of_the_batch_that_stands(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        declare(books, "clinic")
        declare(books, "bare", has_champion=False)
        for place, value in ((2, 0.91), (1, None)):
            judged = night(books, "clinic", place, *RELEASED)
            books.validations.record(
                validation(f"v{place}", batch_id=judged), [check("neighbours.coverage", value=value), check("other")]
            )
        failed = night(books, "clinic", 0, *QUARANTINED, tag="failed")
        mended = night(books, "clinic", 0, *RELEASED, tag="mended")
        for batch_id, value, later in ((mended, 0.95, 0), (failed, 0.5, 1)):
            at = {"started_at": NOON, "finished_at": NOON + timedelta(hours=later)}
            coverage = [check("neighbours.coverage", value=value, passed=value > 0.8)]
            books.validations.record(validation(batch_id, batch_id=batch_id, sentence=f"{value}", **at), coverage)
    with ledger.transaction() as books:
        cards = books.cards.of(["clinic", "bare", "nobody"], ["neighbours.coverage"], NIGHT)
        later = books.cards.of(["clinic"], ["neighbours.coverage"], NIGHTS[0])
    assert set(cards) == {"clinic", "bare"}
    assert (cards["bare"].last, cards["bare"].champion, cards["bare"].figures, cards["bare"].outcomes) == (
        *(None, None),
        *((), ()),
    )
    card = cards["clinic"]
    assert card.last is not None
    assert (card.last.batch_id, card.last.status, card.last.sentence) == (mended, "released", "0.95")
    assert card.champion is not None
    assert (card.champion.label, card.champion.version, card.champion.real_share) == ("trees", 1, 0.75)
    (line,) = card.figures
    assert line.dates == (NIGHTS[2], NIGHTS[1], NIGHTS[0])
    assert (line.values, line.limits, line.passed) == ((0.91, None, 0.95), (0.8,) * 3, (True,) * 3)
    assert card.outcomes == tuple((NIGHTS[place], "released") for place in (2, 1, 0))
    assert [each.dates for each in later["clinic"].figures] == [(NIGHTS[0],)]
    assert date.min < later["clinic"].outcomes[0][0] == NIGHTS[0]
