"""The Data Docs index: newest first, every filter alone and together, pages that join, nothing of hidden datasets."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.ledger.facts import NIGHT, NOON, batch, check, furnish, generator, snapshot, uid, validation

from headwater.ledger import Ledger
from headwater.ledger.answers import DocsQuery, FailedCheck

NIGHTS = 7
SEEN = frozenset({"clinic"})


def night(books: Any, number: int, dataset: str = "clinic", **changes: Any) -> None:
    """One validated batch; every third one fails, by a check of its own and a warning."""
    name = f"{dataset}-{number}"
    day, moment = NIGHT + timedelta(days=number), NOON + timedelta(days=number)
    key = uid("generator" if dataset == "clinic" else f"{dataset} generator")
    books.batches.open(batch(name, dataset=dataset, batch_date=day, generator_id=key))
    failed = number % 3 == 0
    values = {"batch_id": uid(name), "passed": not failed, "started_at": moment, "finished_at": moment, **changes}
    checks = [check("note", severity="warning", passed=not failed), check("coverage", passed=not failed), check("c2st")]
    books.validations.record(validation(name, **values), checks)


@pytest.fixture
def judged(ledger: Ledger) -> Ledger:
    with ledger.transaction() as books:
        furnish(books)
        books.datasets.register("secret", "nurse", "")
        books.datasets.record_spec("secret", "a" * 64, {"dataset": "secret"})
        books.snapshots.record(snapshot("secret snapshot", dataset="secret"))
        books.generators.record(generator("secret generator", dataset="secret", snapshot_id=uid("secret snapshot")))
        for number in range(NIGHTS):
            night(books, number)
        night(books, 0, "secret")
    return ledger


def listed(ledger: Ledger, offset: int = 0, limit: int = 50, **asked: Any) -> list[str]:
    with ledger.transaction() as books:
        query = DocsQuery(**{"datasets": SEEN, **asked})
        entries = books.docs_index.entries(query, offset=offset, limit=limit)
        if (offset, limit) == (0, 50):
            assert books.docs_index.count(query) == len(entries)
        return [f"{entry.dataset}-{(entry.batch_date - NIGHT).days}" for entry in entries]


def test_the_newest_stands_first(judged: Ledger) -> None:
    assert listed(judged) == [f"clinic-{number}" for number in reversed(range(NIGHTS))]


def test_a_line_names_batch_generator_and_what_failed(judged: Ledger) -> None:
    with judged.transaction() as books:
        newest, before = books.docs_index.entries(DocsQuery(datasets=SEEN), offset=0, limit=2)
    assert (newest.validation_id, newest.batch_date, newest.rows) == (uid("clinic-6"), NIGHT + timedelta(days=6), 3)
    assert (newest.generator_label, newest.passed, newest.sentence) == ("generator", False, "All 2 checks passed.")
    assert newest.failed == (
        FailedCheck(name="coverage", severity="critical"),
        FailedCheck(name="note", severity="warning"),
    )
    assert (before.passed, before.failed) == (True, ())


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({"dataset": "clinic"}, [6, 5, 4, 3, 2, 1, 0]),
        ({"from_date": date(2026, 1, 5)}, [6, 5, 4]),
        ({"to_date": date(2026, 1, 2)}, [1, 0]),
        ({"from_date": date(2026, 1, 2), "to_date": date(2026, 1, 2)}, [1]),
        ({"passed": False}, [6, 3, 0]),
        ({"passed": True}, [5, 4, 2, 1]),
        ({"check": "coverage"}, [6, 3, 0]),
        ({"check": "note", "from_date": date(2026, 1, 2), "passed": False}, [6, 3]),
        ({"check": "c2st"}, []),
        ({"check": "%"}, []),
        ({"check": "coverage", "passed": True}, []),
        ({"from_date": date(2027, 1, 1)}, []),
    ],
)
def test_filters(judged: Ledger, asked: dict[str, Any], numbers: list[int]) -> None:
    assert listed(judged, **asked) == [f"clinic-{number}" for number in numbers]


def test_pages_join_even_where_moments_are_equal(judged: Ledger) -> None:
    with judged.transaction() as books:
        for number in range(NIGHTS, NIGHTS + 5):
            night(books, number, started_at=NOON, finished_at=NOON)
    pages = [name for offset in range(0, 12, 5) for name in listed(judged, offset, 5)]
    assert sorted(pages) == sorted(f"clinic-{number}" for number in range(NIGHTS + 5))
    assert pages == listed(judged)
    assert listed(judged, 100, 5) == []


def test_other_datasets_are_neither_listed_nor_counted_nor_named(judged: Ledger) -> None:
    assert listed(judged, dataset="secret") == []
    assert listed(judged, datasets=frozenset()) == []
    assert listed(judged, datasets=frozenset({"secret"})) == ["secret-0"]
    with judged.transaction() as books:
        books.validations.record_checks(
            "validation", uid("secret-0"), [check("rule:column_values_to_be_unique:hush", passed=False)]
        )
        assert books.docs_index.failed_names(SEEN) == ["coverage", "note"]
        assert books.docs_index.failed_names(frozenset()) == []
        assert books.docs_index.datasets() == ["clinic", "secret"]


def test_failed_checks_of_a_generator_are_not_failures_of_a_batch(judged: Ledger) -> None:
    with judged.transaction() as books:
        books.validations.record_checks("generator", uid("generator"), [check("trial", passed=False)])
        assert "trial" not in books.docs_index.failed_names(SEEN)
    assert listed(judged, check="trial") == []


def test_counting_stops_where_nobody_pages_any_more(judged: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    place = "headwater.ledger.repositories.docs_index.COUNT_MAX"
    with judged.transaction() as books:
        for most, counted in ((NIGHTS, NIGHTS), (NIGHTS - 1, NIGHTS), (2, 3)):
            monkeypatch.setattr(place, most)
            assert books.docs_index.count(DocsQuery(datasets=SEEN)) == counted
