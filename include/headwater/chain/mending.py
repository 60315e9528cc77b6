"""Mending: what each step makes of a failed batch, written down as a batch of its own before it is judged.

Belongs here: the rows a step starts from, its randomness, its record in ledger and store. Does not: when to mend, and
the verdict (``repair.py``).

Only counts of the frozen profile and the generators are asked. The anchor is not read, and of the verdict two bits are
known here: that there has to be another try, and whether rows may be exchanged. So single anchor rows cannot shape what
is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from headwater.chain import identity
from headwater.chain.attempts import Mending, PassedOver, Round, SpentError, opened
from headwater.chain.former import former_champion, rows_by
from headwater.chain.house import House
from headwater.chain.mended_rows import Night, rows_of, write_rows
from headwater.chain.profile import frozen_of
from headwater.chain.unusable import UNUSABLE
from headwater.checks.seeds import rng
from headwater.ledger.guard_records import RepairStep
from headwater.ledger.records import Batch
from headwater.repair.exchange import Repaired
from headwater.repair.frozen import Bins
from headwater.repair.reweigh import reweigh
from headwater.repair.standing import standing
from headwater.repair.top_up import top_up
from headwater.spec import DatasetSpec
from headwater.spec.constraints import Unique

PASSED_OVER: dict[RepairStep, str] = {
    "reweigh": "Could not be weighed towards the profile",
    "top_up": "Could not be topped up",
    "previous_champion": "The champion before could not make it",
}


def attempts(
    house: House, spec: DatasetSpec, batch: Batch, *, exchange: bool = True, again: int = 0
) -> Iterator[Mending | PassedOver]:
    """The attempts in their order, each made when it is asked for; as many as the budget of the date allows.

    A step that would change nothing is passed over, and spends nothing. One that cannot be taken (a model, a file or a
    constraint stands against it) says why, and the next one follows.

    Args:
        house: ledger, store, run.
        spec: the dataset.
        batch: the one that failed.
        exchange: whether rows of its generator may take the place of others; else only the champion before is asked.
        again: how often a person has asked for another round; each has other rows, and a budget of its own.
    """
    with house.ledger.transaction() as books:
        generator = books.generators.get(batch.generator_id)
        schema = books.snapshots.get(generator.snapshot_id).schema
    profile = frozen_of(house, generator.snapshot_id)
    bins, this = None if profile is None else Bins(profile, schema), Round.of(spec, again)
    try:
        if exchange and bins is not None:
            yield from _exchanged(house, spec, batch, bins, this)
        elif exchange:
            yield PassedOver("The table was profiled before there were repairs: retrain to have its counts.")
        if again and spec.repair.previous_champion and _was_asked(house, batch):
            yield PassedOver("The champion before made it already.")
        elif spec.repair.previous_champion:
            yield _by_previous(house, spec, batch, bins, this)
    except SpentError as error:
        yield PassedOver(str(error))


def _was_asked(house: House, batch: Batch) -> bool:
    """Whether the champion before has made the batch in an earlier round: it would make the same rows."""
    with house.ledger.transaction() as books:
        return books.repairs.find(identity.repair_id(batch.batch_id, "previous_champion")) is not None


def _exchanged(
    house: House, spec: DatasetSpec, batch: Batch, bins: Bins, this: Round
) -> Iterator[Mending | PassedOver]:
    """Two steps on the batch's own rows, the second on what the first left."""
    try:
        start, model = rows_of(house, spec, batch, bins.schema), Night.of(house, batch, bins.schema, this.again)
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
            found = mend(rows, left, rng(spec.seed, "repair", batch.batch_id, this.step(step))) if left else rows
            if found is rows or not (found.touched & ~rows.touched).any():
                continue
            figures, touched = (before, standing(bins, found.frame).told()), int(found.touched.sum())
            made = opened(house, batch, step, this, touched=touched, figures=figures)
            if not made.is_settled:
                write_rows(house, made.attempt.repaired_batch_id, found.frame, bins.schema)
        except UNUSABLE as error:
            yield _passed_over(PASSED_OVER[step], error)
            continue
        rows = found
        yield made


def _by_previous(house: House, spec: DatasetSpec, batch: Batch, bins: Bins | None, this: Round) -> Mending | PassedOver:
    """The whole batch by the champion before, where it makes the same table and no person withdrew it."""
    with house.ledger.transaction() as books:
        schema = books.snapshots.of_generator(batch.generator_id).schema
    maker, why = former_champion(house, batch, schema)
    if maker is None:
        return PassedOver(f"The champion before was not asked: {why}.")
    try:
        frame = rows_by(house, batch, maker)
        figures: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})
        if bins is not None:
            figures = standing(bins, rows_of(house, spec, batch, schema)).told(), standing(bins, frame).told()
        made = opened(house, batch, "previous_champion", this, touched=batch.rows, figures=figures, maker=maker)
        if not made.is_settled:
            with house.ledger.transaction() as books:
                its = books.snapshots.get(maker.snapshot_id).schema
            write_rows(house, made.attempt.repaired_batch_id, frame, its)
    except UNUSABLE as error:
        return _passed_over(PASSED_OVER["previous_champion"], error)
    return made


def _passed_over(what: str, error: Exception) -> PassedOver:
    return PassedOver(f"{what}: {str(error).rstrip('.')}.")
