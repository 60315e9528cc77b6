"""The nulls that batches are held against: found in the ledger and the store, or drawn now and kept.

Belongs here: caching what ``checks.baseline`` draws. Does not: drawing, judging.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime

from headwater.chain import identity, keys
from headwater.chain.house import House
from headwater.checks.baseline import FORMAT, Baseline, Kind, draw
from headwater.checks.null import draws_for
from headwater.checks.prepared import BASELINE_ROWS_MAX, Prepared
from headwater.checks.rows import Rows
from headwater.ledger.records import Baseline as Record
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec

log = logging.getLogger(__name__)

CERTIFICATE_FACTOR, CERTIFICATE_ROWS_MIN = 4, 10_000
"""Rows that a certificate is drawn from: so many for each judged row, but never fewer than these. Made rows cost
little, and draws from many of them share few: they vary as the nights will."""
TOLD_EVERY = 50
TRIAL_DATE = date(1970, 1, 1)
"""The date in the seeds of rows that are made to be judged only; no batch has it."""
_CERTIFICATE_BLOCK = 1
"""Block of the trial's seeds; block 0 is the candidate's trial."""


def noise_floor(house: House, spec: DatasetSpec, snapshot_id: str, prepared: Prepared) -> Baseline:
    """Real against real, for this snapshot and size."""
    return _kept(house, spec, ("noise_floor", snapshot_id, None), prepared, lambda: prepared.train)


def certificate(house: House, spec: DatasetSpec, generator: Generator, prepared: Prepared) -> Baseline:
    """What the generator shows: drawn when it is promoted, or when another size of batch is judged first."""

    def rows() -> Rows:
        from headwater.chain.models import load_model  # what makes rows is dear to import, and mostly not needed
        from headwater.generators.seeding import block_seed
        from headwater.tables.frames import conform

        seed = block_seed(spec.dataset, TRIAL_DATE, generator.generator_id, spec.seed, _CERTIFICATE_BLOCK)
        wanted = min(max(CERTIFICATE_FACTOR * prepared.n, CERTIFICATE_ROWS_MIN), BASELINE_ROWS_MAX)
        made = load_model(house, generator).sample(wanted, seed)
        schema = prepared.reference.schema
        return prepared.yardstick.code(conform(made[[column.name for column in schema.columns]], schema))

    return _kept(house, spec, ("certificate", generator.snapshot_id, generator.generator_id), prepared, rows)


def _kept(
    house: House,
    spec: DatasetSpec,
    of: tuple[Kind, str, str | None],
    prepared: Prepared,
    rows: Callable[[], Rows],
) -> Baseline:
    kind, snapshot_id, generator_id = of
    subject = generator_id or snapshot_id
    baseline_id = identity.baseline_id(kind, subject, prepared.n, [snapshot_id, *_basis(spec)])
    with house.ledger.transaction() as books:
        known = books.baselines.find(baseline_id)
    if known is not None and house.store.exists(known.key):
        found = Baseline.from_bytes(house.store.read_bytes(known.key, sha256=known.sha256), kind, subject)
        if found.fingerprint == prepared.fingerprint:
            return found
        log.warning("the %s of %s was counted by other libraries and is drawn again", kind, spec.dataset)
    drawn = draw(prepared, rows(), kind=kind, subject=subject, progress=_tell(spec.dataset, kind))
    artifact = house.store.write_bytes(keys.baseline(spec.dataset, baseline_id), drawn.to_bytes())
    record = Record(
        baseline_id=baseline_id,
        kind=kind,
        snapshot_id=snapshot_id,
        generator_id=generator_id,
        n=prepared.n,
        draws=drawn.null.draws,
        key=keys.baseline(spec.dataset, baseline_id),
        sha256=artifact.sha256,
        drawn_at=datetime.now(UTC),
    )
    with house.ledger.transaction() as books:
        books.baselines.record(record)
    return drawn


def _tell(dataset: str, kind: Kind) -> Callable[[int, int], None]:
    """A line in the task's log now and then: hundreds of samples take their time."""

    def progress(done: int, total: int) -> None:
        if done % TOLD_EVERY == 0 or done == total:
            log.info("%s of %s: %d of %d samples drawn", kind.replace("_", " "), dataset, done, total)

    return progress


def _basis(spec: DatasetSpec) -> list[object]:
    """The parts of the spec that a null follows from, and the form it is kept in."""
    contract = spec.contract
    shares = [contract.cell_keep_min, contract.category_share_min, contract.category_keep_min]
    return [
        sorted(spec.targets),
        sorted(spec.groups),
        contract.false_alarm,
        *shares,
        spec.seed,
        draws_for(contract.false_alarm),
        CERTIFICATE_ROWS_MIN,
        FORMAT,
    ]
