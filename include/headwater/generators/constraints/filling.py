"""The last resort of a unique constraint: free keys put into rows that drawing gave no free key. Bounded.

Where the possible keys can be counted through, all free ones are tried in a seeded order; else the key's finest
number is moved by ever larger steps. Rows keep their other columns, and must keep every other constraint.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from headwater.generators.constraints.free_keys import ENUMERATED_MAX, Axis, all_keys, possible, put, too_few
from headwater.generators.constraints.gaps import reflect
from headwater.generators.constraints.layout import Layout
from headwater.generators.constraints.redraw import replaced
from headwater.generators.constraints.unique import digest, keys_of
from headwater.generators.table_codec import Cells
from headwater.spec.constraints import Unique

_PASSES = 20
_MOVES = 40


@dataclass(frozen=True)
class Filling:
    """What is known of the keys of one unique constraint, when rows are lacking.

    Attributes:
        constraint: the only unique one of the table.
        axes: of its key.
        layout: of the table.
        keep: which rows keep all other constraints.
        seed: decides the order of the free keys.
    """

    constraint: Unique
    axes: list[Axis]
    layout: Layout
    keep: Callable[[pd.DataFrame], np.ndarray]
    seed: int

    def fill(self, rows: pd.DataFrame, taken: np.ndarray, wanted: int) -> pd.DataFrame:
        """``rows`` with free keys.

        Args:
            rows: of the learned columns; they keep all other constraints.
            taken: digests of the keys in use.
            wanted: rows of the batch, for the message.

        Raises:
            ConstraintError: there are no free keys, or none that keep the other constraints.
        """
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, 3])))
        by_order = possible(self.axes) <= ENUMERATED_MAX
        found = self._in_order(rows, taken, rng) if by_order else self._moved(rows, taken, rng)
        if found is None:
            raise too_few(self.constraint, possible(self.axes), wanted)
        return found

    def _in_order(self, rows: pd.DataFrame, taken: np.ndarray, rng: np.random.Generator) -> pd.DataFrame | None:
        cells = all_keys(self.axes, self.layout)
        codecs = self.layout.table.codecs
        digests, present = digest([cells[codecs[name].position] for name in self.constraint.columns])
        _, first = np.unique(digests, return_index=True)
        free = rng.permutation(first[present[first] & ~np.isin(digests[first], taken)])
        left = np.arange(len(rows))
        for _ in range(_PASSES):
            tried, free = free[: len(left)], free[len(left) :]
            part = left[: len(tried)]
            changed = put(
                rows.iloc[part].reset_index(drop=True), {p: one.take(tried) for p, one in cells.items()}, self.layout
            )
            kept = self.keep(changed)
            rows = replaced(rows, part[kept], changed[kept])
            left = np.concatenate([part[~kept], left[len(tried) :]])
            if not len(left):
                return rows
            # A key that did not suit one row may suit another.
            free = np.concatenate([free, tried[~kept]])
        return None

    def _moved(self, rows: pd.DataFrame, taken: np.ndarray, rng: np.random.Generator) -> pd.DataFrame | None:
        ranges = [axis for axis in self.axes if axis.values is not None and len(axis.values) == 1]
        if not ranges:
            return None
        position = max(ranges, key=lambda axis: axis.size).positions[0]
        codec = self.layout.codecs[position]
        name = self.layout.table.schema.columns[position].name
        numbers = self.layout.table.encode(rows)[name].numbers
        left = np.arange(len(rows))
        for move in range(_MOVES):
            reach = min(2 ** (2 + move), int(codec.high) - int(codec.low) + 1)
            steps = rng.integers(-reach, reach, len(left), endpoint=True)
            low, high = np.int64(codec.low), np.int64(codec.high)
            moved = reflect(numbers[left] + steps, np.full(len(left), low), np.full(len(left), high))
            part = rows.iloc[left].reset_index(drop=True)
            changed = put(part, {position: Cells(moved, np.zeros(len(left), dtype=bool))}, self.layout)
            keys = keys_of([self.constraint], changed, self.layout.table)
            good = self.keep(changed) & ~keys.repeats() & ~keys.within([taken])
            rows = replaced(rows, left[good], changed[good])
            (taken,) = keys.of(good).added([taken])
            left = left[~good]
            if not len(left):
                return rows
        return None
