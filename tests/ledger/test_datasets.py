"""Datasets: one anchor key until it is renewed, whoever registers first; spec versions in the order of writing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.ledger.facts import SPEC

from headwater.ledger import Books, Ledger, LedgerError, NotInLedger


def register(ledger: Ledger) -> bytes:
    with ledger.transaction() as books:
        return books.datasets.register("clinic", "nurse", "").anchor_key


def test_the_anchor_key_is_drawn_once(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        first = books.datasets.register("clinic", "nurse", "Patients.")
        other = books.datasets.register("bank", "teller", "")
    assert len(first.anchor_key) == 32
    assert first.anchor_key != other.anchor_key
    with ledger.transaction() as books:
        again = books.datasets.register("clinic", "doctor", "All patients.")
    assert (again.dataset_id, again.anchor_key) == (first.dataset_id, first.anchor_key)
    assert (again.owner, again.description) == ("doctor", "All patients.")


def test_a_renewed_anchor_key_is_another_and_stays(ledger: Ledger) -> None:
    former = register(ledger)
    with ledger.transaction() as books:
        renewed = books.datasets.renew_anchor_key("clinic")
        other = books.datasets.register("bank", "teller", "")
    assert renewed.anchor_key not in {former, other.anchor_key}
    assert len(renewed.anchor_key) == 32
    assert register(ledger) == renewed.anchor_key
    with pytest.raises(NotInLedger, match="nowhere"), ledger.transaction() as books:
        books.datasets.renew_anchor_key("nowhere")


def test_who_renews_at_once_goes_one_after_the_other(ledger: Ledger) -> None:
    """A second renewal waits for the first one's row, and then sees its key."""
    former = register(ledger)
    with ThreadPoolExecutor(1) as thread:
        with ledger.transaction() as books:
            books.datasets.locked("clinic")
            waiting = thread.submit(locked_key, ledger)
            renewed = books.datasets.renew_anchor_key("clinic").anchor_key
        assert waiting.result(timeout=20) == renewed != former


def locked_key(ledger: Ledger) -> bytes:
    with ledger.transaction() as books:
        return books.datasets.locked("clinic").anchor_key


def test_the_anchor_key_is_not_shown(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        dataset = books.datasets.register("clinic", "nurse", "")
    assert "anchor_key" not in repr(dataset)


def test_those_who_register_at_once_get_one_key(ledger: Ledger) -> None:
    with ThreadPoolExecutor(4) as threads:
        keys = list(threads.map(register, [ledger] * 8))
    assert len(set(keys)) == 1


def test_registering_again_waits_for_nobody(ledger: Ledger) -> None:
    """A long transaction that registered the dataset must not hold up the runs of the same dataset."""
    register(ledger)
    with ledger.transaction() as books:
        books.datasets.register("clinic", "nurse", "")
        with ThreadPoolExecutor(1) as thread:
            assert len(thread.submit(register, ledger).result(timeout=20)) == 32


def test_a_spec_keeps_the_order_of_its_keys(ledger: Ledger) -> None:
    spec = {"dataset": "clinic", "columns": {"zeta": 1, "a": 2, "Long name": {"max": 1e16, "nul": "\x00"}}}
    with ledger.transaction() as books:
        books.datasets.register("clinic", "nurse", "")
        books.datasets.record_spec("clinic", SPEC, spec)
        books.datasets.record_spec("clinic", SPEC, {"second": "is the same by its hash"})
    with ledger.transaction() as books:
        found = books.datasets.spec(SPEC)
    assert found == spec
    assert list(found["columns"]) == ["zeta", "a", "Long name"]
    assert isinstance(found["columns"]["Long name"]["max"], float)


def unknown_dataset(books: Books) -> None:
    books.datasets.get("nobody")


def unknown_spec(books: Books) -> None:
    books.datasets.spec("f" * 64)


def spec_of_nobody(books: Books) -> None:
    books.datasets.record_spec("nobody", SPEC, {})


def hash_that_is_none(books: Books) -> None:
    books.datasets.register("clinic", "nurse", "")
    books.datasets.record_spec("clinic", "not a hash", {})


def name_with_nul(books: Books) -> None:
    books.datasets.register("clinic", "nurse\x00", "")


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (unknown_dataset, NotInLedger, "no dataset 'nobody'.*Cure"),
        (unknown_spec, NotInLedger, "no spec version ffff.*Cure"),
        (spec_of_nobody, LedgerError, "spec_versions: it names something.*fk_spec_versions_dataset"),
        (hash_that_is_none, LedgerError, "ck_spec_versions_sha256_is_hex"),
        (name_with_nul, LedgerError, "holds the character NUL"),
    ],
)
def test_what_is_not_there_or_not_right_is_named(ledger: Ledger, act, error, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=message), ledger.transaction() as books:
        act(books)
