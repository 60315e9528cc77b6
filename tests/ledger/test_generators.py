"""Generators and champions: one open reign, promotions in order, the champion of any moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from tests.ledger.facts import NOON, furnish, generator, snapshot, training_run, uid

from headwater.ledger import Ledger, LedgerError, NotInLedger

HOUR = timedelta(hours=1)


def test_a_generator_comes_back_equal_and_its_score_may_follow(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        furnish(books)
        assert books.generators.get(uid("generator")) == generator()
        books.generators.record(generator(score=0.75, created_at=NOON + HOUR))
        assert books.generators.get(uid("generator")) == generator(score=0.75)
        assert books.generators.find(uid("nobody")) is None
        with pytest.raises(NotInLedger, match=uid("nobody")):
            books.generators.get(uid("nobody"))


def test_generators_of_a_snapshot_are_listed_oldest_first(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        furnish(books)
        books.snapshots.record(snapshot("other"))
        books.generators.record(generator("older", created_at=NOON - HOUR))
        books.generators.record(generator("elsewhere", snapshot_id=uid("other")))
        found = [each.label for each in books.generators.of_snapshot(uid("snapshot"))]
    assert found == ["older", "generator"]


def test_a_training_run_is_written_once_and_then_ended(ledger: Ledger) -> None:
    ended = training_run(status="succeeded", generator_id=uid("generator"), seconds=1.5, finished_at=NOON)
    with ledger.transaction() as books:
        furnish(books)
        books.generators.record_training(training_run())
        books.generators.record_training(ended)
        books.generators.record_training(ended)
        assert books.generators.training_runs(uid("snapshot")) == [ended]
    with pytest.raises(LedgerError, match="success_has_a_generator"), ledger.transaction() as books:
        books.generators.record_training(training_run(status="succeeded"))
    with pytest.raises(LedgerError, match="status_is_known"), ledger.transaction() as books:
        books.generators.record_training(training_run().model_copy(update={"status": "dreaming"}))


def test_promotion_closes_one_reign_and_opens_the_next(ledger: Ledger, reader: psycopg.Connection) -> None:
    with ledger.transaction() as books:
        furnish(books)
        books.generators.record(generator("challenger"))
        assert books.generators.champion("clinic") is None
        books.generators.promote("clinic", uid("generator"), NOON)
        books.generators.promote("clinic", uid("generator"), NOON + HOUR)
        books.generators.promote("clinic", uid("challenger"), NOON + 2 * HOUR)
        assert books.generators.champion("clinic") == generator("challenger")
    reigns = reader.execute("SELECT promoted_at, retired_at FROM headwater.champions ORDER BY 1").fetchall()
    assert reigns == [(NOON, NOON + 2 * HOUR), (NOON + 2 * HOUR, None)]


def test_the_champion_of_a_moment(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        furnish(books)
        books.generators.record(generator("challenger"))
        books.generators.promote("clinic", uid("generator"), NOON)
        books.generators.promote("clinic", uid("challenger"), NOON + HOUR)
        moments = [NOON - HOUR, NOON, NOON + HOUR / 2, NOON + HOUR, NOON + 9 * HOUR]
        found = [books.generators.champion_as_of("clinic", moment) for moment in moments]
        assert books.generators.champion_as_of("nobody", NOON) is None
    assert [each and each.label for each in found] == [None, "generator", "generator", "challenger", "challenger"]


def test_promotions_that_make_no_sense_are_refused(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        furnish(books)
        books.datasets.register("bank", "teller", "")
        books.generators.record(generator("challenger"))
        books.generators.promote("clinic", uid("generator"), NOON)
        with pytest.raises(LedgerError, match=r"is not one of bank.*Cure"):
            books.generators.promote("bank", uid("generator"), NOON)
        with pytest.raises(LedgerError, match=r"since 2026-01-01T12:00.*Cure"):
            books.generators.promote("clinic", uid("challenger"), NOON - HOUR)
        with pytest.raises(NotInLedger, match="no generator"):
            books.generators.promote("clinic", uid("nobody"), NOON + HOUR)
        with pytest.raises(NotInLedger, match="no dataset 'nobody'"):
            books.generators.promote("nobody", uid("generator"), NOON)
        assert books.generators.champion("clinic") == generator()


def test_promotions_at_once_leave_one_champion(ledger: Ledger, reader: psycopg.Connection) -> None:
    names = [f"challenger {number}" for number in range(6)]
    with ledger.transaction() as books:
        furnish(books)
        for name in names:
            books.generators.record(generator(name))

    def promote(name: str) -> None:
        with ledger.transaction() as books:
            books.generators.promote("clinic", uid(name), NOON)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(promote, names))
    assert reader.execute("SELECT count(*), count(retired_at) FROM headwater.champions").fetchone() == (6, 5)


def test_the_database_itself_refuses_a_second_champion(ledger: Ledger, reader: psycopg.Connection) -> None:
    with ledger.transaction() as books:
        furnish(books)
        books.generators.record(generator("challenger"))
        books.generators.promote("clinic", uid("generator"), NOON)
    insert = "INSERT INTO headwater.champions (dataset, generator_id, promoted_at) VALUES ('clinic', %s, now())"
    with pytest.raises(psycopg.errors.UniqueViolation, match="uq_champions_open"):
        reader.execute(insert, [uid("challenger")])
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        reader.execute(insert.replace("clinic", "nobody"), [uid("challenger")])


def test_whoever_was_champion_once_is_certified_the_best_first(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        furnish(books)
        assert books.generators.certified("clinic") == []
        for name, score in (("low", 0.6), ("high", 0.9), ("unscored", None), ("never champion", 0.99)):
            books.generators.record(generator(name, score=score))
        for hour, name in enumerate(["low", "unscored", "high", "low"]):
            books.generators.promote("clinic", uid(name), NOON + hour * HOUR)
        assert [each.label for each in books.generators.certified("clinic")] == ["high", "low", "unscored"]
        assert books.generators.certified("elsewhere") == []
