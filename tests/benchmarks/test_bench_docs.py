"""The bench of Data Docs: its filling looks like the ledger it copies, and the committed figures keep the promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from benchmarks.data_docs.filling import OTHERS, fill
from tests.ledger.facts import batch, check, furnish, uid, validation

from headwater.ledger import Ledger
from headwater.ledger.answers import DocsQuery
from headwater.ledger.migrate import migrate

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "docs.json"


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    return json.loads(RESULTS.read_text())


def test_a_filled_ledger_is_read_like_any_other(database: str) -> None:
    migrate(database)
    ledger = Ledger(database)
    with ledger.transaction() as books:
        furnish(books)
        books.batches.open(batch())
        books.validations.record(validation(), [check("neighbours.coverage"), check("joint.c2st", severity="warning")])
    assert fill(database, uid("validation"), 50) == (51, 102)
    with ledger.transaction() as books:
        query = DocsQuery(datasets=frozenset({"clinic", *OTHERS}))
        entries = books.docs_index.entries(query, offset=0, limit=100)
        checks = books.validations.checks("validation", entries[0].validation_id)
        trend = books.validations.trend("orders", batch().batch_date)
    ledger.close()
    assert {entry.dataset for entry in entries} == {"clinic", *OTHERS}
    assert len(entries) == 51
    assert all(entry.passed == (not [one for one in entry.failed if one.severity == "critical"]) for entry in entries)
    assert [one.name for one in checks] == ["neighbours.coverage", "joint.c2st"]
    assert len(trend["neighbours.coverage"]) == 10


def test_one_more_page_costs_two_seconds_at_most(results: dict[str, Any]) -> None:
    assert results["docs"]["stored_validations"] >= 10_000
    assert results["docs"]["publish"]["full ledger"]["slowest_publish_seconds"] <= 2


def test_the_index_opens_within_a_second(results: dict[str, Any]) -> None:
    assert {name: one for name, one in results["docs"]["index"].items() if one["slowest_seconds"] > 1} == {}


def test_the_rules_of_a_million_rows_cost_ten_cpu_seconds_at_most(results: dict[str, Any]) -> None:
    (ours,) = [one for one in results["rules"] if one["rows"] == 1_000_000]
    assert (ours["engine"], ours["columns"], ours["broken"]) == ("counting", 15, 0)
    assert ours["cpu_seconds"] <= 10
