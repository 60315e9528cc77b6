"""Notices: of many who ask, one may send; failures come again a few times, what may have arrived never."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from tests.ledger.facts import NOON

from headwater.ledger import Ledger, LedgerError
from headwater.ledger.repositories.notices import ATTEMPTS, CUT

FACT = ("clinic", "late", "2026-01-01", "webhook ops_hook")


def claim(ledger: Ledger) -> bool:
    with ledger.transaction() as books:
        return books.notices.claim(*FACT, run_id="run", at=NOON)


def test_of_many_who_ask_at_once_one_may_send(furnished: Ledger) -> None:
    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(claim, [furnished] * 8)) == [False] * 7 + [True]
    with furnished.transaction() as books:
        (notice,) = books.notices.of("clinic")
        assert (notice.outcome, notice.attempts, notice.error) == ("unknown", 1, CUT)
        assert books.notices.settled("clinic", NOON) == {FACT[1:]}


def test_what_was_sent_is_settled_for_ever(furnished: Ledger) -> None:
    assert claim(furnished)
    with furnished.transaction() as books:
        books.notices.settle(*FACT, at=NOON)
    assert not claim(furnished)
    with furnished.transaction() as books:
        (notice,) = books.notices.of("clinic")
        assert (notice.outcome, notice.sent_at, notice.error) == ("sent", NOON, None)
        assert books.notices.settled("clinic", NOON + timedelta(seconds=1)) == set()


def test_a_failure_is_tried_again_a_few_times(furnished: Ledger) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        assert claim(furnished)
        with furnished.transaction() as books:
            books.notices.settle(*FACT, at=NOON, error="refused")
            (notice,) = books.notices.of("clinic")
            assert (notice.outcome, notice.attempts, notice.error) == ("failed", attempt, "refused")
            assert bool(books.notices.settled("clinic", NOON)) is (attempt == ATTEMPTS)
    assert not claim(furnished)


def test_only_known_facts_are_told(furnished: Ledger) -> None:
    with pytest.raises(LedgerError, match="fact_is_known"), furnished.transaction() as books:
        books.notices.claim("clinic", "rumour", "x", "webhook ops_hook", run_id="run", at=NOON)
