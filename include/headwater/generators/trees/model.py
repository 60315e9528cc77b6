"""A fitted table: its columns' models in the order of the draws, and how rows come out of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from headwater.generators.base import Conditional, Conditions
from headwater.generators.columns import Codec, decode, empty_table
from headwater.generators.conditions import Wanted, wanted
from headwater.generators.made import made_column
from headwater.generators.trees.draft import Draft
from headwater.generators.trees.models import ColumnModel
from headwater.tables.schema import TableSchema

CHUNK_ROWS = 10_000
"""Rows drawn at once: what fits the processor's cache. Part of what decides the rows of a seed."""

_CANDIDATES_A_ROW = 200
_CANDIDATES_MORE = 800_000


@dataclass(frozen=True)
class TableModel:
    """What ``Trees`` has learned.

    Attributes:
        schema: of the table.
        codecs: of every learned column, in the order of the schema.
        drawn: the position in the schema of each model's column.
        models: in the order of the draws; model ``i`` fills slot ``i``.
    """

    schema: TableSchema
    codecs: list[Codec]
    drawn: list[int]
    models: list[ColumnModel]

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        """``n`` rows conforming to the schema."""
        _check_count(n)
        rng = np.random.Generator(np.random.PCG64(seed))
        drafts = []
        for start in range(0, n, CHUNK_ROWS):
            draft = Draft(min(CHUNK_ROWS, n - start), len(self.models))
            self._complete(draft, 0, rng)
            drafts.append(draft)
        return self._table(drafts, n, seed)

    def where(self, conditions: Conditions, n: int, seed: int) -> Conditional:
        """Up to ``n`` rows that meet the conditions.

        Raises:
            ValueError: a condition names an unknown or unlearned column, or a category that does not exist.
        """
        return self._search(wanted(conditions, self.schema, {codec.position: codec for codec in self.codecs}), n, seed)

    def _search(self, asked: dict[int, Wanted], n: int, seed: int) -> Conditional:
        """Up to ``n`` rows that meet what is wanted of columns, by their positions in the schema."""
        _check_count(n)
        rng = np.random.Generator(np.random.PCG64(seed))
        slots = {self.drawn.index(position): one for position, one in asked.items() if position in self.drawn}
        # A column without any value meets only the wish that it be missing.
        void = [one for position, one in asked.items() if position not in self.drawn and not one.missing]
        last = max(slots, default=-1) + 1
        drafts: list[Draft] = []
        found, left = 0, 0 if void else _CANDIDATES_A_ROW * n + _CANDIDATES_MORE
        while found < n and left > 0:
            draft = Draft(min(CHUNK_ROWS, left), len(self.models))
            left -= draft.rows
            draft = self._candidates(draft, last, slots, rng)
            draft = draft.take(np.arange(min(draft.rows, n - found)))
            self._complete(draft, last, rng)
            found += draft.rows
            drafts.append(draft)
        return Conditional(self._table(drafts, found, seed), n - found)

    def _candidates(self, draft: Draft, last: int, slots: dict[int, Wanted], rng: np.random.Generator) -> Draft:
        """The rows of a fresh draft that meet the conditions, filled up to the last conditioned column."""
        for slot in range(last):
            if slot not in slots:
                self.models[slot].draw(draft, rng)
                continue
            keep = self.models[slot].force(draft, rng, slots[slot])
            held = slots[slot].holds(draft.numbers[slot], draft.missing.get(slot))
            draft = draft.take((rng.random(draft.rows) < keep) & held)
        return draft

    def _complete(self, draft: Draft, first: int, rng: np.random.Generator) -> None:
        for model in self.models[first:]:
            model.draw(draft, rng)

    def _table(self, drafts: list[Draft], rows: int, seed: int) -> pd.DataFrame:
        """The drafts as one conforming frame, with fresh ids and personal data."""
        slot_of = {position: slot for slot, position in enumerate(self.drawn)}
        codec_of = {codec.position: codec for codec in self.codecs}
        made: dict[str, pd.Series] = {}
        for position, column in enumerate(self.schema.columns):
            if not column.is_learned:
                made[column.name] = made_column(column, position, rows, seed)
                continue
            codec, slot = codec_of[position], slot_of.get(position)
            if slot is None:
                numbers, missing = np.full(rows, -1, dtype=np.int32), None
            else:
                numbers, missing = _numbers(drafts, slot), _missing(drafts, slot)
            made[column.name] = decode(numbers, missing, column, codec, self._empty[column.name])
        names = pd.Index(self.schema.names, dtype=object)
        return pd.DataFrame(made, index=pd.RangeIndex(rows), columns=names, copy=False)

    @cached_property
    def _empty(self) -> pd.DataFrame:
        return empty_table(self.schema)


def _numbers(drafts: list[Draft], slot: int) -> np.ndarray:
    return np.concatenate([draft.numbers[slot] for draft in drafts]) if drafts else np.zeros(0, dtype=np.int64)


def _missing(drafts: list[Draft], slot: int) -> np.ndarray | None:
    if not any(slot in draft.missing for draft in drafts):
        return None
    return np.concatenate([draft.missing.get(slot, np.zeros(draft.rows, dtype=bool)) for draft in drafts])


def _check_count(n: int) -> None:
    if n < 0:
        raise ValueError(f"cannot make {n} rows; ask for 0 or more")
