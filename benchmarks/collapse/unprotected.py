"""A chain that nobody protects: each generation is fitted, crowned and made to produce, whatever it is like.

Belongs here: generations without gates. Does not: what they learn from (``regimes.py``).

Fitting, judging, producing and watching are the chain's own stages. What the bench does by hand is what a careless
house would do: it takes synthetic rows for a snapshot of real ones, and crowns whoever was trained last. The anchor is
that of the first real snapshot, of which no generation ever learned. Generations are judged and watched until the first
alarm, ten of them at most: nobody does anything about it, and both are most of what a generation costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from benchmarks.collapse.alarm import told
from benchmarks.collapse.beginning import Cell, at, first_snapshot, made, real_house, rows_of, with_rows
from benchmarks.collapse.figures import figures
from benchmarks.collapse.ground import Ground
from benchmarks.collapse.regimes import SYNTHETIC_ONLY, WATCHED, Lesson, lesson
from benchmarks.collapse.workshop import Workshop
from headwater.chain import identity, keys
from headwater.chain.attempts import Mending
from headwater.chain.house import House
from headwater.chain.mending import attempts
from headwater.chain.train import fit, judge_candidate
from headwater.chain.watch import watch
from headwater.ledger.records import Snapshot
from headwater.spec import DatasetSpec
from headwater.tables.frames import conform, from_arrow, to_arrow
from headwater.tables.hashing import block_hash, content_hash

Row = dict[str, Any]


def unprotected(workshop: Workshop, ground: Ground, cell: Cell, generations: int) -> Iterator[Row]:
    """The rows of one chain, a generation each."""
    like = real_house(workshop, ground)
    with workshop.house(cell.name, like) as opened:
        spec = ground.spec(workshop.source(like), cell.generator)
        first = first_snapshot(opened, spec)
        spec = with_rows(spec, first)
        real = from_arrow(opened.store.read_table(first.train_key, sha256=first.train_sha256), first.schema)
        batches: list[pd.DataFrame] = []
        learned, snapshot, is_watched = Lesson(real, len(real)), first, True
        for generation in range(1, generations + 1):
            house = at(opened, generation)
            if generation > 1:
                learned = lesson(cell.regime, real, batches, 1_000 * cell.seed + generation)
                snapshot = taken(house, spec, first, learned.rows)
            score = crowned(house, spec, first, snapshot, is_judged=is_watched)
            batch_id = made(house, spec, generation)
            if cell.regime == SYNTHETIC_ONLY:
                batch_id = mended(house, spec, batch_id)
            batches.append(rows_of(house, batch_id))
            watched = watch(house, spec) if is_watched else None
            is_watched = watched is not None and not watched.raised and generation < WATCHED
            yield {
                "generation": generation,
                **figures(ground, conform(batches[-1], ground.table.schema)),
                "train_rows": len(learned.rows),
                "real_share": learned.real_share,
                "score": score,
                **told(house, spec, watched),
                "retrained": True,
                "released": None,
                "note": "",
            }


def taken(house: House, spec: DatasetSpec, first: Snapshot, rows: pd.DataFrame) -> Snapshot:
    """A snapshot of these training rows with anchor and frozen profile of the first one. It passes for real."""
    table = to_arrow(conform(rows, first.schema), first.schema)
    content = content_hash([first.content_hash, block_hash(table)])
    snapshot_id = identity.snapshot_id(spec.dataset, content, first.schema)
    key = keys.snapshot(spec.dataset, snapshot_id, "train")
    artifact = house.store.write_table(key, table)
    changes: Row = {
        "snapshot_id": snapshot_id,
        "content_hash": content,
        "rows": len(rows) + first.anchor_rows,
        "train_rows": len(rows),
        "train_key": key,
        "train_sha256": artifact.sha256,
        "taken_at": datetime.now(UTC),
    }
    snapshot = replace(first, **changes)
    with house.ledger.transaction() as books:
        frozen = books.snapshots.profile(first.snapshot_id)
        assert frozen is not None
        books.snapshots.record(snapshot)
        books.snapshots.record_profile(snapshot_id, frozen.facts)
    return snapshot


def mended(house: House, spec: DatasetSpec, batch_id: str) -> str:
    """The batch repaired towards the frozen profile of generation 1, as far as the spec lets it; its id.

    The steps are those of the chain's ``repair``, taken whatever a verdict says: where no real row is learned from,
    every batch drifts, and is mended.
    """
    with house.ledger.transaction() as books:
        batch = books.batches.get(batch_id)
    alone = spec.model_copy(update={"repair": spec.repair.model_copy(update={"previous_champion": False})})
    for mending in attempts(house, alone, batch):
        if isinstance(mending, Mending):
            batch_id = mending.attempt.repaired_batch_id
    return batch_id


def crowned(
    house: House, spec: DatasetSpec, first: Snapshot, snapshot: Snapshot, *, is_judged: bool = True
) -> float | None:
    """Fit on the snapshot, judge by the first real anchor where that is asked for, crown in any case; the score."""
    generator_id = fit(house, spec, snapshot, spec.candidates[0])
    if is_judged:
        judge_candidate(house, spec, generator_id, first.snapshot_id)
    with house.ledger.transaction() as books:
        books.generators.promote(spec.dataset, generator_id, datetime.now(UTC))
        return books.generators.get(generator_id).score
