"""Trials: rows that a generator makes to be judged only, never to be released.

Belongs here: their seeds, and rows of an earlier table brought into that of today. Does not: judging them
(``judge.py``, ``trial_nights.py``), what they show on an anchor (``sides.py``).

A category of one row in ten thousand leaves the source from one week to the next. A rival that learned it still makes
it now and then; such rows are made again, so that it is held to what the table can have today.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import pandas as pd

from headwater.chain.baselines import TRIAL_DATE
from headwater.chain.fitting import storable
from headwater.chain.house import House
from headwater.chain.models import load_model
from headwater.generators.base import Generator as Model
from headwater.generators.seeding import block_seed
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec
from headwater.tables.frames import conform
from headwater.tables.schema import TableSchema

STRANGE_MAX = 0.5
"""Rows of a rival that the table cannot hold today, as a part of those it makes. Without them it is compared by its
best side, which keeps a challenger out rather than in; beyond this they are most of what it knows."""
_SPARE_BLOCKS = 10_000
"""Seeds of rows that take the place of others: so far from the seeds of the block, once for each turn."""
_SPARE_ROWS = 20
"""Made beyond those that are wanted, so that few turns are needed."""


class MisfitError(RuntimeError):
    """The generator makes a table of another shape than the snapshot's, so the two cannot be compared."""


class StrangeError(MisfitError):
    """Too many of its rows hold values that the table cannot have today, such as categories that are gone."""


def trials(
    house: House,
    spec: DatasetSpec,
    generator: Generator,
    schema: TableSchema,
    *,
    rows: int,
    blocks: Sequence[int],
    strange_max: float = 0.0,
) -> Iterator[pd.DataFrame]:
    """Samples of ``rows`` rows that the generator makes to be judged only, one a block; they conform to ``schema``.

    Args:
        house: ledger and store.
        spec: the dataset, with the seed.
        generator: who makes them.
        schema: of the table today.
        rows: of each sample.
        blocks: of the trial's seeds.
        strange_max: which part of all that it makes may hold values that ``schema`` has no place for; other rows are
            made instead of those.

    Raises:
        MisfitError: the generator learned from a table with other columns or types.
        StrangeError: it makes more such rows.
    """
    draws = _Draws(load_model(house, generator), generator, spec, schema, strange_max, rows * len(blocks))
    for block in blocks:
        kept, lacking = draws.of(rows, block)
        parts = [kept]
        for turn in count(1):
            if not lacking:
                break
            more, _ = draws.of(min(rows, 2 * lacking + _SPARE_ROWS), block + turn * _SPARE_BLOCKS)
            parts.append(more.head(lacking))
            lacking -= len(parts[-1])
        yield kept if len(parts) == 1 else conform(pd.concat(parts, ignore_index=True), schema)


@dataclass
class _Draws:
    """A generator's rows, and how many of them the table cannot hold today; ``planned`` are made at least."""

    model: Model
    generator: Generator
    spec: DatasetSpec
    schema: TableSchema
    strange_max: float
    planned: int
    made: int = 0
    strange: int = 0

    def of(self, rows: int, block: int) -> tuple[pd.DataFrame, int]:
        """Rows of one seed that conform to the schema, and how many did not."""
        label = self.generator.label
        seed = block_seed(self.spec.dataset, TRIAL_DATE, self.generator.generator_id, self.spec.seed, block)
        sample = self.model.sample(rows, seed)
        if not len(sample):
            raise MisfitError(f"{label} makes no rows")
        try:
            kept = conform(sample.loc[storable(sample, self.schema), self.schema.names], self.schema)
        except (KeyError, ValueError) as error:
            raise MisfitError(f"{label} learned from a table of another shape: {error}") from error
        others = len(sample) - len(kept)
        self.made, self.strange = self.made + len(sample), self.strange + others
        if self.strange > self.strange_max * max(self.made, self.planned):
            raise StrangeError(
                f"{self.strange:,} of {self.made:,} rows that {label} made hold values that the table cannot have "
                "today, such as categories that are gone"
            )
        return kept, others
