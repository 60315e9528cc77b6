"""Judge a generator on an anchor with the same suite that judges its nightly batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pandas as pd

from headwater.chain.baselines import TRIAL_DATE, noise_floor
from headwater.chain.house import House
from headwater.chain.models import load_model
from headwater.chain.profile import reference_of
from headwater.checks.judge import Judge
from headwater.checks.prepared import Prepared
from headwater.checks.reference import JUDGE_ROWS_MAX
from headwater.checks.result import CheckResult
from headwater.expectations.validate import Subject, validate
from headwater.generators.seeding import block_seed
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec
from headwater.tables.frames import conform
from headwater.tables.schema import TableSchema

_TRIAL_BLOCK = 0
"""Block of the trial's seeds; see ``baselines.py``, ``sides.py`` and ``trial_nights.py`` for the others."""


class MisfitError(RuntimeError):
    """The generator makes a table of another shape than the snapshot's, so the two cannot be compared."""


def judge(house: House, spec: DatasetSpec, generator: Generator, snapshot_id: str) -> list[CheckResult]:
    """Draw trial rows and judge them against the snapshot's anchor, under the contract. Writes nothing.

    Raises:
        MisfitError: the generator learned from a table with other columns, types or categories.
    """
    facts, reference = reference_of(house, spec, snapshot_id)
    rows = min(spec.batch.rows, JUDGE_ROWS_MAX)
    (trial,) = trials(house, spec, generator, reference.schema, rows=rows, blocks=(_TRIAL_BLOCK,))
    prepared = Prepared.of(reference, reference.judge_rows(spec.batch.rows))
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


def trials(
    house: House, spec: DatasetSpec, generator: Generator, schema: TableSchema, *, rows: int, blocks: Sequence[int]
) -> Iterator[pd.DataFrame]:
    """Samples of ``rows`` rows that the generator makes to be judged only, one a block; they conform to ``schema``.

    Raises:
        MisfitError: the generator learned from a table with other columns, types or categories.
    """
    model = load_model(house, generator)
    for block in blocks:
        made = model.sample(rows, block_seed(spec.dataset, TRIAL_DATE, generator.generator_id, spec.seed, block))
        try:
            yield conform(made[[column.name for column in schema.columns]], schema)
        except (KeyError, ValueError) as error:
            raise MisfitError(f"{generator.label} learned from a table of another shape: {error}") from error
