"""A batch's page in the ledger: all facts of one batch, the batches of its date, what a run made. Real Postgres."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.ledger.facts import (
    NIGHT,
    NOON,
    batch,
    check,
    decision,
    furnish,
    generator,
    shard,
    snapshot,
    training_run,
    uid,
    validation,
)

from headwater.ledger import Books, Ledger
from headwater.ledger.guard_records import Repair

CONTENT = "c" * 64
OTHER = NIGHT + timedelta(days=1)


def live(books: Books) -> None:
    """A batch that failed, its mended copy that was released by the run "second", and a batch of another day."""
    furnish(books)
    books.generators.promote("clinic", uid("generator"), NOON)
    books.batches.open(batch(run_id="first"))
    for index in range(2):
        books.batches.record_shard(shard(index, index * 2, 2, seconds=0.5 + index))
    for status in ("produced", "failed", "quarantined"):
        books.batches.mark(uid("batch"), status, content_hash=CONTENT)
    failed = [check("joint.c2st", passed=False, value=0.1), check("rule:a:ward", value=0.0, detail={})]
    later = {"started_at": NOON, "finished_at": NOON + timedelta(hours=1)}
    books.validations.record(validation("early", sentence="At first."), [check("joint.c2st")])
    books.validations.record(validation(passed=False, sentence="One failed.", seconds=2.5, **later), failed)
    mended = batch("mended", run_id="first", created_at=NOON + timedelta(minutes=5))
    books.batches.open(mended)
    for status in ("produced", "passed", "released"):
        books.batches.mark(mended.batch_id, status, content_hash=CONTENT)
    books.repairs.record(
        Repair(
            repair_id=uid("repair"),
            dataset="clinic",
            batch_date=NIGHT,
            batch_id=uid("batch"),
            repaired_batch_id=mended.batch_id,
            step="top_up",
            look=2,
            rows=3,
            touched_rows=1,
            before={"lacking_rows": 5},
            after={"lacking_rows": 0},
            run_id="first",
            made_at=NOON,
        )
    )
    books.batches.open(batch("other", batch_date=OTHER, run_id="third"))
    books.decisions.record(decision(kind="quarantine", outcome="quarantine", detail={"run_id": "first"}))
    books.decisions.record(decision("out", subject_id=mended.batch_id, detail={"run_id": "second"}))
    books.lineage.record("batch", mended.batch_id, "reader", "synthetic.clinic")


@pytest.fixture
def lived(ledger: Ledger) -> Ledger:
    with ledger.transaction() as books:
        live(books)
    return ledger


def test_a_page_tells_all_of_one_batch(lived: Ledger) -> None:
    with lived.transaction() as books:
        page = books.batch_pages.of("clinic", uid("batch"))
    assert page is not None
    assert (page.batch.status, page.lineage.verdict, page.lineage.source) == (
        *("quarantined", "failed"),
        "warehouse:clinic",
    )
    assert (page.making.shards, page.making.rows, page.making.seconds) == (2, 40_000, 2.0)
    assert [(each.attempt, each.passed, each.sentence) for each in page.judgements] == [
        (1, True, "At first."),
        (2, False, "One failed."),
    ]
    assert [(each.name, each.passed) for each in page.checks] == [("joint.c2st", False), ("rule:a:ward", True)]
    assert (page.origin.version, page.origin.train_rows, page.origin.anchor_rows) == (1, 8, 2)
    assert [(each.name, each.sdtype) for each in page.columns] == [
        *(("ward", "categorical"), ("dose", "categorical")),
        ("age", "numerical"),
    ]
    assert [(each.step, each.touched_rows) for each in page.repairs] == [("top_up", 1)]
    assert [each.outcome for each in page.decisions] == ["quarantine"]
    assert [(each.batch_id, each.passed) for each in page.night] == [(uid("mended"), None), (uid("batch"), False)]


def test_a_batch_before_its_judgement_has_a_page(lived: Ledger) -> None:
    with lived.transaction() as books:
        page = books.batch_pages.of("clinic", uid("other"))
    assert page is not None
    assert (page.judgements, page.checks, page.repairs, page.decisions) == ((), (), (), ())
    assert (page.making.shards, page.making.rows, page.making.seconds) == (0, 0, 0.0)


def test_a_batch_is_found_under_its_own_dataset_only(lived: Ledger) -> None:
    with lived.transaction() as books:
        assert books.batch_pages.of("other", uid("batch")) is None
        assert books.batch_pages.of("clinic", uid("nothing")) is None


@pytest.mark.parametrize(
    ("run_id", "dates"),
    [
        ("first", [NIGHT]),
        ("second", [NIGHT]),
        ("third", [OTHER]),
        ("fourth", []),
        ("' OR TRUE; DROP TABLE headwater.batches; --", []),
        ("%", []),
    ],
)
def test_a_run_is_known_by_what_it_planned_or_decided(lived: Ledger, run_id: str, dates: list[object]) -> None:
    with lived.transaction() as books:
        assert books.batch_pages.dates_of_run("clinic", run_id) == dates
        assert books.batch_pages.dates_of_run("nobody", run_id) == []
        assert len(books.batch_pages.night("clinic", NIGHT)) == 2


def test_a_retrain_run_tells_its_snapshot_and_candidates(lived: Ledger) -> None:
    with lived.transaction() as books:
        books.snapshots.record(snapshot("newer", rows=20, train_rows=16, anchor_rows=4))
        books.generators.record(generator("good", snapshot_id=uid("newer"), score=0.9))
        books.generators.record(generator("bad", snapshot_id=uid("newer"), score=0.5))
        for name, label, made in (("1", "bad", "bad"), ("2", "good", "good"), ("3", "broken", None)):
            status = "succeeded" if made else "failed"
            run = training_run(training_run_id=uid(name), snapshot_id=uid("newer"), label=label, run_id="retrain")
            ended = {"status": status, "generator_id": uid(made) if made else None, "seconds": 2.0}
            books.generators.record_training(run.model_copy(update=ended))
        promoted = {"kind": "promote", "outcome": "promote", "subject_kind": "generator", "subject_id": uid("good")}
        for name, changes in (("crown", promoted), ("a batch's, by a run of that id of another DAG", {})):
            books.decisions.record(decision(name, detail={"run_id": "retrain"}, **changes))
    with lived.transaction() as books:
        found = books.batch_pages.training("clinic", "retrain")
        assert books.batch_pages.training("clinic", "another") is None
        assert books.batch_pages.training("nobody", "retrain") is None
    assert found is not None
    assert (found.rows, found.train_rows, found.anchor_rows) == (20, 16, 4)
    assert [(each.label, each.score) for each in found.candidates] == [("good", 0.9), ("bad", 0.5), ("broken", None)]
    assert [each.outcome for each in found.decisions] == ["promote"]
