"""Decisions stay as they were; lineage leads from a batch to its snapshot's hash."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from tests.ledger.facts import CONTENT, NIGHT, NOON, SPEC, batch, decision, furnish, uid, validation

from headwater.ledger import Ledger, LedgerError
from headwater.ledger.answers import BatchLineage


def test_decisions_are_listed_oldest_first_and_cannot_be_changed(ledger: Ledger) -> None:
    later = decision("later", kind="force", decided_at=NOON + timedelta(hours=1), detail={"who": {"b": 1, "a": [None]}})
    with ledger.transaction() as books:
        furnish(books)
        books.decisions.record(later)
        books.decisions.record(decision())
        books.decisions.record(decision(reason="Something else."))
        books.decisions.record(decision("other", subject_id=""))
    with ledger.transaction() as books:
        assert books.decisions.of(uid("batch")) == [decision(), later]
        assert books.decisions.of("nothing") == []


def test_edges_are_written_once_and_their_kinds_are_known(ledger: Ledger) -> None:
    with ledger.transaction() as books:
        for _ in range(2):
            books.lineage.record("source", "warehouse:clinic", "snapshot", uid("snapshot"))
        books.lineage.record("source", "archive:clinic", "snapshot", uid("snapshot"))
        assert books.lineage.into("snapshot", uid("snapshot")) == [
            ("source", "archive:clinic"),
            ("source", "warehouse:clinic"),
        ]
        with pytest.raises(LedgerError, match="Lineage knows no 'rumour'"):
            books.lineage.record("rumour", "x", "snapshot", "y")


def test_what_a_thing_was_made_from_is_found_over_all_steps(ledger: Ledger) -> None:
    steps = [
        ("snapshot", "old", "generator", "first"),
        ("generator", "first", "batch", "night"),
        ("batch", "night", "batch", "mended"),
        ("batch", "mended", "generator", "second"),
        ("snapshot", "new", "generator", "second"),
        ("generator", "second", "batch", "night"),  # a circle, which no chain makes, must not be endless
        ("snapshot", "other", "generator", "stranger"),
    ]
    with ledger.transaction() as books:
        for step in steps:
            books.lineage.record(*step)
        assert books.lineage.above("snapshot", "generator", "second") == ["new", "old"]
        assert books.lineage.above("generator", "batch", "mended") == ["first", "second"]
        assert books.lineage.above("snapshot", "generator", "nobody") == []


def test_the_view_leads_from_the_batch_to_the_snapshots_hash(ledger: Ledger, reader: psycopg.Connection) -> None:
    with ledger.transaction() as books:
        furnish(books)
        books.batches.open(batch(depth=1.4, depth_max=3.0))
        early = books.lineage.of_batch(uid("batch"))
        books.validations.record(validation("first", passed=False, content_hash="d" * 64), [])
        books.validations.record(validation(), [])
        books.batches.mark(uid("batch"), "passed", content_hash=CONTENT)
        books.lineage.record("batch", uid("batch"), "reader", "synthetic.clinic")
        unreleased = books.lineage.of_batch(uid("batch"))
        books.batches.mark(uid("batch"), "released")
    with ledger.transaction() as books:
        found = books.lineage.of_batch(uid("batch"))
        assert books.lineage.of_batch(uid("nothing")) is None
    assert early is not None
    assert (early.verdict, early.validation_id, early.released_to) == (None, None, None)
    assert unreleased is not None
    assert (unreleased.verdict, unreleased.released_to) == ("passed", None)
    assert found == BatchLineage(
        dataset="clinic",
        batch_date=NIGHT,
        batch_id=uid("batch"),
        status="released",
        content_hash=CONTENT,
        rows=3,
        seed=0,
        generator_id=uid("generator"),
        generator_kind="trees",
        generator_label="generator",
        model_sha256="8" * 64,
        code_version="0.1.0",
        depth=1.4,
        real_share=0.0,
        spec_sha256=SPEC,
        snapshot_id=uid("snapshot"),
        snapshot_content_hash="5" * 64,
        snapshot_rows=10,
        source="warehouse:clinic",
        verdict="passed",
        validation_id=uid("validation"),
        released_to="synthetic.clinic",
        depth_max=3.0,
    )
    assert reader.execute("SELECT count(*) FROM headwater.batch_lineage").fetchone() == (1,)


def test_the_view_has_the_columns_of_the_record(ledger: Ledger, reader: psycopg.Connection) -> None:
    found = reader.execute("SELECT * FROM headwater.batch_lineage").description
    assert found is not None
    assert [column.name for column in found] == list(BatchLineage.model_fields)
