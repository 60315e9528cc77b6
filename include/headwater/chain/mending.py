"""Mending: what each step makes of a failed batch, written down as a batch of its own before it is judged.

Belongs here: the rows a step starts from, its randomness, its record in ledger and store. Does not: when to mend, and
the verdict (``repair.py``).

Only counts of the frozen profile and the generators are asked. The anchor is not read, and of the verdict two bits are
known here: that there has to be another try, and whether rows may be exchanged. So single anchor rows cannot shape what
is made.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from headwater.chain import identity
from headwater.chain.house import House
from headwater.chain.mended_rows import Night, rows_of, write_rows
from headwater.chain.produce import produce
from headwater.chain.profile import frozen_of
from headwater.chain.validate import SETTLED
from headwater.checks.seeds import rng
from headwater.generators.seeding import shards
from headwater.ledger.guard_records import Repair, RepairStep
from headwater.ledger.records import Batch, Generator
from headwater.repair.exchange import Repaired
from headwater.repair.frozen import Bins
from headwater.repair.reweigh import reweigh
from headwater.repair.standing import standing
from headwater.repair.top_up import top_up
from headwater.spec import DatasetSpec
from headwater.tables.schema import TableSchema

log = logging.getLogger(__name__)

WORDS: dict[RepairStep, str] = {
    "reweigh": "Weighed towards the profile, {touched:,} of {rows:,} rows exchanged.",
    "top_up": "Topped up where rows were missing, {touched:,} of {rows:,} rows exchanged.",
    "previous_champion": "Made by the champion before, all {rows:,} rows.",
}


@dataclass(frozen=True)
class Mending:
    """One attempt as it is ready to be judged.

    Attributes:
        attempt: as the ledger holds it.
        is_settled: the mended batch was released or set aside before; its rows are a fact and no longer at hand.
    """

    attempt: Repair
    is_settled: bool

    @property
    def words(self) -> str:
        """What was done, in plain words."""
        return WORDS[self.attempt.step].format(touched=self.attempt.touched_rows, rows=self.attempt.rows)


def attempts(house: House, spec: DatasetSpec, batch: Batch, *, exchange: bool = True) -> Iterator[Mending]:
    """The attempts in their order, each made when it is asked for; as many as the budget of the date allows.

    A step that would change nothing is passed over, and spends nothing.

    Args:
        house: ledger, store, run.
        spec: the dataset.
        batch: the one that failed.
        exchange: whether rows of its generator may take the place of others; else only the champion before is asked.
    """
    with house.ledger.transaction() as books:
        generator = books.generators.get(batch.generator_id)
        schema = books.snapshots.get(generator.snapshot_id).schema
    profile = frozen_of(house, generator.snapshot_id) if exchange else None
    if profile is not None:
        yield from _exchanged(house, spec, batch, Bins(profile, schema))
    elif exchange:
        log.info("%s was profiled before there were repairs; retrain to have its counts", spec.dataset)
    if spec.repair.previous_champion:
        yield from _by_previous(house, spec, batch, generator, schema)


def _exchanged(house: House, spec: DatasetSpec, batch: Batch, bins: Bins) -> Iterator[Mending]:
    """Two steps on the batch's own rows, the second on what the first left."""
    start = rows_of(house, spec, batch, bins.schema)
    rows, before = Repaired(start, np.zeros(len(start), dtype=bool)), standing(bins, start).told()
    limit, model = int(spec.repair.rows_share * len(start)), Night.of(house, batch, bins.schema)
    steps: tuple[tuple[RepairStep, Callable[[Repaired, int, np.random.Generator], Repaired]], ...] = (
        ("reweigh", lambda now, left, random: reweigh(bins, now, model.pool, left, random)),
        ("top_up", lambda now, left, random: top_up(bins, now, model.where, left, random)),
    )
    for step, mend in steps:
        left = limit - int(rows.touched.sum())
        found = mend(rows, left, rng(spec.seed, "repair", batch.batch_id, step)) if left else rows
        if found is rows or not (found.touched & ~rows.touched).any():
            continue
        rows = found
        figures = before, standing(bins, rows.frame).told()
        made = _opened(house, spec, batch, step, touched=int(rows.touched.sum()), figures=figures)
        if made is None:
            return
        if not made.is_settled:
            write_rows(house, made.attempt.repaired_batch_id, rows.frame, bins.schema)
        yield made


def _by_previous(
    house: House, spec: DatasetSpec, batch: Batch, generator: Generator, schema: TableSchema
) -> Iterator[Mending]:
    """The whole batch by the champion before, where it makes the same table and no person withdrew it."""
    with house.ledger.transaction() as books:
        versions = books.champions.versions(spec.dataset)
        usable = [each for each in versions if each.withdrawn_at is None and each.generator_id != batch.generator_id]
        usable = [each for each in usable if each.retired_at is not None]
        former = max(usable, key=lambda each: each.retired_at or each.promoted_at, default=None)
        maker = books.generators.get(former.generator_id) if former else None
        if maker is None or books.snapshots.get(maker.snapshot_id).schema != schema:
            return
    made = _opened(house, spec, batch, "previous_champion", touched=batch.rows, figures=({}, {}), maker=maker)
    if made is None:
        return
    if not made.is_settled:
        for index in range(len(shards(batch.rows, spec.batch.shards))):
            produce(house, spec, made.attempt.repaired_batch_id, index)
    yield made


def _opened(
    house: House,
    spec: DatasetSpec,
    batch: Batch,
    step: RepairStep,
    *,
    touched: int,
    figures: tuple[Mapping[str, Any], Mapping[str, Any]],
    maker: Generator | None = None,
) -> Mending | None:
    """Count the attempt and open its batch; None where the budget of the date is spent."""
    repair_id, mended = identity.repair_id(batch.batch_id, step), _mended(house, batch, step, maker)
    with house.ledger.transaction() as books:
        known, spent = books.repairs.find(repair_id), books.repairs.spent(batch.dataset, batch.batch_date)
        if known is None and spent >= spec.repair.attempts:
            log.info("%s on %s: all %d attempts to mend the night are spent", spec.dataset, batch.batch_date, spent)
            return None
        opened = books.batches.open(mended)
        attempt = known or books.repairs.record(
            Repair(
                repair_id=repair_id,
                dataset=batch.dataset,
                batch_date=batch.batch_date,
                batch_id=batch.batch_id,
                repaired_batch_id=mended.batch_id,
                step=step,
                look=spent + 2,
                rows=batch.rows,
                touched_rows=touched,
                before=dict(figures[0]),
                after=dict(figures[1]),
                run_id=house.run_id,
                made_at=mended.created_at,
            )
        )
        books.lineage.record("generator", opened.generator_id, "batch", opened.batch_id)  # whoever made it first
        books.lineage.record("batch", batch.batch_id, "batch", opened.batch_id)
    return Mending(attempt, opened.status in SETTLED)


def _mended(house: House, batch: Batch, step: RepairStep, maker: Generator | None) -> Batch:
    """The batch that the step makes: the failed one under another id, or that of another generator."""
    changes: dict[str, Any] = {"content_hash": None, "location": None, "released_at": None, "status": "planned"}
    changes |= {"batch_id": identity.repaired_batch_id(batch.batch_id, step), "created_at": datetime.now(UTC)}
    changes |= {"run_id": house.run_id, "code_version": house.code_version}
    if maker is not None:
        changes |= {"generator_id": maker.generator_id, "depth": maker.depth + 1, "depth_max": maker.depth_max + 1}
    return batch.model_copy(update=changes)
