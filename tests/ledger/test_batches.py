"""Batches: opened once, marked only along the allowed ways, a fact once settled; shards that heal themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest
from sqlalchemy import text
from tests.ledger.facts import CONTENT, NIGHT, NOON, batch, furnish, generator, shard, uid

from headwater.ledger import Books, Ledger, LedgerError, LedgerUnavailable, NotInLedger
from headwater.ledger.repositories.transitions import NEXT, check_transition


@pytest.fixture
def opened(ledger: Ledger) -> Ledger:
    with ledger.transaction() as books:
        furnish(books)
        books.batches.open(batch())
    return ledger


def test_opening_again_gives_what_became_of_it(opened: Ledger) -> None:
    with opened.transaction() as books:
        assert books.batches.get(uid("batch")) == batch()
        books.batches.mark(uid("batch"), "produced")
        again = books.batches.open(batch(run_id="another run", created_at=datetime.now(UTC)))
    assert again == batch(status="produced")


def test_a_batch_needs_its_generator_and_its_spec(opened: Ledger) -> None:
    with pytest.raises(LedgerError, match="fk_batches_dataset_generator_id"), opened.transaction() as books:
        books.batches.open(batch("b", generator_id=uid("nobody")))
    with pytest.raises(LedgerError, match="fk_batches_dataset_spec_sha256"), opened.transaction() as books:
        books.batches.open(batch("b", spec_sha256="b" * 64))


def test_a_batch_goes_its_way_to_release(opened: Ledger) -> None:
    with opened.transaction() as books:
        books.batches.mark(uid("batch"), "produced")
        books.batches.mark(uid("batch"), "passed", content_hash=CONTENT)
        assert books.batches.released_on("clinic", NIGHT) is None
        books.batches.mark(uid("batch"), "released", location="clinic/batches/1", released_at=NOON)
        wanted = batch(status="released", content_hash=CONTENT, location="clinic/batches/1", released_at=NOON)
        assert books.batches.released_on("clinic", NIGHT) == wanted
        assert books.batches.mark(uid("batch"), "released") == wanted
        assert books.batches.released_on("clinic", date(2026, 1, 2)) is None
        assert books.batches.released_beside("clinic", NIGHT) is None
        assert books.batches.released_beside("clinic", date(2026, 1, 2)) == wanted


def test_a_release_without_a_moment_is_of_now(opened: Ledger) -> None:
    before = datetime.now(UTC)
    with opened.transaction() as books:
        books.batches.mark(uid("batch"), "passed", content_hash=CONTENT)
        released = books.batches.mark(uid("batch"), "released")
    assert released.released_at is not None
    assert abs((released.released_at - before).total_seconds()) < 60


@pytest.mark.parametrize(("status", "wanted"), list(product(NEXT, NEXT)))
def test_only_the_allowed_ways(status: str, wanted: str) -> None:
    if wanted == status or wanted in NEXT[status]:
        assert check_transition("b", status, wanted) is None
    else:
        with pytest.raises(LedgerError, match=f"Batch b is {status} and cannot become {wanted}. Cure"):
            check_transition("b", status, wanted)


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("planned", "released"),
        ("produced", "released"),
        ("failed", "released"),
        ("released", "produced"),
        ("quarantined", "produced"),
        ("planned", "retired"),
        ("quarantined", "recalled"),
        ("passed", "recalled"),
        ("recalled", "superseded"),
        ("recalled", "quarantined"),
        ("recalled", "passed"),
    ],
)
def test_no_verdict_no_release_and_no_way_back(status: str, wanted: str) -> None:
    assert wanted not in NEXT[status]


def test_an_illegal_mark_changes_nothing(opened: Ledger) -> None:
    with opened.transaction() as books:
        with pytest.raises(LedgerError, match="is planned and cannot become released"):
            books.batches.mark(uid("batch"), "released", content_hash=CONTENT)
        with pytest.raises(LedgerError, match=r"cannot become 'lost'\. Cure: use one of"):
            books.batches.mark(uid("batch"), "lost")
        with pytest.raises(LedgerError, match="rows, seed cannot change"):
            books.batches.mark(uid("batch"), "produced", rows=1, seed=2)
        with pytest.raises(NotInLedger, match=uid("nothing")):
            books.batches.mark(uid("nothing"), "produced")
        assert books.batches.get(uid("batch")) == batch()


def released(books: Books, name: str) -> None:
    books.batches.open(batch(name))
    books.batches.mark(uid(name), "passed", content_hash=CONTENT)
    books.batches.mark(uid(name), "released")


def test_one_released_batch_a_date(opened: Ledger) -> None:
    with opened.transaction() as books:
        books.generators.record(generator("newer"))
        released(books, "batch")
        with pytest.raises(LedgerError, match=rf"{uid('second')} cannot be released: {uid('batch')} is.*Cure"):
            released(books, "second")
        books.batches.mark(uid("batch"), "superseded")
        released(books, "second")
        found = books.batches.released_on("clinic", NIGHT)
        assert found is not None
        assert found.batch_id == uid("second")


def test_what_is_settled_keeps_its_content(opened: Ledger) -> None:
    with opened.transaction() as books:
        books.batches.mark(uid("batch"), "failed", content_hash="d" * 64)
        books.batches.mark(uid("batch"), "passed", content_hash=CONTENT)
        books.batches.mark(uid("batch"), "released")
        for status in ("released", "superseded", "recalled", "retired"):
            books.batches.mark(uid("batch"), status, content_hash=CONTENT)
            with pytest.raises(LedgerError, match=f"is {status} with content {CONTENT}; its content cannot change"):
                books.batches.mark(uid("batch"), status, content_hash="d" * 64)


def test_older_than_lists_by_date_and_status(opened: Ledger) -> None:
    with opened.transaction() as books:
        for day in (3, 2, 5):
            books.batches.open(batch(f"day {day}", batch_date=date(2026, 1, day)))
        books.batches.mark(uid("day 2"), "produced")
        found = books.batches.older_than("clinic", "planned", date(2026, 1, 5))
        assert [each.batch_date.day for each in found] == [1, 3]
        assert [each.batch_id for each in books.batches.older_than("clinic", "produced", date.max)] == [uid("day 2")]
        assert books.batches.older_than("nobody", "planned", date.max) == []


def test_made_by_lists_a_generators_batches_of_some_statuses(opened: Ledger) -> None:
    with opened.transaction() as books:
        books.generators.record(generator("other"))
        books.batches.open(batch("elsewhere", generator_id=uid("other")))
        for day in (3, 2):
            books.batches.open(batch(f"day {day}", batch_date=date(2026, 1, day)))
        books.batches.mark(uid("day 2"), "produced")
        found = books.batches.made_by(uid("generator"), ("planned", "produced"))
        assert [each.batch_date.day for each in found] == [1, 2, 3]
        assert [each.batch_id for each in books.batches.made_by(uid("generator"), ("produced",))] == [uid("day 2")]
        assert books.batches.made_by(uid("nobody"), ("planned",)) == []


def mark_in_haste(ledger: Ledger, batch_id: str) -> None:
    with ledger.transaction() as books:
        books.batches._session.execute(text("SET LOCAL lock_timeout = '200ms'"))
        books.batches.mark(batch_id, "produced")


def test_a_held_batch_is_marked_by_nobody_else(opened: Ledger) -> None:
    with opened.transaction() as books:
        assert books.batches.held(uid("batch")) == batch()
        with pytest.raises(LedgerUnavailable, match="another session holds a lock"):
            mark_in_haste(opened, uid("batch"))
        books.batches.mark(uid("batch"), "superseded")
        with pytest.raises(NotInLedger, match=uid("nothing")):
            books.batches.held(uid("nothing"))
    with pytest.raises(LedgerError, match="is superseded and cannot become produced"):
        mark_in_haste(opened, uid("batch"))


def test_shards_come_back_in_the_order_of_their_rows(opened: Ledger) -> None:
    with opened.transaction() as books:
        for each in (shard(1, 3, 2), shard(0, 0, 3)):
            books.batches.record_shard(each)
            books.batches.record_shard(each)
        assert books.batches.shards(uid("batch")) == [shard(0, 0, 3), shard(1, 3, 2)]
        assert books.batches.shards(uid("nothing")) == []


def test_a_batch_made_again_in_other_shards_has_only_those(opened: Ledger) -> None:
    with opened.transaction() as books:
        for index in range(6):
            books.batches.record_shard(shard(index, index, 1))
        for each in (shard(0, 0, 4), shard(1, 4, 2)):
            books.batches.record_shard(each)
        assert books.batches.shards(uid("batch")) == [shard(0, 0, 4), shard(1, 4, 2)]
        for index, first, blocks in ((2, 4, 2), (1, 2, 2), (0, 0, 2)):
            books.batches.record_shard(shard(index, first, blocks))
        assert [each.index for each in books.batches.shards(uid("batch"))] == [0, 1, 2]


def test_a_shard_needs_its_batch(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="fk_shards_batch_id"), ledger.transaction() as books:
        books.batches.record_shard(shard(0, 0, 1))


def test_days_that_are_made_backwards_have_neighbours_too(opened: Ledger) -> None:
    """The nearest released day, and any day with the same rows, also where it is a later one."""
    days = {name: date(2026, 1, day) for name, day in (("early", 10), ("late", 20), ("failed", 30))}
    with opened.transaction() as books:
        for name, day in days.items():
            books.batches.open(batch(name, batch_date=day))
            books.batches.mark(uid(name), "failed" if name == "failed" else "passed", content_hash=CONTENT)
        for name in ("early", "late"):
            books.batches.mark(uid(name), "released")

        def beside(day: int) -> date | None:
            found = books.batches.released_beside("clinic", date(2026, 1, day))
            return found and found.batch_date

        def repeated(day: int, content: str = CONTENT) -> date | None:
            found = books.batches.repeated("clinic", content, date(2026, 1, day))
            return found and found.batch_date

        assert [beside(day) for day in (1, 9, 11, 15, 16, 29)] == [days["early"]] * 4 + [days["late"]] * 2
        assert [beside(10), beside(20)] == [days["late"], days["early"]]
        assert [repeated(day) for day in (5, 15, 31)] == [days["early"]] * 3
        assert [repeated(10), repeated(20)] == [days["late"], days["early"]]
        assert repeated(15, "d" * 64) is None
        books.batches.mark(uid("late"), "recalled")
        assert repeated(10) is None, "nobody has it, and it may be the one at fault"
