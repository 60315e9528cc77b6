"""Snapshots: exact schemas back, the latest by when it was last found, profiles replaced."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from pydantic import ValidationError
from tests.ledger.facts import NOON, furnish, snapshot, uid

from headwater.ledger import Ledger, LedgerError, NotInLedger


def test_a_snapshot_comes_back_equal(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        furnish(books)
    with ledger.transaction() as books:
        found = books.snapshots.get(uid("snapshot"))
    assert found == snapshot()
    assert found.schema.sha256() == snapshot().schema.sha256()
    assert [type(value) for value in found.schema["dose"].categories or ()] == [float] * 4
    assert found.depth == 0.0


def test_moments_come_back_in_utc_whatever_their_zone(ledger: Ledger) -> None:
    vienna = datetime(2026, 7, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    with ledger.transaction() as books:
        furnish(books)
        books.snapshots.record(snapshot("other", taken_at=vienna))
        found = books.snapshots.get(uid("other"))
    assert found.taken_at == datetime(2026, 7, 1, 0, tzinfo=UTC)
    assert found.taken_at.utcoffset() == timedelta(0)
    with pytest.raises(ValidationError, match="timezone"):
        snapshot(taken_at=datetime(2026, 7, 1, 2))  # noqa: DTZ001 - without a zone on purpose


def test_rows_that_were_found_again_are_the_latest(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        assert books.snapshots.latest("clinic") is None
        furnish(books)
        books.snapshots.record(snapshot("second", taken_at=NOON + timedelta(days=1)))
        assert books.snapshots.latest("clinic") == snapshot("second", taken_at=NOON + timedelta(days=1))
        books.snapshots.record(snapshot(taken_at=NOON + timedelta(days=2)))
        books.snapshots.record(snapshot(taken_at=NOON - timedelta(days=9)))
        latest = books.snapshots.latest("clinic")
    assert latest == snapshot(taken_at=NOON + timedelta(days=2))


def test_rows_must_add_up(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        furnish(books)
    with pytest.raises(LedgerError, match="ck_snapshots_rows_add_up"), ledger.transaction() as books:
        books.snapshots.record(snapshot("short", train_rows=7))


def test_a_profile_is_replaced_and_keeps_odd_values(ledger: Ledger) -> None:
    facts = {
        "max": float("inf"),
        "mean": np.float64(1.5),
        "n": np.int64(3),
        "nan": float("nan"),
        "nul": "\x00",
        "list": (1,),
    }
    with ledger.transaction() as books:
        furnish(books)
        assert books.snapshots.profile(uid("snapshot")) is None
        books.snapshots.record_profile(uid("snapshot"), {"old": 1})
        books.snapshots.record_profile(uid("snapshot"), facts)
    with ledger.transaction() as books:
        profile = books.snapshots.profile(uid("snapshot"))
    assert profile is not None
    assert profile.facts == {"max": None, "mean": 1.5, "n": 3, "nan": None, "nul": "\x00", "list": [1]}


def test_a_frame_in_a_profile_is_refused(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        furnish(books)
    with pytest.raises(TypeError, match="holds a ndarray, which is no JSON"), ledger.transaction() as books:
        books.snapshots.record_profile(uid("snapshot"), {"rows": np.zeros(3)})


def test_unknown_snapshots_are_named(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        with pytest.raises(NotInLedger, match=uid("nothing")):
            books.snapshots.get(uid("nothing"))
        assert books.snapshots.profile(uid("nothing")) is None
    with pytest.raises(LedgerError, match="refuses"), ledger.transaction() as books:
        books.snapshots.get("not a uuid")


def test_the_snapshot_of_a_generator(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        furnish(books)
        found = books.snapshots.of_generator(uid("generator"))
        assert found == books.snapshots.get(uid("snapshot"))
    with pytest.raises(NotInLedger, match="Cure"), ledger.transaction() as books:
        books.snapshots.of_generator(uid("nowhere"))
