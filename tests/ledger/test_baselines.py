"""Baselines in the ledger: found by id, drawn again in place, a certificate names its generator."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.ledger.facts import NOON, furnish, uid

from headwater.ledger import Ledger, LedgerError
from headwater.ledger.records import Baseline


def floor(**changes: object) -> Baseline:
    facts = {
        "baseline_id": uid("floor"),
        "kind": "noise_floor",
        "snapshot_id": uid("snapshot"),
        "generator_id": None,
        "n": 240,
        "draws": 500,
        "key": "clinic/baselines/x.npz",
        "sha256": "ab" * 32,
        "drawn_at": NOON,
    }
    return Baseline(**{**facts, **changes})  # type: ignore[arg-type]


def test_a_baseline_is_found_by_its_id_and_replaced_when_it_is_drawn_again(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        furnish(books)
        assert books.baselines.find(uid("floor")) is None
        books.baselines.record(floor())
        books.baselines.record(floor(sha256="cd" * 32))
    with ledger.transaction() as books:
        assert books.baselines.find(uid("floor")) == floor(sha256="cd" * 32)


def test_a_certificate_without_a_generator_is_refused(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        furnish(books)
    with pytest.raises(LedgerError), ledger.transaction() as books:
        books.baselines.record(floor(kind="certificate"))


def test_the_last_certificate_of_a_size_is_dated(ledger: Ledger) -> None:
    mine = {"kind": "certificate", "generator_id": uid("generator")}
    with ledger.transaction() as books:
        furnish(books)
        books.baselines.record(floor(drawn_at=NOON + timedelta(days=9)))
        assert books.baselines.certified_at(uid("generator"), 240) is None
        for day, n in ((0, 240), (2, 240), (5, 100)):
            at = NOON + timedelta(days=day)
            books.baselines.record(floor(**mine, baseline_id=uid(f"certificate {day}"), n=n, drawn_at=at))
    with ledger.transaction() as books:
        assert books.baselines.certified_at(uid("generator"), 240) == NOON + timedelta(days=2)
        assert books.baselines.certified_at(uid("generator"), 100) == NOON + timedelta(days=5)
