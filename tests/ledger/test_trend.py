"""The trend of a check: the last validated batches before a day, the latest attempt of each, oldest first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.ledger.facts import NIGHT, NOON, batch, check, furnish, uid, validation

from headwater.ledger import Ledger
from headwater.ledger.answers import TrendPoint

LAST = NIGHT + timedelta(days=9)


def judge(books: Any, number: int, value: float | None, attempt: str = "", **changes: Any) -> None:
    name = f"night {number}"
    books.batches.open(batch(name, batch_date=NIGHT + timedelta(days=number)))
    checks = [
        check("coverage", value=value, limit=0.5, passed=value is not None and value >= 0.5, ratio=1.5),
        check("c2st", limit=None),
        check("rule:column_values_to_be_unique:id", value=0),
    ]
    given = {"batch_id": uid(name), "started_at": NOON, "finished_at": NOON, **changes}
    books.validations.record(validation(f"{name}{attempt}", **given), checks)


@pytest.fixture
def judged(ledger: Ledger) -> Ledger:
    with ledger.transaction() as books:
        furnish(books)
        for number in range(10):
            judge(books, number, number / 10)
        books.batches.open(batch("not judged", batch_date=NIGHT + timedelta(days=5)))
    return ledger


def values(ledger: Ledger, before: date = LAST, **asked: Any) -> dict[str, list[float | None]]:
    with ledger.transaction() as books:
        found = books.validations.trend("clinic", before, **asked)
    return {name: [point.value for point in points] for name, points in found.items()}


def test_batches_before_the_day_oldest_first(judged: Ledger) -> None:
    assert values(judged, names=["coverage"]) == {"coverage": [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]}
    assert values(judged, NIGHT) == {}


def test_the_last_ones_are_kept(judged: Ledger) -> None:
    assert values(judged, names=["coverage"], limit=3) == {"coverage": [0.6, 0.7, 0.8]}


def test_a_point_has_day_value_limit_and_outcome(judged: Ledger) -> None:
    with judged.transaction() as books:
        found = books.validations.trend("clinic", NIGHT + timedelta(days=5), ["coverage"], 1)
    day = NIGHT + timedelta(days=4)
    assert found["coverage"] == [TrendPoint(batch_date=day, value=0.4, limit=0.5, passed=False, ratio=1.5)]


def test_the_latest_attempt_of_a_batch_counts(judged: Ledger) -> None:
    with judged.transaction() as books:
        judge(books, 8, None, attempt=" again", content_hash="d" * 64)
    assert values(judged, names=["coverage"], limit=2) == {"coverage": [0.7, None]}


def test_without_names_every_check_but_the_rules(judged: Ledger) -> None:
    assert set(values(judged)) == {"coverage", "c2st"}
    assert values(judged, names=[]) == {}


def test_other_datasets_have_their_own(judged: Ledger) -> None:
    with judged.transaction() as books:
        assert books.validations.trend("elsewhere", LAST) == {}
