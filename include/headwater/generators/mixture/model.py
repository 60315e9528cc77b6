"""A fitted table: its code and its classes, how rows come out of them, and how likely a row is.

Belongs here: sampling, conditional sampling and densities. Does not: learning (``fitting``) or the file (``storing``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from headwater.generators.base import Conditional
from headwater.generators.columns import decode, empty_table
from headwater.generators.conditions import Wanted
from headwater.generators.made import made_column
from headwater.generators.mixture.alias import AliasTables, alias_tables
from headwater.generators.mixture.bins import Cells
from headwater.generators.mixture.coding import TableCode

CHUNK_ROWS = 10_000
"""Rows drawn at once: what fits the processor's cache. Part of what decides the rows of a seed."""


@dataclass(frozen=True)
class Draws:
    """What a batch of rows is drawn from: the model, or the model under conditions.

    Attributes:
        classes: one table over the classes.
        joints: of each joint, one table for each class.
        cells: of each known column.
    """

    classes: AliasTables
    joints: list[AliasTables]
    cells: list[Cells]


@dataclass(frozen=True)
class TableModel:
    """What ``Mixture`` has learned.

    Attributes:
        code: of the table.
        shares: of the classes, float64, shape ``(classes,)``.
        probabilities: of each joint's codes in each class, float64, shape ``(codes, classes)`` each.
        smoothing: the factor that the probabilities were smoothed with, for a later refit.
        passes: over the rows that EM took.
    """

    code: TableCode
    shares: np.ndarray
    probabilities: list[np.ndarray]
    smoothing: float
    passes: int

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        """``n`` rows conforming to the schema."""
        return self._table(self._draws, n, seed)

    def sample_where(self, wanted: dict[int, Wanted], n: int, seed: int) -> Conditional:
        """``n`` rows that meet what is wanted of columns, by their positions in the schema; none if none can."""
        draws = self._given(wanted)
        if draws is None:
            return Conditional(self._table(self._draws, 0, seed), n)
        return Conditional(self._table(draws, n, seed), 0)

    def log_density(self, rows: pd.DataFrame) -> np.ndarray:
        """Of each conforming row, float64, shape ``(rows,)``."""
        with np.errstate(divide="ignore"):
            found = np.empty(len(rows))
            coded, logs = self.code.encode(rows, self.code.schema), [np.log(one) for one in self.probabilities]
            for begin in range(0, len(rows), CHUNK_ROWS):
                codes = coded[begin : begin + CHUNK_ROWS]
                joint = np.tile(np.log(self.shares), (len(codes), 1))
                for place, one in enumerate(logs):
                    joint += np.where(codes[:, place, None] >= 0, one[codes[:, place]], -np.inf)
                top = joint.max(axis=1, keepdims=True)
                top = np.where(np.isfinite(top), top, 0.0)
                found[begin : begin + CHUNK_ROWS] = np.log(np.exp(joint - top).sum(axis=1)) + top[:, 0]
        total: np.ndarray = found + self.code.log_within(rows)
        return total

    @cached_property
    def _draws(self) -> Draws:
        tables = [alias_tables(one) for one in self.probabilities]
        return Draws(alias_tables(self.shares[:, None]), tables, [cells for _, cells in self.code.known])

    @cached_property
    def _empty(self) -> pd.DataFrame:
        return empty_table(self.code.schema)

    def _given(self, wanted: dict[int, Wanted]) -> Draws | None:
        """The model under conditions, by Bayes' rule; None where they have no probability."""
        place_of = {position: place for place, (position, _) in enumerate(self.code.known)}
        # A column without any value meets only the wish that it be missing.
        if any(position not in place_of and not one.missing for position, one in wanted.items()):
            return None
        cells, joints = list(self._draws.cells), list(self._draws.joints)
        chances = [np.ones(joint.size) for joint in self.code.joints]
        for position, one in wanted.items():
            if position in place_of:
                place = place_of[position]
                index = next(at for at, joint in enumerate(self.code.joints) if place in joint.places)
                joint = self.code.joints[index]
                cells[place], chance = cells[place].given(one)
                chances[index] *= chance[joint.table[:, joint.places.index(place)]]
        likelihood = np.log(self.shares)
        for index, chance in enumerate(chances):
            if (chance < 1.0).any():
                met = self.probabilities[index] * chance[:, None]
                joints[index] = alias_tables(met)
                with np.errstate(divide="ignore"):
                    likelihood += np.log(met.sum(axis=0))
        top = likelihood.max()
        # Against the likeliest class, as many rare conditions together may be too small for a number.
        return Draws(alias_tables(np.exp(likelihood - top)[:, None]), joints, cells) if np.isfinite(top) else None

    def _table(self, draws: Draws, rows: int, seed: int) -> pd.DataFrame:
        """Rows as one conforming frame, with fresh ids and personal data."""
        if rows < 0:
            raise ValueError(f"cannot make {rows} rows; ask for 0 or more")
        numbers, missing = self._numbers(draws, rows, seed)
        place_of = {position: place for place, (position, _) in enumerate(self.code.known)}
        made: dict[str, pd.Series] = {}
        for position, column in enumerate(self.code.schema.columns):
            if not column.is_learned:
                made[column.name] = made_column(column, position, rows, seed)
                continue
            place, codec = place_of.get(position), self.code.codec_of(position)
            own = np.full(rows, -1, dtype=np.int32) if place is None else numbers[place]
            absent = None if place is None else missing.get(place)
            made[column.name] = decode(own, absent, column, codec, self._empty[column.name])
        names = pd.Index(self.code.schema.names, dtype=object)
        return pd.DataFrame(made, index=pd.RangeIndex(rows), columns=names, copy=False)

    def _numbers(self, draws: Draws, rows: int, seed: int) -> tuple[list[np.ndarray], dict[int, np.ndarray]]:
        """The numbers of each known column, and where values are missing of those that ever are."""
        rng = np.random.Generator(np.random.PCG64(seed))
        dtype_of = {"codes": np.int32, "lattice": np.int64, "real": np.float64}
        numbers = [np.empty(rows, dtype=dtype_of[self.code.codec_of(position).form]) for position, _ in self.code.known]
        missing: dict[int, np.ndarray] = {}
        for begin in range(0, rows, CHUNK_ROWS):
            part = slice(begin, min(begin + CHUNK_ROWS, rows))
            size = part.stop - begin
            nothing = np.zeros(size, dtype=np.int64)
            classes = draws.classes.draw(nothing, rng.random(size))
            for joint, table in zip(self.code.joints, draws.joints, strict=True):
                codes = table.draw(classes, rng.random(size))
                for at, place in enumerate(joint.places):
                    own = codes if len(joint.places) == 1 else joint.table[codes, at]
                    drawn, absent = draws.cells[place].draw(own, rng)
                    numbers[place][part] = drawn
                    if absent is not None:
                        missing.setdefault(place, np.zeros(rows, dtype=bool))[part] = absent
        return numbers, missing
