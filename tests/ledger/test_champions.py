"""Versions of champions: counted once, whoever comes back; what people took out of use; who waits for whom."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text
from tests.ledger.facts import NOON, decision, furnish, generator, snapshot, uid

from headwater.ledger import Books, Ledger, LedgerError, LedgerUnavailable, NotInLedger

HOUR = timedelta(hours=1)


@pytest.fixture
def reigning(ledger: Ledger) -> Ledger:
    """``clinic`` had the champions one, two, three, in this order, an hour each; three is champion now."""
    with ledger.transaction() as books:
        furnish(books)
        for hour, name in enumerate(("one", "two", "three")):
            # Ids, labels and moments of making are in another order than the promotions.
            books.generators.record(generator(name, created_at=NOON - hour * HOUR, score=hour / 10))
            books.generators.promote("clinic", uid(name), NOON + hour * HOUR)
    return ledger


def numbers(books: Books) -> dict[str, int]:
    return {each.label: each.version for each in books.champions.versions("clinic")}


def marks(books: Books, mark: str) -> list[str]:
    return [each.label for each in books.champions.versions("clinic") if getattr(each, mark)]


def roll(books: Books, *, back_to: str, instead_of: str, at: datetime) -> None:
    books.generators.promote("clinic", uid(back_to), at)
    values = {"kind": "rollback", "subject_kind": "generator", "subject_id": uid(back_to), "decided_at": at}
    books.decisions.record(decision(f"rollback {at}", detail={"replaces": uid(instead_of)}, **values))


def recall(books: Books, name: str, at: datetime) -> None:
    values = {"kind": "recall", "subject_kind": "generator", "subject_id": uid(name), "decided_at": at}
    books.decisions.record(decision(f"recall {at}", **values))


def test_versions_count_first_promotions(reigning: Ledger) -> None:
    with reigning.transaction() as books:
        versions = books.champions.versions("clinic")
        assert [(each.version, each.label, each.score) for each in versions] == [
            (1, "one", 0.0),
            (2, "two", 0.1),
            (3, "three", 0.2),
        ]
        assert [(each.promoted_at, each.retired_at) for each in versions] == [
            (NOON, NOON + HOUR),
            (NOON + HOUR, NOON + 2 * HOUR),
            (NOON + 2 * HOUR, None),
        ]
        assert (marks(books, "is_current"), marks(books, "is_previous")) == (["three"], ["two"])
        assert books.champions.version_of("clinic", uid("two")) == versions[1]
        assert books.champions.version_of("clinic", uid("generator")) is None
        assert books.champions.versions("nobody") == []


def test_who_comes_back_keeps_the_number(reigning: Ledger) -> None:
    with reigning.transaction() as books:
        books.generators.promote("clinic", uid("one"), NOON + 5 * HOUR)
        assert numbers(books) == {"one": 1, "two": 2, "three": 3}
        assert (marks(books, "is_current"), marks(books, "is_previous")) == (["one"], ["three"])
        one = books.champions.versions("clinic")[0]
        assert (one.reigns, one.promoted_at, one.retired_at) == (2, NOON, None)
        books.generators.promote("clinic", uid("two"), NOON + 6 * HOUR)
        assert books.champions.versions("clinic")[0].retired_at == NOON + 6 * HOUR
        assert marks(books, "is_previous") == ["one"]


def test_reigns_that_begin_at_the_same_moment_are_counted_in_their_order(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        furnish(books)
        for name in ("b", "c", "a"):
            books.generators.record(generator(name))
            books.generators.promote("clinic", uid(name), NOON)
        assert numbers(books) == {"b": 1, "c": 2, "a": 3}
        assert marks(books, "is_previous") == ["c"]


def test_datasets_are_counted_apart(reigning: Ledger) -> None:
    with reigning.transaction() as books:
        books.datasets.register("bank", "teller", "")
        books.snapshots.record(snapshot("bank", dataset="bank"))
        books.generators.record(generator("banker", dataset="bank", snapshot_id=uid("bank")))
        books.generators.promote("bank", uid("banker"), NOON)
        (banker,) = books.champions.versions("bank")
        assert (banker.version, banker.is_current, banker.is_previous) == (1, True, False)
        assert "banker" not in numbers(books)


def test_a_rollback_withdraws_who_it_replaces_until_somebody_rolls_back_to_it(reigning: Ledger) -> None:
    with reigning.transaction() as books:
        assert marks(books, "withdrawn_at") == []
        roll(books, back_to="two", instead_of="three", at=NOON + 4 * HOUR)
        assert marks(books, "withdrawn_at") == ["three"]
        assert books.champions.versions("clinic")[2].withdrawn_at == NOON + 4 * HOUR
        books.generators.promote("clinic", uid("three"), NOON + 5 * HOUR)
        assert marks(books, "withdrawn_at") == ["three"], "a promotion by the machine does not undo a person's word"
        books.generators.promote("clinic", uid("two"), NOON + 6 * HOUR)
        roll(books, back_to="three", instead_of="two", at=NOON + 7 * HOUR)
        assert marks(books, "withdrawn_at") == ["two"]


def test_a_recall_stands_until_somebody_rolls_back_to_it(reigning: Ledger) -> None:
    with reigning.transaction() as books:
        recall(books, "two", NOON + 3 * HOUR)
        assert (marks(books, "recalled_at"), marks(books, "withdrawn_at")) == (["two"], ["two"])
        books.generators.promote("clinic", uid("two"), NOON + 4 * HOUR)
        roll(books, back_to="one", instead_of="two", at=NOON + 5 * HOUR)
        assert marks(books, "recalled_at") == ["two"], "to be replaced does not end it"
        roll(books, back_to="two", instead_of="one", at=NOON + 6 * HOUR)
        assert (marks(books, "recalled_at"), marks(books, "withdrawn_at")) == ([], ["one"])
        recall(books, "two", NOON + 7 * HOUR)
        assert marks(books, "recalled_at") == ["two"]


def test_a_decision_is_found_by_its_id(reigning: Ledger) -> None:
    with reigning.transaction() as books:
        books.decisions.record(decision())
        assert books.decisions.find(uid("decision")) == decision()
        assert books.decisions.find(uid("nothing")) is None


def in_haste(books: Books) -> None:
    books.champions._session.execute(text("SET LOCAL lock_timeout = '200ms'"))


def change_in_haste(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        in_haste(books)
        books.generators.promote("clinic", uid("one"), NOON + 9 * HOUR)


def test_who_holds_the_champion_is_the_only_one_to_change_it(reigning: Ledger) -> None:
    with reigning.transaction() as books:
        assert books.champions.hold("clinic") == uid("three")
        with pytest.raises(LedgerUnavailable, match="another session holds a lock"):
            change_in_haste(reigning)
        with pytest.raises(NotInLedger, match="no dataset 'nobody'"):
            books.champions.hold("nobody")
    change_in_haste(reigning)
    with reigning.transaction() as books:
        assert books.champions.hold("clinic") == uid("one")


def test_two_transactions_that_bypass_the_lock_meet_the_index(reigning: Ledger, reader: psycopg.Connection) -> None:
    """Both have seen the reign of three; both close it and open another: the second waits for the first, and fails."""
    close = "UPDATE headwater.champions SET retired_at = now() WHERE retired_at IS NULL"
    insert = "INSERT INTO headwater.champions (dataset, generator_id, promoted_at) VALUES ('clinic', %s, now())"

    def second() -> None:
        with reigning.transaction() as books:
            connection = books.readers._connection()
            connection.execute(insert, [uid("two")])

    with ThreadPoolExecutor(1) as threads:
        with reigning.transaction() as books:
            connection = books.readers._connection()
            connection.execute(close)
            connection.execute(insert, [uid("one")])
            late = threads.submit(second)
            assert not late.done()
        with pytest.raises(LedgerError, match=r"there is one already.*uq_champions_open"):
            late.result(timeout=30)
    current = reader.execute("SELECT generator_id::text FROM headwater.champions WHERE retired_at IS NULL").fetchall()
    assert current == [(uid("one"),)]


def release_in_haste(ledger: Ledger, name: str) -> None:
    with ledger.transaction() as books:
        in_haste(books)
        books.champions.hold_recall(uid(name))


def recall_in_haste(ledger: Ledger, name: str) -> None:
    with ledger.transaction() as books:
        in_haste(books)
        books.champions.hold_releases(uid(name))


def test_releases_and_a_recall_of_one_generator_exclude_each_other(reigning: Ledger) -> None:
    with reigning.transaction() as recalling:
        recalling.champions.hold_releases(uid("two"))
        release_in_haste(reigning, "three")
        with pytest.raises(LedgerUnavailable, match="another session holds a lock"):
            release_in_haste(reigning, "two")
    with reigning.transaction() as releasing:
        releasing.champions.hold_recall(uid("two"))
        release_in_haste(reigning, "two")
        with pytest.raises(LedgerUnavailable, match="another session holds a lock"):
            recall_in_haste(reigning, "two")


def test_a_recall_waits_for_a_release_under_way_which_can_end(reigning: Ledger, reader: psycopg.Connection) -> None:
    """The release writes its decision while the recall holds the champion and waits: neither waits for the other."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    def recalling() -> str | None:
        with reigning.transaction() as books:
            champion = books.champions.hold("clinic")
            books.champions.hold_releases(uid("two"))
            assert books.decisions.find(uid("decision")) == decision(), "it finds what the release has written"
        return champion

    with ThreadPoolExecutor(1) as threads:
        with reigning.transaction() as books:
            books.champions.hold_recall(uid("two"))
            late = threads.submit(recalling)
            deadline = time.monotonic() + 30
            while reader.execute(waits).fetchone() != (1,):
                assert time.monotonic() < deadline, "the recall does not wait"
                time.sleep(0.02)
            books.decisions.record(decision())
        assert late.result(timeout=30) == uid("three")


def test_who_reigned_between_two_moments(reigning: Ledger) -> None:
    def labels(begin: float, end: float) -> list[str]:
        found = books.champions.between("clinic", NOON + begin * HOUR, NOON + end * HOUR)
        return [each.label for each in found]

    with reigning.transaction() as books:
        assert labels(-3, -1) == labels(-3, 0) == []
        assert labels(-3, 0.5) == labels(0, 0.5) == labels(0, 1) == ["one"]
        assert labels(1, 2) == ["two"]
        assert labels(0.5, 3) == ["one", "two", "three"]
        assert labels(9, 10) == ["three"]
        roll(books, back_to="one", instead_of="three", at=NOON + 3 * HOUR)
        assert labels(0, 9) == ["one", "two", "three"]
        assert labels(2.5, 9) == ["three", "one"]
        assert books.champions.between("nobody", NOON, NOON + HOUR) == []


def test_who_reigned_before_a_generator(reigning: Ledger) -> None:
    def before(name: str) -> list[str]:
        return [each.label for each in books.champions.before("clinic", uid(name))]

    with reigning.transaction() as books:
        assert [before(name) for name in ("one", "two", "three", "never")] == [[], ["one"], ["two", "one"], []]
        roll(books, back_to="one", instead_of="three", at=NOON + 3 * HOUR)
        assert before("one") == ["three", "two"]
        assert before("two") == ["one"]
