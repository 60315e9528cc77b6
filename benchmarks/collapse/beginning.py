"""The first real snapshot of a table and seed, and the first champion that kept the gates: made once, then copied.

Belongs here: which houses are copied, and what was done in them. Does not: later generations.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from benchmarks.collapse.ground import Ground, write_source
from benchmarks.collapse.workshop import Workshop, steady_anchor
from headwater.chain import keys
from headwater.chain.acquire import acquire
from headwater.chain.house import House
from headwater.chain.produce import plan, produce
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.train import train
from headwater.ledger.records import Snapshot
from headwater.spec import DatasetSpec
from headwater.tables.frames import conform, from_arrow

FIRST = date(2026, 1, 1)
FIRST_DRAW = 1
"""Number of the draw of real rows that generation 1 learns from."""


@dataclass(frozen=True)
class Cell:
    """One chain of generations."""

    table: str
    generator: str
    regime: str
    seed: int

    @property
    def name(self) -> str:
        """As a database and a folder are called."""
        return f"cell_{self.table}_{self.generator}_{self.regime}_{self.seed}"


def real_house(workshop: Workshop, ground: Ground) -> str:
    """Name of the house whose first snapshot is taken and profiled: every generator and regime begins there."""
    name = f"real_{ground.table.name}_{ground.seed}_{ground.source_rows}"
    if not workshop.is_finished(name):
        with workshop.house(name, is_kept=True) as house:
            steady_anchor(house, ground.table.name, workshop.url(name), ground.seed)
            write_source(workshop.source(name), ground.draw(FIRST_DRAW))
            spec = ground.spec(workshop.source(name), "trees")
            snapshot_id = acquire(house, spec)
            profile(house, with_rows(spec, first_snapshot(house, spec)), snapshot_id)
    return name


def first_house(workshop: Workshop, ground: Ground, generator: str) -> str:
    """Name of the house where the generator was trained on that snapshot, passed the gates and has its certificate."""
    name = f"first_{ground.table.name}_{generator}_{ground.seed}_{ground.source_rows}"
    if not workshop.is_finished(name):
        like = real_house(workshop, ground)
        with workshop.house(name, like, is_kept=True) as house:
            spec = ground.spec(workshop.source(like), generator)
            snapshot = first_snapshot(house, spec)
            spec = with_rows(spec, snapshot)
            trained = train(house, spec, snapshot.snapshot_id, spec.candidates[0].label)
            promote(house, spec, snapshot.snapshot_id, [trained])
    return name


def first_snapshot(house: House, spec: DatasetSpec) -> Snapshot:
    """The only snapshot of a house that was just begun."""
    with house.ledger.transaction() as books:
        found = books.snapshots.latest(spec.dataset)
    assert found is not None
    return found


def with_rows(spec: DatasetSpec, snapshot: Snapshot) -> DatasetSpec:
    """A batch has as many rows as generation 1 learned from: so a regime that learns from it learns from as many."""
    return spec.model_copy(update={"batch": spec.batch.model_copy(update={"rows": snapshot.train_rows, "shards": 1})})


def at(house: House, generation: int) -> House:
    """The house on behalf of a generation's run: alarms are told apart by the run that raised them."""
    return replace(house, run_id=f"generation {generation}")


def batch_date(generation: int) -> date:
    """A night a generation."""
    return FIRST + timedelta(days=generation - 1)


def made(house: House, spec: DatasetSpec, generation: int) -> str:
    """Plan and produce the batch of this generation; its id."""
    planned = plan(house, spec, batch_date(generation))
    for shard in planned.shards:
        produce(house, spec, planned.batch_id, shard)
    return planned.batch_id


def rows_of(house: House, batch_id: str) -> pd.DataFrame:
    """The rows of a batch, wherever they lie now."""
    with house.ledger.transaction() as books:
        batch, shards = books.batches.get(batch_id), books.batches.shards(batch_id)
        schema = books.snapshots.of_generator(batch.generator_id).schema
    folder = batch.location or keys.work(batch.dataset, batch_id)
    frames = [
        from_arrow(house.store.read_table(keys.part(folder, place), sha256=shard.sha256), schema)
        for place, shard in enumerate(shards)
    ]
    return conform(pd.concat(frames, ignore_index=True), schema)
