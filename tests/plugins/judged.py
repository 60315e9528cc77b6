"""A migrated ledger full of judged nights, for what the plugin shows. No pages: those lie in the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from tests.ledger.facts import NIGHT, NOON, SPEC, batch, check, generator, snapshot, uid, validation

from headwater.ledger import Ledger
from headwater.ledger.migrate import migrate

FAILED_EVERY = 5
SCHEDULE = {"nightly": "0 2 * * *", "timezone": "UTC"}
HOSTILE = "rule:column_values_to_be_between:<script>alert('check')</script>"


def judge_nights(url: str, nights: Mapping[str, int]) -> None:
    """So many nights of each dataset; every fifth fails, by a check and by a rule with a hostile name."""
    migrate(url)
    ledger = Ledger(url)
    with ledger.transaction() as books:
        for dataset, count in nights.items():
            books.datasets.register(dataset, "nurse", "")
            books.datasets.record_spec(dataset, SPEC, {"dataset": dataset, "schedule": SCHEDULE})
            books.snapshots.record(snapshot(f"{dataset} snapshot", dataset=dataset))
            made = generator(dataset, dataset=dataset, snapshot_id=uid(f"{dataset} snapshot"), label="trees")
            books.generators.record(made)
            books.generators.promote(dataset, made.generator_id, NOON)
            for number in range(count):
                _night(books, dataset, number)
    ledger.close()


def _night(books: object, dataset: str, number: int) -> None:
    name, at = f"{dataset} {number}", NOON + timedelta(days=number)
    failed = number % FAILED_EVERY == 0
    day = NIGHT + timedelta(days=number)
    books.batches.open(batch(name, dataset=dataset, batch_date=day, generator_id=uid(dataset), rows=20_000))
    sentence = "Not passed: 2 of 30 critical checks failed." if failed else "Passed: 30 of 30 critical checks passed."
    judged = {"batch_id": uid(name), "passed": not failed, "sentence": sentence, "started_at": at, "finished_at": at}
    checks = [check("neighbours.coverage", passed=not failed), check(HOSTILE, passed=not failed), check("joint.c2st")]
    books.validations.record(validation(name, **judged), checks)
