"""Validations: attempts are counted, checks come back exact and in order, a rerun is no new attempt."""

from __future__ import annotations

import pytest
from tests.ledger.facts import batch, check, furnish, generator, uid, validation

from headwater.ledger import Ledger, LedgerError, NotInLedger

ODD = [
    check("coverage"),
    check("c2st", value=None, limit=None, interval=None, passed=False, error="boom", severity="warning"),
    check("auc:a", direction="at_most", limit_origin="exact", n=0, detail={"nan": float("nan"), "deep": [{"x": [1]}]}),
]


@pytest.fixture
def opened(ledger: Ledger) -> Ledger:
    with ledger.transaction() as books:
        furnish(books)
        books.batches.open(batch())
    return ledger


def test_a_validation_comes_back_with_its_attempt_and_checks(opened: Ledger) -> None:
    with opened.transaction() as books:
        stored = books.validations.record(validation(), ODD)
    assert stored == validation(attempt=1)
    with opened.transaction() as books:
        assert books.validations.get(uid("validation")) == validation(attempt=1)
        found = books.validations.checks("validation", uid("validation"))
    assert found[:2] == ODD[:2]
    assert found[2] == ODD[2].model_copy(update={"detail": {"nan": None, "deep": [{"x": [1]}]}})


def test_a_rerun_is_the_same_attempt_and_a_new_content_the_next(opened: Ledger) -> None:
    with opened.transaction() as books:
        books.validations.record(validation(), ODD)
        books.validations.record(validation(sentence="Again."), ODD[:1])
        assert books.validations.attempts(uid("batch")) == [validation(attempt=1, sentence="Again.")]
        assert books.validations.checks("validation", uid("validation")) == ODD[:1]
        second = books.validations.record(validation("second", content_hash="d" * 64, passed=False), [])
        assert second.attempt == 2
        assert [each.attempt for each in books.validations.attempts(uid("batch"))] == [1, 2]
        assert books.validations.latest(uid("batch")) == second
        assert books.validations.latest(uid("nothing")) is None


def test_checks_of_a_generator_are_its_own(opened: Ledger) -> None:
    with opened.transaction() as books:
        books.generators.record(generator("other"))
        books.validations.record_checks("generator", uid("generator"), ODD[:2])
        books.validations.record_checks("generator", uid("other"), ODD[:1])
        books.validations.record_checks("generator", uid("generator"), [check("later")])
        assert books.validations.checks("generator", uid("generator")) == [check("later")]
        assert books.validations.checks("generator", uid("other")) == ODD[:1]
        assert books.validations.checks("validation", uid("generator")) == []


def test_what_cannot_have_checks_is_named(opened: Ledger) -> None:
    with opened.transaction() as books:
        with pytest.raises(LedgerError, match="A 'batch' has no checks"):
            books.validations.record_checks("batch", uid("batch"), [])
        with pytest.raises(NotInLedger, match="no generator"):
            books.validations.record_checks("generator", uid("nobody"), [])
        with pytest.raises(NotInLedger, match="no validation"):
            books.validations.get(uid("nothing"))
        with pytest.raises(NotInLedger, match="no batch"):
            books.validations.record(validation(batch_id=uid("nothing")), [])


def test_two_checks_of_one_name_are_refused_and_nothing_is_written(opened: Ledger) -> None:
    with pytest.raises(LedgerError, match="uq_checks_validation_id_name"), opened.transaction() as books:
        books.validations.record(validation(), [check("twice"), check("twice")])
    with opened.transaction() as books:
        assert books.validations.attempts(uid("batch")) == []
