"""Judge a generator on an anchor with the same suite that judges its nightly batches."""

from __future__ import annotations

from datetime import UTC, date, datetime

from headwater.chain.house import House
from headwater.chain.profile import reference_of
from headwater.checks.result import CheckResult
from headwater.checks.verdict import score
from headwater.expectations.validate import Subject, validate
from headwater.generators import registry
from headwater.generators.seeding import block_seed
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec

JUDGED_ROWS = 10_000
_TRIAL_DATE = date(1970, 1, 1)
"""The date in the seeds of trial rows; no batch has it, so a trial is never a batch's rows."""


def judge_generator(house: House, spec: DatasetSpec, generator_id: str, snapshot_id: str) -> list[CheckResult]:
    """Draw trial rows, judge them against the snapshot's anchor, and keep results and score in the ledger."""
    with house.ledger.transaction() as books:
        generator = books.generators.get(generator_id)
    facts, reference = reference_of(house, spec, snapshot_id)
    model = load_model(house, generator)
    rows = min(spec.batch.rows, JUDGED_ROWS)
    seed = block_seed(spec.dataset, _TRIAL_DATE, generator_id, spec.seed, 0)
    subject = Subject(
        dataset=spec.dataset,
        batch_id=generator_id,
        batch_date=_TRIAL_DATE,
        validation_id=generator_id,
        started_at=datetime.now(UTC),
        generator=generator.label,
        rows=rows,
        content_hash="",
    )
    results = list(validate(model.sample(rows, seed), spec, facts, reference, subject).results)
    with house.ledger.transaction() as books:
        books.validations.record_checks("generator", generator_id, results)
        books.generators.record(generator.model_copy(update={"score": score(results)}))
    return results


def load_model(house: House, generator: Generator) -> registry.Generator:
    """The generator's model, only when the file is byte for byte the one in the ledger."""
    data = house.store.read_bytes(generator.model_key, sha256=generator.model_sha256)
    return registry.load(generator.kind, data)
