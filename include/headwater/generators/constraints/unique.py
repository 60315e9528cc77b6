"""Unique keys over all rows of a batch, though its blocks are made apart: which rows repeat one, what replaces them.

The keys of the *whole* batch decide, so every shard draws all blocks (not only its own) and comes to the same answer,
whatever the number of shards. The first row of a key stays; the others are replaced by further rows of the member whose
keys are free: no row but a repeated one changes. If a bounded number of candidates does not give enough, free keys are
put into the rows that are left (``filling``).

Keys are compared by 64-bit digests. Two keys that share one by chance count as equal, which costs a draw and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from headwater.generators.constraints.redraw import Draw, bound, round_seed, round_size
from headwater.generators.table_codec import Cells, TableCodec
from headwater.spec.constraints import Unique

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Keys:
    """The keys of some rows, one line a unique constraint.

    Attributes:
        digests: uint64, shape ``(constraints, rows)``.
        present: bool, same shape: rows without any missing value in the key; others are not compared.
    """

    digests: np.ndarray
    present: np.ndarray

    def repeats(self) -> np.ndarray:
        """Rows that have a key of an earlier row: bool, shape ``(rows,)``."""
        repeated = np.zeros(self.digests.shape[1], dtype=bool)
        for digests, present in zip(self.digests, self.present, strict=True):
            places = np.flatnonzero(present)
            _, first = np.unique(digests[places], return_index=True)
            later = np.ones(len(places), dtype=bool)
            later[first] = False
            repeated[places[later]] = True
        return repeated

    def within(self, taken: Sequence[np.ndarray]) -> np.ndarray:
        """Rows whose key is among those taken (a digest array a constraint): bool, shape ``(rows,)``."""
        lines = zip(self.digests, self.present, taken, strict=True)
        met = [np.isin(digests, keys) & present for digests, present, keys in lines]
        return np.any(met, axis=0) if met else np.zeros(self.digests.shape[1], dtype=bool)

    def of(self, rows: np.ndarray) -> Keys:
        """The keys of the given rows (indices or a bool mask)."""
        return Keys(self.digests[:, rows], self.present[:, rows])

    def added(self, taken: Sequence[np.ndarray]) -> list[np.ndarray]:
        """``taken`` and these keys."""
        lines = zip(self.digests, self.present, taken, strict=True)
        return [np.concatenate([keys, digests[present]]) for digests, present, keys in lines]

    @classmethod
    def joined(cls, parts: Sequence[Keys]) -> Keys:
        """The keys of several tables, one after another."""
        return cls(np.hstack([one.digests for one in parts]), np.hstack([one.present for one in parts]))


def keys_of(constraints: Sequence[Unique], rows: pd.DataFrame, table: TableCodec) -> Keys:
    """The keys of rows of the learned columns."""
    digests = np.zeros((len(constraints), len(rows)), dtype=np.uint64)
    present = np.ones(digests.shape, dtype=bool)
    names = {name for constraint in constraints for name in constraint.columns}
    cells = TableCodec(table.schema, {name: table.codecs[name] for name in names}).encode(rows)
    for line, constraint in enumerate(constraints):
        digests[line], present[line] = digest([cells[name] for name in constraint.columns])
    return Keys(digests, present)


def digest(cells: Sequence[Cells]) -> tuple[np.ndarray, np.ndarray]:
    """A digest of each row of some columns' cells (uint64), and where none of them is missing (bool)."""
    digests = np.zeros(len(cells[0].numbers), dtype=np.uint64)
    present = np.ones(len(digests), dtype=bool)
    for numbers, missing in cells:
        present &= ~missing
        # Adding 0 makes one zero of the two that float64 has.
        whole = numbers + 0.0 if numbers.dtype.kind == "f" else numbers.astype(np.int64)
        digests = _mix(digests ^ _mix(whole.view(np.uint64)))
    return digests, present


@dataclass(frozen=True)
class Swap:
    """Which rows of a batch are replaced.

    Attributes:
        places: int64, ascending: their places in the batch, from 0.
        rows: what replaces them, in the same order.
    """

    places: np.ndarray
    rows: pd.DataFrame

    def part(self, start: int, rows: int) -> tuple[np.ndarray, pd.DataFrame]:
        """Places (from ``start``) and replacements of the run of ``rows`` rows that begins at ``start``."""
        first, last = np.searchsorted(self.places, [start, start + rows])
        return self.places[first:last] - start, self.rows.iloc[first:last]


def search(
    keys: Keys, draw: Draw, keys_of_rows: Callable[[pd.DataFrame], Keys], seed: int
) -> tuple[Swap, list[np.ndarray]]:
    """Replacements for rows that repeat a key; perhaps fewer than places. And all keys taken, a constraint each.

    Args:
        keys: of the whole batch.
        draw: rows that keep all other constraints.
        keys_of_rows: see :func:`keys_of`.
        seed: of the batch.
    """
    repeated = keys.repeats()
    places = np.flatnonzero(repeated)
    taken = keys.of(~repeated).added([np.zeros(0, dtype=np.uint64)] * len(keys.digests))
    found = [draw(0, seed)]
    lacking, left, index, seen, good = len(places), bound(len(places)), 0, 0, 0
    while lacking and left > 0:
        candidates = draw(round_size(lacking, seen, good, left), round_seed(seed, 2, index))
        index, left, seen = index + 1, left - len(candidates), seen + len(candidates)
        own = keys_of_rows(candidates)
        fresh = np.flatnonzero(~own.repeats() & ~own.within(taken))
        good += len(fresh)
        fresh = fresh[:lacking]
        taken = own.of(fresh).added(taken)
        found.append(candidates.iloc[fresh])
        lacking -= len(fresh)
    rows = pd.concat([part for part in found if len(part)] or found, ignore_index=True)
    return Swap(places, rows), taken


def _mix(bits: np.ndarray) -> np.ndarray:
    """Each number stirred (the finaliser of SplitMix64, Steele, Lea and Flood 2014): uint64 to uint64, one to one."""
    mixed = bits + _GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    stirred: np.ndarray = mixed ^ (mixed >> np.uint64(31))
    return stirred
