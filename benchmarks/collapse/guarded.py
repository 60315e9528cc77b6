"""A chain under Headwater's policy: the stages that the DAGs call, in their order, with their gates.

Belongs here: generations with gates, and the attack on their source. Does not: the stages.

The attack: from generation 2 on, 30 % of the source's rows are rows of released batches, without any label.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from benchmarks.collapse.alarm import told
from benchmarks.collapse.beginning import FIRST_DRAW, Cell, at, first_house, first_snapshot, made, rows_of, with_rows
from benchmarks.collapse.figures import figures
from benchmarks.collapse.ground import Ground, write_source
from benchmarks.collapse.regimes import LET_THROUGH, NO_NEW_REAL, attacked
from benchmarks.collapse.workshop import Workshop
from headwater.chain.acquire import acquire
from headwater.chain.house import GateClosedError, House
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.release import release
from headwater.chain.repair import repair
from headwater.chain.train import train
from headwater.chain.validate import validate
from headwater.chain.watch import watch
from headwater.spec import DatasetSpec
from headwater.tables.frames import conform

Row = dict[str, Any]


@dataclass(frozen=True)
class Retrained:
    """How a retraining ended: whether there is a new champion, and the reason."""

    is_promoted: bool
    note: str


def guarded(workshop: Workshop, ground: Ground, cell: Cell, generations: int) -> Iterator[Row]:
    """The rows of one chain, a generation each; generation 1 is the retraining of ``first_house``."""
    with workshop.house(cell.name, first_house(workshop, ground, cell.generator)) as opened:
        source = workshop.source(cell.name)
        spec = ground.spec(source, cell.generator, is_let_through=cell.regime == LET_THROUGH)
        spec = with_rows(spec, first_snapshot(opened, spec))
        released: list[pd.DataFrame] = []
        outcome = Retrained(True, "")
        for generation in range(1, generations + 1):
            house = at(opened, generation)
            if generation > 1:
                real = ground.draw(FIRST_DRAW if cell.regime == NO_NEW_REAL else generation)
                write_source(source, attacked(real, released, 1_000 * cell.seed + generation))
                outcome = retrained(house, spec)
            rows, is_released = night(house, spec, generation)
            if is_released:
                released.append(rows)
            watched = watch(house, spec)
            yield {
                "generation": generation,
                **figures(ground, conform(rows, ground.table.schema)),
                **learned(house, spec),
                **told(house, spec, watched),
                "retrained": outcome.is_promoted,
                "released": is_released,
                "note": outcome.note,
            }


def retrained(house: House, spec: DatasetSpec) -> Retrained:
    """The stages of ``retrain__X``; where a gate closes the champion stays."""
    try:
        snapshot_id = acquire(house, spec)
        profile(house, spec, snapshot_id)
        trained = [train(house, spec, snapshot_id, each.label) for each in spec.candidates]
        found = promote(house, spec, snapshot_id, trained)
    except GateClosedError as closed:
        return Retrained(False, str(closed))
    return Retrained(found.is_promoted, found.reason)


def night(house: House, spec: DatasetSpec, generation: int) -> tuple[pd.DataFrame, bool]:
    """The stages of ``nightly__X``: the rows of the batch, and whether readers got them."""
    batch_id = made(house, spec, generation)
    mended = repair(house, spec, validate(house, spec, batch_id).validation_id)
    try:
        release(house, spec, mended.judgement.validation_id)
    except GateClosedError:
        return rows_of(house, mended.batch_id), False
    return rows_of(house, mended.batch_id), True


def learned(house: House, spec: DatasetSpec) -> Row:
    """What the champion learned from, as the ledger has it."""
    with house.ledger.transaction() as books:
        champion = books.generators.champion(spec.dataset)
        assert champion is not None
        snapshot = books.snapshots.get(champion.snapshot_id)
    return {"train_rows": snapshot.train_rows, "real_share": champion.real_share, "score": champion.score}
