"""What a generator learns from: all real training rows, and beside them as many synthetic ones as the spec asks for.

Belongs here: choosing released batches, drawing from them, the depth of the mixture. Does not: fitting (``train.py``),
the policy's own limits (``spec/training.py``).
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from headwater.chain import keys
from headwater.chain.fitting import fits, is_one_table
from headwater.chain.house import GateClosedError, House
from headwater.checks.seeds import rng
from headwater.ledger.records import Batch, Snapshot
from headwater.sources.contamination.cells import Cells
from headwater.sources.contamination.fingerprints import fingerprints
from headwater.sources.contamination.membership import members
from headwater.spec import DatasetSpec
from headwater.tables.frames import conform, from_arrow
from headwater.tables.schema import TableSchema

log = logging.getLogger(__name__)

BATCHES_MAX = 60
"""Synthetic rows are drawn from at most so many batches, evenly over all that may be used."""
ROUNDING = 1e-9
NATURAL_REPEATS = 0.01
"""A table in which more of the real rows repeat another one has duplicates by nature, and keeps them."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """What a generator is to learn from. Without batches these are the snapshot's training rows.

    Attributes:
        batches: the released batches that synthetic rows are drawn from.
        wanted: how many of these rows are asked for.
    """

    batches: tuple[Batch, ...]
    wanted: int

    @property
    def ids(self) -> list[str]:
        """Ids of the batches; a generator's own id follows from them."""
        return [batch.batch_id for batch in self.batches]


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Rows to learn from, real ones first, and how far they are from real ones: mean, deepest, share of real rows."""

    frame: pd.DataFrame
    depth: float
    depth_max: float
    real_share: float


def plan_mixture(house: House, spec: DatasetSpec, snapshot: Snapshot) -> Mixture:
    """Choose the batches by the policy of the spec.

    Raises:
        GateClosedError: the rows would fall below the floor of real ones, leaked rows in the snapshot included.
    """
    policy, asked = spec.training, spec.training.synthetic_share
    wanted = math.floor(snapshot.train_rows * asked / (1 - asked) + ROUNDING)
    share = snapshot.real_share * snapshot.train_rows / (snapshot.train_rows + wanted)
    if share < policy.real_share_min - ROUNDING:
        raise GateClosedError(
            f"{spec.dataset} would learn from {share:.1%} real rows, below training.real_share_min "
            f"({policy.real_share_min:.1%}): {snapshot.train_rows:,} rows, of which about "
            f"{1 - snapshot.real_share:.1%} came back from Headwater, and {wanted:,} synthetic ones. Nothing was "
            "trained. Cure: lower training.synthetic_share, or take synthetic rows out of the source"
        )
    if not wanted:
        return Mixture((), 0)
    with house.ledger.transaction() as books:
        released = [one for one in books.batches.ever_released(spec.dataset) if one.status == "released"]
        schemas = {one.generator_id: books.snapshots.of_generator(one.generator_id).schema for one in released}
    usable = [
        one
        for one in released
        if one.depth_max <= policy.max_depth and is_one_table(schemas[one.generator_id], snapshot.schema)
    ]
    if not policy.accumulate:
        usable = usable[-1:]
    if not usable:
        log.warning(
            "%s has no released batch of depth %d or less, and of the source's columns and types, to learn from",
            spec.dataset,
            policy.max_depth,
        )
        return Mixture((), 0)
    places = np.unique(np.linspace(0, len(usable) - 1, min(BATCHES_MAX, len(usable))).round().astype(int))
    return Mixture(tuple(usable[place] for place in places), wanted)


def mix(house: House, spec: DatasetSpec, snapshot: Snapshot, mixture: Mixture) -> TrainingRows:
    """Read the rows. The same snapshot, batches and seed give the same rows."""
    real = from_arrow(house.store.read_table(snapshot.train_key, sha256=snapshot.train_sha256), snapshot.schema)
    if not mixture.batches:
        return TrainingRows(real, snapshot.depth, snapshot.depth_max, snapshot.real_share)
    parts, depths = [], []
    for batch, count in zip(mixture.batches, _shares(mixture), strict=True):
        rows = _drawn(house, spec, batch, snapshot.schema, count)
        parts.append(rows)
        depths.append(np.full(len(rows), batch.depth))
    made, depth = pd.concat(parts, ignore_index=True), np.concatenate(depths)
    kept = np.flatnonzero(_new_rows(real, made, snapshot.schema))
    if len(kept) < mixture.wanted:
        said = "%s learns from %d synthetic rows, not %d: among the rows drawn no more fit, are new and differ"
        log.warning(said, spec.dataset, len(kept), mixture.wanted)
    kept = np.sort(rng(spec.seed, "mixture", snapshot.snapshot_id).permutation(kept)[: mixture.wanted])
    frame = conform(pd.concat([real, made.iloc[kept]], ignore_index=True), snapshot.schema)
    used = {mixture.batches[place].depth_max for place in range(len(parts))} if len(kept) else set()
    return TrainingRows(
        frame=frame,
        depth=(snapshot.depth * len(real) + float(depth[kept].sum())) / len(frame),
        depth_max=max({snapshot.depth_max} | used),
        real_share=snapshot.real_share * len(real) / len(frame),
    )


def _shares(mixture: Mixture) -> list[int]:
    """Rows to draw from each batch: evenly, more where others are small, and twice as many as wanted.

    Half of them may then equal others, or not fit; what is too much is left out again evenly.
    """
    shares, left = [0] * len(mixture.batches), 2 * mixture.wanted
    by_size = sorted(range(len(shares)), key=lambda place: mixture.batches[place].rows)
    for done, place in enumerate(by_size):
        shares[place] = min(mixture.batches[place].rows, -(-left // (len(shares) - done)))
        left -= shares[place]
    return shares


def _drawn(house: House, spec: DatasetSpec, batch: Batch, schema: TableSchema, count: int) -> pd.DataFrame:
    """Rows of a batch at random, as many as asked; those that the source could not have today are left out.

    Raises:
        ArtifactError: a file is missing, or is not the one that was released.
    """
    with house.ledger.transaction() as books:
        own, shards = books.snapshots.of_generator(batch.generator_id).schema, books.batches.shards(batch.batch_id)
    places = [(keys.part(batch.location or "", index), shard.sha256) for index, shard in enumerate(shards)]
    table = pa.concat_tables([house.store.read_table(key, sha256=sha256) for key, sha256 in places])
    picked = rng(spec.seed, "mixture", batch.batch_id).permutation(table.num_rows)[:count]
    rows = from_arrow(table.take(pa.array(np.sort(picked))), own)
    return conform(rows[fits(rows, schema, spec)], schema)


def _new_rows(real: pd.DataFrame, made: pd.DataFrame, schema: TableSchema) -> NDArray[np.bool_]:
    """Which synthetic rows equal neither a real row nor an earlier synthetic one; all, where real rows repeat too."""
    names = [column.name for column in schema.learned]
    ours, theirs = (Cells.of(fingerprints(frame, schema), names).whole for frame in (real, made))
    if 1 - len(np.unique(ours)) / len(ours) > NATURAL_REPEATS:
        return np.ones(len(made), dtype=bool)
    is_first = np.zeros(len(theirs), dtype=bool)
    is_first[np.unique(theirs, return_index=True)[1]] = True
    return is_first & ~members(theirs, ours)
