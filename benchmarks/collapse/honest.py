"""Chains in which every generation learns from fresh real rows: the watch must be quiet.

Belongs here: the pool of generations, chains drawn from it. Does not: regimes that decay.

Generations are fitted and judged once, by the chain's own stages; a chain draws some of them without replacement and
crowns them in turn, in a ledger of its own. Chains share generations, so they are not quite independent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from benchmarks.collapse.beginning import at, first_snapshot, real_house, with_rows
from benchmarks.collapse.ground import Ground
from benchmarks.collapse.unprotected import taken
from benchmarks.collapse.workshop import Workshop
from headwater.chain.house import House
from headwater.chain.preparing import SHELF
from headwater.chain.train import fit, judge_candidate
from headwater.chain.watch import watch
from headwater.ledger.records import Snapshot
from headwater.sources.anchor import split
from headwater.spec import DatasetSpec
from headwater.tables.frames import conform

Row = dict[str, Any]
POOL = 25
"""Generations that chains are drawn from. Each is compared with three earlier ones on its own snapshot, 10 CPU seconds
for a pair that no chain before had: 25 have some 540 such pairs, 50 have well above a thousand."""


def honest(
    workshop: Workshop, ground: Ground, generator: str, chains: int, generations: int, *, known: Row | None = None
) -> Iterator[Row]:
    """How many chains the watch let alone, and what the alarms were about: told anew after each chain.

    ``known`` is what was told of the first ones by a run that was cut: these are drawn, and not watched again.
    """
    pool = max(POOL, generations)
    asked = {"table": ground.table.name, "generator": generator, "seed": ground.seed}
    asked |= {"generations": generations, "pool": pool}
    if known is None or any(known[name] != value for name, value in asked.items()):
        known = {"chains": 0, "quiet": 0, "alarms": {}}
    SHELF.size = max(SHELF.size, pool)  # chains look at the same generations by turns, each by its own snapshot
    like, members = pool_house(workshop, ground, generator, pool)
    random = np.random.default_rng([ground.seed, 7])
    alarmed, names = known["chains"] - known["quiet"], Counter[str](known["alarms"])
    for number in range(1, chains + 1):
        drawn = [members[place] for place in random.choice(len(members), generations, replace=False)]
        if number <= known["chains"]:
            continue
        with workshop.house(f"honest_chain_{number}", like) as opened:
            # One store for all chains: what a generator shows on an anchor is measured once.
            house = replace(opened, store=workshop.store(like))
            found = alarms_of(house, ground.spec(workshop.source(like), generator), drawn)
        alarmed += bool(found)
        names.update(found)
        yield {**asked, "chains": number, "quiet": number - alarmed, "alarms": dict(names)}


def alarms_of(house: House, spec: DatasetSpec, drawn: list[str]) -> list[str]:
    """Crown the generators in turn and look each time: statistics that alarmed."""
    found = []
    for generation, generator_id in enumerate(drawn, 1):
        with house.ledger.transaction() as books:
            books.generators.promote(spec.dataset, generator_id, datetime.now(UTC))
        found += [alarm.name for alarm in watch(at(house, generation), spec).raised]
    return found


def pool_house(workshop: Workshop, ground: Ground, generator: str, pool: int) -> tuple[str, list[str]]:
    """Name of the house that holds the judged generations, none of them crowned, and their ids."""
    name = f"honest_{ground.table.name}_{generator}_{ground.seed}_{ground.source_rows}_{pool}"
    listed = workshop.folder / name / "generators.txt"
    if not workshop.is_finished(name):
        like = real_house(workshop, ground)
        with workshop.house(name, like, is_kept=True) as house:
            spec = ground.spec(workshop.source(like), generator)
            first = first_snapshot(house, spec)
            ids = [_generation(house, with_rows(spec, first), first, ground, index) for index in range(pool)]
            listed.write_text("\n".join(ids))
    return name, listed.read_text().split()


def _generation(house: House, spec: DatasetSpec, first: Snapshot, ground: Ground, index: int) -> str:
    """Fit on a fresh draw of rows that are not in the first anchor, judge by that anchor."""
    with house.ledger.transaction() as books:
        key = books.datasets.get(spec.dataset).anchor_key
    rows = ground.cut.train
    for column in first.schema.columns:  # a category that the first snapshot lacks would be another table
        if column.categories is not None:
            rows = rows[rows[column.name].isna() | rows[column.name].isin(column.categories)]
    apart = split(conform(rows, first.schema), first.schema, spec, key).train
    order = np.random.default_rng([ground.seed, 8, index]).permutation(len(apart))[: first.train_rows]
    snapshot = taken(house, spec, first, apart.iloc[order].reset_index(drop=True))
    generator_id = fit(house, spec, snapshot, spec.candidates[0])
    judge_candidate(house, spec, generator_id, first.snapshot_id)
    return generator_id
