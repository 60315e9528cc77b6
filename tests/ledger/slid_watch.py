"""What the watch said of the history of ``sliding.py``: looks, an open alarm, two that were closed. Real Postgres."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from tests.ledger.sliding import NIGHTS, Story, champion_of

from headwater.ledger import Books
from headwater.ledger.guard_records import Alarm, WatchPoint

LOOKS = 20
SLID = (
    "{} slid: since the night of {}, 13 nights lie 1.9 standard deviations of a night on the bad side of the {} before."
)
COUNTED = {
    "union.repeats": "212 pairs of rows of different nights are equal; of rows drawn anew it would be 205.",
    "union.distinct": "The older half has 31 values that the newer lacks, the newer 24 others; chance shares evenly.",
    "union.coverage": "A region around real rows holds 1,204 rows; by the certificate it would be 1,260.",
}


def look_and_alarm(books: Books, story: Story) -> None:
    """The looks of the last nights, and the alarms."""
    for night in range(NIGHTS - LOOKS, NIGHTS):
        _looks(books, story, night)
    for name, chart, night, run, closed in (
        ("joint.c2st", "nights", 18, "scheduled__a", ("headwater", "trees is champion now.", 4)),
        ("union.distinct", "union", 40, "scheduled__b", ("anna", f"Wanted: a ward was closed. {story.odd}", 1)),
        ("neighbours.coverage", "nights", 68, "watch", None),
    ):
        since, at = (story.begin + timedelta(days=night - 12)).date(), story.begin + timedelta(days=night + 1)
        about = {"dataset": story.dataset, "chart": chart, "name": name, "generator_id": story.of(champion_of(night))}
        which = {"alarm_id": story.of(f"alarm {name}"), "subject_id": story.of(f"night {night}"), "run_id": run}
        told = {"since": since, "score": 5.6, "limit": 4.9, "sentence": SLID.format(name, since, night - 12)}
        books.watch.raise_alarm(Alarm(**about, **which, **told, raised_at=at))
        if closed is not None:
            by, reason, days = closed
            books.watch.close(which["alarm_id"], by=by, reason=reason, at=at + timedelta(days=days))


def _looks(books: Books, story: Story, night: int) -> None:
    day = story.first + timedelta(days=night)
    about = {"dataset": story.dataset, "generator_id": story.of(champion_of(NIGHTS - 1)), "shift": 0.5, "since": day}
    about |= {"subject_id": story.of(f"night {night}")}
    about |= {"seen_at": datetime.combine(day + timedelta(days=1), time(3), UTC)}
    for place, name in enumerate(("neighbours.coverage", "all together", "utility.score")):
        score = 1.0 + max(0, night - 54) / (3 + 4 * place)
        words = f"{name}: {'a slide' if score > 4.9 else 'no slide'} in {night - 48} nights."
        told = {"chart": "nights", "name": name, "score": score, "limit": 4.9, "size": night - 48, "sentence": words}
        books.watch.record(WatchPoint(**about, **told))
    for place, (name, words) in enumerate(COUNTED.items()):
        score = 0.4 + place / 2 + (night * (place + 2) % 5) / 4
        told = {"chart": "union", "name": name, "score": score, "limit": 4.8, "size": 30, "sentence": words}
        books.watch.record(WatchPoint(**about, **told))
