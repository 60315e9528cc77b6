"""The watch in the ledger: looks replaced, one open alarm a figure, figures of nights in order, reigns once each."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.ledger.facts import NIGHT, NOON, batch, check, uid, validation

from headwater.ledger import Ledger, LedgerError
from headwater.ledger.guard_records import Alarm, WatchPoint


def point(**changes: Any) -> WatchPoint:
    values: dict[str, Any] = {
        "dataset": "clinic",
        "chart": "nights",
        "name": "joint.c2st",
        "subject_id": uid("batch"),
        "generator_id": uid("generator"),
        "score": 2.5,
        "limit": 4.9,
        "since": NIGHT,
        "shift": None,
        "size": 9,
        "sentence": "No slide.",
        "seen_at": NOON,
    }
    return WatchPoint(**{**values, **changes})


def alarm(name: str = "alarm", **changes: Any) -> Alarm:
    known = point().model_dump(exclude={"seen_at", "size", "shift"})
    values = {**known, "alarm_id": uid(name), "run_id": "run", "raised_at": NOON}
    return Alarm(**{**values, **changes})


def test_a_look_at_the_same_subject_replaces_the_former(furnished: Ledger) -> None:
    with furnished.transaction() as books:
        books.watch.record(point())
        books.watch.record(point(score=3.0))
        books.watch.record(point(subject_id=uid("later"), seen_at=NOON + timedelta(days=1)))
    with furnished.transaction() as books:
        assert [each.score for each in books.watch.points("clinic", "nights", "joint.c2st")] == [3.0, 2.5]
        assert books.watch.points("clinic", "union", "joint.c2st") == []


def test_one_alarm_is_open_and_a_closed_one_is_not_raised_again(furnished: Ledger) -> None:
    with furnished.transaction() as books:
        assert books.watch.raise_alarm(alarm())
        assert not books.watch.raise_alarm(alarm())
        assert not books.watch.raise_alarm(alarm("another", subject_id=uid("later")))
        assert books.watch.raise_alarm(alarm("of a chart", chart="union"))
        assert books.watch.close(uid("alarm"), by="anna", reason="Wanted.", at=NOON + timedelta(hours=1))
        assert not books.watch.close(uid("alarm"), by="berta", reason="Again.", at=NOON + timedelta(hours=2))
        assert not books.watch.raise_alarm(alarm())
        assert books.watch.raise_alarm(alarm("another", run_id="later"))
    with furnished.transaction() as books:
        (closed,) = books.watch.alarms("clinic", is_open=False)
        assert (closed.alarm_id, closed.closed_by, closed.reason) == (uid("alarm"), "anna", "Wanted.")
        assert {each.alarm_id for each in books.watch.alarms("clinic", is_open=True)} == {
            uid("another"),
            uid("of a chart"),
        }
        assert [each.alarm_id for each in books.watch.alarms("clinic", run_id="later")] == [uid("another")]
        assert books.watch.alarms("elsewhere") == []


@pytest.mark.parametrize(
    "changes", [{"closed_at": NOON}, {"closed_at": NOON - timedelta(1), "closed_by": "a", "reason": "b"}]
)
def test_a_half_closed_alarm_is_refused(furnished: Ledger, changes: dict[str, Any]) -> None:
    with pytest.raises(LedgerError), furnished.transaction() as books:
        books.watch.raise_alarm(alarm(**changes))


def test_figures_of_nights_come_in_the_order_of_nights_and_from_the_last_attempt(furnished: Ledger) -> None:
    days = {"late": date(2026, 1, 3), "early": date(2026, 1, 1)}
    with furnished.transaction() as books:
        for name, day in days.items():
            books.batches.open(batch(name, batch_date=day))
            for attempt in ("first", "second"):
                ratio = None if (name, attempt) == ("late", "second") else float(attempt == "second")
                found = [check("joint.c2st", ratio=ratio, effect=1.5), check("cell.kmeans", ratio=9.0)]
                books.validations.record(validation(name + attempt, batch_id=uid(name)), found)
        books.batches.open(batch("other", batch_date=date(2026, 1, 2)))
    with furnished.transaction() as books:
        figures = books.watch.nights(uid("generator"), ["joint.c2st"])
        assert [(each.batch_id, each.ratio, each.effect) for each in figures] == [
            (uid("early"), 1.0, 1.5),
            (uid("late"), None, 1.5),
        ]
        assert books.watch.nights(uid("nobody"), ["joint.c2st"]) == []


def test_the_last_released_batches_oldest_first(furnished: Ledger) -> None:
    with furnished.transaction() as books:
        for index in range(4):
            books.batches.open(batch(f"night {index}", batch_date=NIGHT + timedelta(days=index)))
            for status in ("produced", "passed", *(("released",) if index != 2 else ())):
                books.batches.mark(uid(f"night {index}"), status, content_hash="c" * 64)
    with furnished.transaction() as books:
        assert [each.batch_id for each in books.watch.released("clinic", 2)] == [uid("night 1"), uid("night 3")]
