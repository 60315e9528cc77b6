"""Attempts to mend a night are counted by dataset and date, in their order, and written once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.ledger.facts import NIGHT, NOON, batch, furnish, uid, validation

from headwater.ledger import Ledger, LedgerError
from headwater.ledger.guard_records import Repair
from headwater.ledger.migrate import migrate


def attempt(name: str, look: int, **changes: Any) -> Repair:
    values: dict[str, Any] = {
        "repair_id": uid(f"repair {name}"),
        "dataset": "clinic",
        "batch_date": NIGHT,
        "batch_id": uid("batch"),
        "repaired_batch_id": uid(name),
        "step": "reweigh",
        "look": look,
        "rows": 10,
        "touched_rows": 2,
        "before": {"short_bins": 3},
        "after": {"short_bins": 0},
        "run_id": "run",
        "made_at": NOON,
    }
    return Repair(**{**values, **changes})


@pytest.fixture
def ledger(database: str) -> Any:
    migrate(database)
    found = Ledger(database)
    with found.transaction() as books:
        furnish(books)
        for name in ("batch", "first", "second"):
            books.batches.open(batch(name))
    yield found
    found.close()


def test_attempts_are_counted_by_date_and_found_by_what_they_made(ledger: Ledger) -> None:
    first, second = attempt("first", 2), attempt("second", 3, step="top_up")
    with ledger.transaction() as books:
        assert books.repairs.spent("clinic", NIGHT) == 0
        assert books.repairs.record(first) == first
        assert books.repairs.record(second) == second
        assert books.repairs.record(first) == first, "the same attempt again is no further one"
    with ledger.transaction() as books:
        assert books.repairs.spent("clinic", NIGHT) == 2
        assert books.repairs.spent("clinic", date(2026, 1, 2)) == 0
        assert books.repairs.of("clinic", NIGHT) == [first, second]
        assert books.repairs.that_made(uid("second")) == second
        assert books.repairs.that_made(uid("batch")) is None
        assert books.repairs.find(uid("nobody")) is None


def test_two_attempts_never_have_one_look(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        books.repairs.record(attempt("first", 2))
    with pytest.raises(LedgerError, match="Look 2 of clinic"), ledger.transaction() as books:
        books.repairs.record(attempt("second", 2))


def test_looks_of_a_date_are_its_attempts_and_the_planned_batches_that_failed(ledger: Ledger) -> None:
    later = NOON + timedelta(hours=1)
    with ledger.transaction() as books:
        books.batches.open(batch("other", created_at=later))
        assert books.repairs.looks("clinic", NIGHT, later) == 0
        books.validations.record(validation("of batch", batch_id=uid("batch"), passed=False), [])
        books.repairs.record(attempt("first", 2))
        books.validations.record(validation("of first", batch_id=uid("first"), passed=False), [])
        assert books.repairs.looks("clinic", NIGHT, later) == 2
        assert books.repairs.looks("clinic", NIGHT, NOON) == 0, "judged again, the first batch has its first look"
        books.validations.record(validation("of other", batch_id=uid("other"), passed=False), [])
        assert books.repairs.looks("clinic", NIGHT, later) == 2
        assert books.repairs.looks("clinic", NIGHT) == 3
        books.validations.record(validation("of second", batch_id=uid("second"), passed=True), [])
        assert books.repairs.looks("clinic", NIGHT) == 3, "who passed gave no reason for another try"
        assert books.repairs.looks("clinic", date(2026, 1, 2)) == 0


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"touched_rows": 11}, "ck_repairs_touched_rows_are_of_the_batch"),
        ({"step": "reject"}, "ck_repairs_step_is_known"),
    ],
)
def test_what_makes_no_sense_is_refused(ledger: Ledger, changes: dict[str, Any], rule: str) -> None:
    good = attempt("first", 2).model_dump()
    with pytest.raises(LedgerError, match=rule), ledger.transaction() as books:
        books.repairs.record(Repair.model_construct(**{**good, **changes}))
