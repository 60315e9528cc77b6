"""Members that make rows as one: by weight, thinned by a density ratio where there is one. Learns nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from headwater.generators.base import Conditional, Conditions, Generator
from headwater.generators.ensemble.reweighting import Reweighting
from headwater.generators.table_codec import Cells, TableCodec

CHUNK_ROWS = 50_000
"""Most candidates drawn at once. Part of what decides the rows of a seed."""

_SPARE_ROWS = 100

Table = dict[str, Cells]


@dataclass(frozen=True)
class Blend:
    """Fitted members and their weights.

    Attributes:
        codec: of the table.
        members: fitted, at least one.
        weights: float64, shape ``(members,)``, above 0, summing to 1.
        reweighting: None where rows are kept as they come.
    """

    codec: TableCodec
    members: Sequence[Generator]
    weights: np.ndarray
    reweighting: Reweighting | None

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        """``n`` rows conforming to the schema."""
        if self._is_plain:
            return self.members[0].sample(n, seed)
        rng = np.random.Generator(np.random.PCG64(seed))
        parts, found = [self._drawn(0, rng)], 0
        while found < n:
            cells = self._drawn(self._candidates(n - found), rng)
            if self.reweighting is not None:
                cells = _take(cells, self.reweighting.keeps(self.reweighting.ratio(cells), rng))
            parts.append(_take(cells, np.arange(min(_rows(cells), n - found))))
            found += _rows(parts[-1])
        return self.codec.decode(_joined(parts), n, seed)

    def sample_where(self, conditions: Conditions, n: int, seed: int) -> Conditional:
        """Up to ``n`` rows that meet ``conditions``; each member is asked at most twice."""
        self.codec.wanted(conditions)
        if self._is_plain:
            return self.members[0].sample_where(conditions, n, seed)
        rng = np.random.Generator(np.random.PCG64(seed))
        cells = self._met(conditions, math.ceil(n * self._bound), rng)
        if self.reweighting is not None:
            cells = _take(cells, self.reweighting.choose(self.reweighting.ratio(cells), n, rng))
        found = min(_rows(cells), n)
        return Conditional(self.codec.decode(_take(cells, np.arange(found)), found, seed), n - found)

    @property
    def _is_plain(self) -> bool:
        return len(self.members) == 1 and self.reweighting is None

    @property
    def _bound(self) -> float:
        return 1.0 if self.reweighting is None else self.reweighting.bound

    def _candidates(self, rows: int) -> int:
        """How many to draw for ``rows`` rows that are kept: about as many as are likely to do."""
        spare = 0 if self.reweighting is None else _SPARE_ROWS
        return min(math.ceil(rows * self._bound) + spare, CHUNK_ROWS)

    def _drawn(self, rows: int, rng: np.random.Generator) -> Table:
        """Rows of the mixture in random order, without ids and personal data."""
        counts, seeds = rng.multinomial(rows, self.weights).tolist(), _seeds(rng, len(self.members))
        made = [member.sample(count, seed) for member, count, seed in zip(self.members, counts, seeds, strict=True)]
        return _take(_joined([self.codec.encode(part) for part in made]), rng.permutation(rows))

    def _met(self, conditions: Conditions, rows: int, rng: np.random.Generator) -> Table:
        """Up to ``rows`` rows that meet the conditions, in random order. What one member lacks the others may find."""
        counts, parts, lacking = rng.multinomial(rows, self.weights).tolist(), [], 0
        able = []
        for member, count, seed in zip(self.members, counts, _seeds(rng, len(self.members)), strict=True):
            found = member.sample_where(conditions, count, seed)
            parts.append(self.codec.encode(found.rows))
            lacking += found.missing
            able += [] if found.missing else [member]
        for member, seed in zip(able, _seeds(rng, len(able)), strict=True):
            found = member.sample_where(conditions, lacking, seed)
            parts.append(self.codec.encode(found.rows))
            lacking = found.missing
        cells = _joined(parts)
        return _take(cells, rng.permutation(_rows(cells)))


def _seeds(rng: np.random.Generator, count: int) -> list[int]:
    seeds: list[int] = rng.integers(0, 2**63, count, dtype=np.int64, endpoint=False).tolist()
    return seeds


def _rows(cells: Table) -> int:
    return len(next(iter(cells.values())).missing)


def _take(cells: Table, rows: np.ndarray) -> Table:
    return {name: one.take(rows) for name, one in cells.items()}


def _joined(parts: list[Table]) -> Table:
    joined = {}
    for name in parts[0]:
        numbers, missing = zip(*(part[name] for part in parts), strict=True)
        joined[name] = Cells(np.concatenate(numbers), np.concatenate(missing))
    return joined
