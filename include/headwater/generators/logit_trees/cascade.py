"""A whole table as a cascade of steps over the codes of ``mixture.coding``: fitted on real rows, drawn from.

Belongs here: the order of the variables, rare codes, rows from codes. Does not: the law of one code (``steps``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from headwater.generators.columns import decode, empty_table
from headwater.generators.logit_trees.steps import Given, Plan, Step, Variable, fit_step
from headwater.generators.mixture.bins import Bins
from headwater.generators.mixture.coding import TableCode
from headwater.generators.trees.order import entropy

CODES_MAX = 100
"""Codes of a variable beyond this many, by frequency, are learned as one and drawn apart by their shares."""

FIT_ROWS = 60_000
"""Rows that the regressions learn from: a random part of a larger table."""

_CHUNK_ROWS = 10_000


@dataclass(frozen=True)
class Rare:
    """The codes of a variable that are learned by themselves, and the others.

    Attributes:
        group: int64, shape ``(codes,)``: of each code.
        members: of each group, its codes and their cumulated shares.
    """

    group: np.ndarray
    members: list[tuple[np.ndarray, np.ndarray]]

    def apart(self, groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A code for each group."""
        codes = np.array([members[0] for members, _ in self.members])[groups]
        last = len(self.members) - 1
        members, upto = self.members[last]
        if len(members) > 1:
            rows = np.flatnonzero(groups == last)
            # Systematic sampling: as many of each as its share says, give or take one.
            even = (rng.permutation(len(rows)) + rng.random()) / max(len(rows), 1)
            codes[rows] = members[np.searchsorted(upto, even, side="right").clip(max=len(members) - 1)]
        return codes


@dataclass(frozen=True)
class Cascade:
    """A fitted table.

    Attributes:
        code: how rows become codes.
        order: the joints of the code in the order of the draws.
        rare: of each joint in that order.
        steps: of each joint in that order.
    """

    code: TableCode
    order: list[int]
    rare: list[Rare]
    steps: list[Step]

    def draw(self, rows: int, seed: int) -> pd.DataFrame:
        """``rows`` rows of the learned columns, each conforming to its column's schema."""
        rng = np.random.Generator(np.random.PCG64(seed))
        parts = [self._part(min(_CHUNK_ROWS, rows - start), rng) for start in range(0, rows, _CHUNK_ROWS)]
        return pd.concat(parts, ignore_index=True)

    def _part(self, rows: int, rng: np.random.Generator) -> pd.DataFrame:
        groups = np.empty((rows, len(self.order)), dtype=np.int64)
        values: dict[int, tuple[np.ndarray, np.ndarray | None]] = {}
        for place, joint_place in enumerate(self.order):
            groups[:, place] = self.steps[place].draw(groups[:, :place], rng)
            joint = self.code.joints[joint_place]
            own = joint.table[self.rare[place].apart(groups[:, place], rng)]
            for at, known in enumerate(joint.places):
                position, cells = self.code.known[known]
                values[position] = cells.draw(own[:, at], rng)
        schema = self.code.schema
        made: dict[str, pd.Series] = {}
        for codec in self.code.codecs:
            column = schema.columns[codec.position]
            numbers, missing = values.get(codec.position, (np.full(rows, -1, dtype=np.int32), None))
            made[column.name] = decode(numbers, missing, column, codec, self._empty[column.name])
        return pd.DataFrame(made, index=pd.RangeIndex(rows))

    @cached_property
    def _empty(self) -> pd.DataFrame:
        return empty_table(self.code.schema)


def fit_cascade(code: TableCode, coded: np.ndarray, plan: Plan, seed: int) -> Cascade:
    """The cascade of a table's coded rows.

    Args:
        code: of the table.
        coded: int64, shape ``(rows, joints)``.
        plan: of each step.
        seed: which rows grow the trees.
    """
    if len(coded) > FIT_ROWS:
        coded = coded[np.sort(np.random.Generator(np.random.PCG64([seed, 1])).permutation(len(coded))[:FIT_ROWS])]
    ordered = [_is_ordered(code, place) for place in range(len(code.joints))]
    entropies = [entropy(coded[:, place]) for place in range(len(code.joints))]
    # As ``trees.order``: categories of low entropy first, then numbers as they come.
    order = sorted(range(len(code.joints)), key=lambda place: (ordered[place], not ordered[place] and entropies[place]))
    rare = [_rare(code.shares[place]) for place in order]
    groups = np.empty((len(coded), len(order)), dtype=np.int64)
    for at, place in enumerate(order):
        groups[:, at] = rare[at].group[coded[:, place]]
    variables = [Variable(len(rare[at].members), ordered[place]) for at, place in enumerate(order)]
    steps = [
        fit_step(groups[:, at], variables[at], Given(variables[:at], groups[:, :at]), plan, seed)
        for at in range(len(order))
    ]
    return Cascade(code, order, rare, steps)


def _is_ordered(code: TableCode, place: int) -> bool:
    """Whether a joint is one column of numbers."""
    places = code.joints[place].places
    return len(places) == 1 and isinstance(code.known[places[0]][1], Bins)


def _rare(shares: np.ndarray) -> Rare:
    """Which codes are learned as one, by their shares in all rows; bins are always few enough to be learned each."""
    size = len(shares)
    if size <= CODES_MAX:
        return Rare(np.arange(size), [(np.array([code]), np.ones(1)) for code in range(size)])
    kept = np.sort(np.argsort(-shares, kind="stable")[: CODES_MAX - 1])
    group = np.full(size, CODES_MAX - 1)
    group[kept] = np.arange(len(kept))
    others = np.flatnonzero(group == CODES_MAX - 1)
    others = others[shares[others] > 0] if shares[others].any() else others
    weight = shares[others] if shares[others].any() else np.ones(len(others))
    members = [(np.array([code]), np.ones(1)) for code in kept.tolist()]
    return Rare(group, [*members, (others, np.cumsum(weight) / weight.sum())])
