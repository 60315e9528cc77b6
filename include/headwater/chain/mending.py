"""Mending: what each step makes of a failed batch, written down as a batch of its own before it is judged.

Belongs here: the rows a step starts from, its randomness, its record in ledger and store. Does not: when to mend, and
the verdict (``repair.py``).

Only counts of the frozen profile and the generators are asked. The anchor is not read, and of the verdict two bits are
known here: that there has to be another try, and whether rows may be exchanged. So single anchor rows cannot shape what
is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from headwater.chain import identity
from headwater.chain.former import former_champion, rows_by
from headwater.chain.house import House
from headwater.chain.known import lost
from headwater.chain.mended_rows import Night, rows_of, write_rows
from headwater.chain.profile import frozen_of
from headwater.chain.unusable import UNUSABLE
from headwater.checks.seeds import rng
from headwater.ledger.guard_records import Repair, RepairStep
from headwater.ledger.records import Batch, Generator
from headwater.repair.exchange import Repaired
from headwater.repair.frozen import Bins
from headwater.repair.reweigh import reweigh
from headwater.repair.standing import standing
from headwater.repair.top_up import top_up
from headwater.spec import DatasetSpec
from headwater.spec.constraints import Unique
from headwater.tables.schema import TableSchema

WORDS: dict[RepairStep, str] = {
    "reweigh": "Weighed towards the profile, {touched:,} of {rows:,} rows exchanged.",
    "top_up": "Topped up where rows were missing, {touched:,} of {rows:,} rows exchanged.",
    "previous_champion": "Made by the champion before, all {rows:,} rows.",
}
PASSED_OVER: dict[RepairStep, str] = {
    "reweigh": "Could not be weighed towards the profile",
    "top_up": "Could not be topped up",
    "previous_champion": "The champion before could not make it",
}


KEPT = ("released", "quarantined")
"""Statuses of a mended batch of which no rows are made again: readers have them, or a person is to decide."""


@dataclass(frozen=True)
class Mending:
    """One attempt as it is ready to be judged.

    Attributes:
        attempt: as the ledger holds it.
        is_settled: the mended batch is with its readers or in quarantine, whole; its rows are a fact, and not at hand.
    """

    attempt: Repair
    is_settled: bool

    @property
    def words(self) -> str:
        """What was done, in plain words."""
        return WORDS[self.attempt.step].format(touched=self.attempt.touched_rows, rows=self.attempt.rows)


@dataclass(frozen=True)
class PassedOver:
    """A step that could not be taken, or need not be asked for; it spends nothing but what was opened for it.

    Attributes:
        words: which one, and why.
    """

    words: str


class SpentError(RuntimeError):
    """The date has no attempt left."""


def attempts(house: House, spec: DatasetSpec, batch: Batch, *, exchange: bool = True) -> Iterator[Mending | PassedOver]:
    """The attempts in their order, each made when it is asked for; as many as the budget of the date allows.

    A step that would change nothing is passed over, and spends nothing. One that cannot be taken (a model, a file or a
    constraint stands against it) says why, and the next one follows.

    Args:
        house: ledger, store, run.
        spec: the dataset.
        batch: the one that failed.
        exchange: whether rows of its generator may take the place of others; else only the champion before is asked.
    """
    with house.ledger.transaction() as books:
        generator = books.generators.get(batch.generator_id)
        schema = books.snapshots.get(generator.snapshot_id).schema
    profile = frozen_of(house, generator.snapshot_id)
    bins = None if profile is None else Bins(profile, schema)
    try:
        if exchange and bins is not None:
            yield from _exchanged(house, spec, batch, bins)
        elif exchange:
            yield PassedOver("The table was profiled before there were repairs: retrain to have its counts.")
        if spec.repair.previous_champion:
            yield _by_previous(house, spec, batch, schema, bins)
    except SpentError as error:
        yield PassedOver(str(error))


def _exchanged(house: House, spec: DatasetSpec, batch: Batch, bins: Bins) -> Iterator[Mending | PassedOver]:
    """Two steps on the batch's own rows, the second on what the first left."""
    try:
        start, model = rows_of(house, spec, batch, bins.schema), Night.of(house, batch, bins.schema)
        before = standing(bins, start).told()
    except UNUSABLE as error:
        yield _passed_over("No rows were exchanged", error)
        return
    keys = tuple(each.columns for each in spec.constraints if isinstance(each, Unique))
    rows = Repaired(start, np.zeros(len(start), dtype=bool), keys)
    limit = int(spec.repair.rows_share * len(start))
    steps: tuple[tuple[RepairStep, Callable[[Repaired, int, np.random.Generator], Repaired]], ...] = (
        ("reweigh", lambda now, left, random: reweigh(bins, now, model.pool, left, random)),
        ("top_up", lambda now, left, random: top_up(bins, now, model.where, left, random)),
    )
    for step, mend in steps:
        left = limit - int(rows.touched.sum())
        try:
            found = mend(rows, left, rng(spec.seed, "repair", batch.batch_id, step)) if left else rows
            if found is rows or not (found.touched & ~rows.touched).any():
                continue
            figures, touched = (before, standing(bins, found.frame).told()), int(found.touched.sum())
            made = _opened(house, spec, batch, step, touched=touched, figures=figures)
            if not made.is_settled:
                write_rows(house, made.attempt.repaired_batch_id, found.frame, bins.schema)
        except UNUSABLE as error:
            yield _passed_over(PASSED_OVER[step], error)
            continue
        rows = found
        yield made


def _by_previous(
    house: House, spec: DatasetSpec, batch: Batch, schema: TableSchema, bins: Bins | None
) -> Mending | PassedOver:
    """The whole batch by the champion before, where it makes the same table and no person withdrew it."""
    maker, why = former_champion(house, batch, schema)
    if maker is None:
        return PassedOver(f"The champion before was not asked: {why}.")
    try:
        frame = rows_by(house, batch, maker)
        figures: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})
        if bins is not None:
            figures = standing(bins, rows_of(house, spec, batch, schema)).told(), standing(bins, frame).told()
        made = _opened(house, spec, batch, "previous_champion", touched=batch.rows, figures=figures, maker=maker)
        if not made.is_settled:
            with house.ledger.transaction() as books:
                its = books.snapshots.get(maker.snapshot_id).schema
            write_rows(house, made.attempt.repaired_batch_id, frame, its)
    except UNUSABLE as error:
        return _passed_over(PASSED_OVER["previous_champion"], error)
    return made


def _passed_over(what: str, error: Exception) -> PassedOver:
    return PassedOver(f"{what}: {str(error).rstrip('.')}.")


def _opened(
    house: House,
    spec: DatasetSpec,
    batch: Batch,
    step: RepairStep,
    *,
    touched: int,
    figures: tuple[Mapping[str, Any], Mapping[str, Any]],
    maker: Generator | None = None,
) -> Mending:
    """Count the attempt and open its batch.

    Raises:
        SpentError: the budget of the date is spent.
    """
    repair_id, mended = identity.repair_id(batch.batch_id, step), _mended(house, batch, step, maker)
    with house.ledger.transaction() as books:
        known, spent = books.repairs.find(repair_id), books.repairs.spent(batch.dataset, batch.batch_date)
        if known is None and spent >= spec.repair.attempts:
            raise SpentError(f"All {spent} attempts to mend a night of {batch.batch_date} are spent.")
        opened = books.batches.open(mended)
        attempt = known or books.repairs.record(
            Repair(
                repair_id=repair_id,
                dataset=batch.dataset,
                batch_date=batch.batch_date,
                batch_id=batch.batch_id,
                repaired_batch_id=mended.batch_id,
                step=step,
                look=1 + max(spent + 1, books.repairs.looks(batch.dataset, batch.batch_date)),
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
    return Mending(attempt, opened.status in KEPT and lost(house, opened) is None)


def _mended(house: House, batch: Batch, step: RepairStep, maker: Generator | None) -> Batch:
    """The batch that the step makes: the failed one under another id, or that of another generator."""
    changes: dict[str, Any] = {"content_hash": None, "location": None, "released_at": None, "status": "planned"}
    changes |= {"batch_id": identity.repaired_batch_id(batch.batch_id, step), "created_at": datetime.now(UTC)}
    changes |= {"run_id": house.run_id, "code_version": house.code_version}
    if maker is not None:
        changes |= {"generator_id": maker.generator_id, "depth": maker.depth + 1, "depth_max": maker.depth_max + 1}
    return batch.model_copy(update=changes)
