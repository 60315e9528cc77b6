"""Judge a generator on an anchor with the same suite that judges its nightly batches."""

from __future__ import annotations

from datetime import UTC, datetime

from headwater.chain.baselines import TRIAL_DATE, noise_floor
from headwater.chain.house import House
from headwater.chain.preparing import prepared_of
from headwater.chain.trials import trials
from headwater.checks.judge import Judge
from headwater.checks.reference import JUDGE_ROWS_MAX
from headwater.checks.result import CheckResult
from headwater.expectations.validate import Subject, validate
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec

_TRIAL_BLOCK = 0
"""Of the trial's seeds; see ``baselines.py``, ``sides.py``, ``trials.py`` and ``trial_nights.py`` for the others."""


def judge(house: House, spec: DatasetSpec, generator: Generator, snapshot_id: str) -> list[CheckResult]:
    """Draw trial rows and judge them against the snapshot's anchor, under the contract. Writes nothing.

    Raises:
        MisfitError: the generator makes rows that are none of the snapshot's table.
    """
    facts, prepared = prepared_of(house, spec, snapshot_id, spec.batch.rows)
    rows = min(spec.batch.rows, JUDGE_ROWS_MAX)
    (trial,) = trials(house, spec, generator, prepared.reference.schema, rows=rows, blocks=(_TRIAL_BLOCK,))
    subject = Subject(
        dataset=spec.dataset,
        batch_id=generator.generator_id,
        batch_date=TRIAL_DATE,
        validation_id=generator.generator_id,
        started_at=datetime.now(UTC),
        generator=generator.label,
        rows=rows,
        content_hash="",
    )
    judged = Judge(prepared, noise_floor(house, spec, snapshot_id, prepared))
    return list(validate(trial, spec, facts, judged, subject).results)
