"""A whole table as a cascade of steps over the codes of ``mixture.coding``: fitted on real rows, drawn from.

Belongs here: the order of the variables, which rows each teacher sees, rows from codes. Does not: the law of one code
(``steps``), the functions of codes (``shapes``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from headwater.generators.columns import decode, empty_table
from headwater.generators.logit_trees.rare import Rare, rare_codes
from headwater.generators.logit_trees.shapes import Shape, Variable
from headwater.generators.logit_trees.steps import Given, Plan, Step, chosen_shapes, fit_step
from headwater.generators.mixture.bins import Bins
from headwater.generators.mixture.coding import TableCode
from headwater.generators.trees.bagging import BAG_ROWS_MIN, IN_BAG
from headwater.generators.trees.order import entropy

FIT_ROWS, FIT_ROWS_MIN = 60_000, 5_000
"""Rows that the regressions learn from: a random part of a larger table, a smaller one the wider the table is."""

FIT_WORK = 1_000_000_000
"""Rows times influences times functions that all teachers together go through in a pass: about a minute of CPU."""

PUPIL_WORK = 1_000_000_000
"""Rows times features times outputs of the trees that learn from the regressions: about a minute of CPU."""

EXPECTED_MAX = 16
"""Most functions of a joint that :meth:`Cascade.expected` tells."""

_CHUNK_ROWS = 10_000


@dataclass(frozen=True, eq=False)
class Drawn:
    """Drawn rows.

    Attributes:
        rows: the learned columns, each conforming to its column's schema.
        groups: int64, shape ``(rows, joints)``, in the order of the draws: the code of each joint, rare ones as one.
        codes: of each column by its position in the schema: int64, shape ``(rows,)``.
    """

    rows: pd.DataFrame
    groups: np.ndarray
    codes: dict[int, np.ndarray]


@dataclass(frozen=True)
class Cascade:
    """A fitted table.

    Attributes:
        code: how rows become codes.
        order: the joints of the code in the order of the draws.
        rare: of each joint in that order.
        steps: of each joint in that order, one a teacher; each row of each joint follows one of them.
    """

    code: TableCode
    order: list[int]
    rare: list[Rare]
    steps: list[list[Step]]

    @property
    def positions(self) -> list[tuple[int, ...]]:
        """Of each joint in the order of the draws: the positions of its columns in the schema."""
        known, joints = self.code.known, self.code.joints
        return [tuple(known[place][0] for place in joints[joint].places) for joint in self.order]

    @property
    def rows_for_trees(self) -> int:
        """Most drawn rows that keep the fit of trees within :data:`PUPIL_WORK`."""
        outputs = (min(steps[0].regression.functions, EXPECTED_MAX) for steps in self.steps)
        return PUPIL_WORK // max(sum(place * count for place, count in enumerate(outputs)), 1)

    def draw(self, rows: int, seed: int) -> Drawn:
        """``rows`` rows of the learned columns."""
        rng = np.random.Generator(np.random.PCG64(seed))
        parts = [self._part(min(_CHUNK_ROWS, rows - start), rng) for start in range(0, rows, _CHUNK_ROWS)]
        return Drawn(
            rows=pd.concat([part.rows for part in parts], ignore_index=True),
            groups=np.concatenate([part.groups for part in parts]),
            codes={place: np.concatenate([part.codes[place] for part in parts]) for place in parts[0].codes},
        )

    def expected(self, drawn: Drawn, place: int) -> np.ndarray:
        """What to expect of the joint at ``place`` in each drawn row, given those before it, as all teachers say.

        Returns:
            the mean of each of its functions, float64, shape ``(rows, functions)``; of many those that vary most.
        """
        chunks = range(0, len(drawn.groups), _CHUNK_ROWS)
        given = [drawn.groups[start : start + _CHUNK_ROWS, :place] for start in chunks]
        steps = self.steps[place]
        parts = [sum(step.expected(part) for step in steps) / len(steps) for part in given]
        means = np.concatenate(parts)
        if means.shape[1] > EXPECTED_MAX:
            means = means[:, np.sort(np.argsort(-means.var(axis=0), kind="stable")[:EXPECTED_MAX])]
        return means

    def _part(self, rows: int, rng: np.random.Generator) -> Drawn:
        groups = np.empty((rows, len(self.order)), dtype=np.int64)
        values: dict[int, tuple[np.ndarray, np.ndarray | None]] = {}
        codes: dict[int, np.ndarray] = {}
        for place, joint_place in enumerate(self.order):
            teacher = rng.integers(0, len(self.steps[place]), rows)
            for number, step in enumerate(self.steps[place]):
                taught = np.flatnonzero(teacher == number)
                groups[taught, place] = step.draw(groups[taught, :place], rng)
            joint = self.code.joints[joint_place]
            own = joint.table[self.rare[place].apart(groups[:, place], rng)]
            for at, known in enumerate(joint.places):
                position, cells = self.code.known[known]
                codes[position] = own[:, at]
                values[position] = cells.draw(own[:, at], rng)
        schema = self.code.schema
        made: dict[str, pd.Series] = {}
        for codec in self.code.codecs:
            column = schema.columns[codec.position]
            numbers, missing = values.get(codec.position, (np.full(rows, -1, dtype=np.int32), None))
            made[column.name] = decode(numbers, missing, column, codec, self._empty[column.name])
        return Drawn(pd.DataFrame(made, index=pd.RangeIndex(rows)), groups, codes)

    @cached_property
    def _empty(self) -> pd.DataFrame:
        return empty_table(self.code.schema)


def fit_cascade(code: TableCode, coded: np.ndarray, plan: Plan, teachers: int, seed: int) -> Cascade:
    """The cascade of a table's coded rows.

    Args:
        code: of the table.
        coded: int64, shape ``(rows, joints)``.
        plan: of each step.
        teachers: how often each step is fitted; several see a random part of the rows each (subagging, Bühlmann and
            Yu 2002), so that less of what one has learned by heart is drawn.
        seed: which rows each of them sees.
    """
    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    if len(coded) > FIT_ROWS:
        coded = coded[np.sort(rng.permutation(len(coded))[:FIT_ROWS])]
    order = _order(code, coded)
    rare = [rare_codes(code.shares[place]) for place in order]
    groups = np.empty((len(coded), len(order)), dtype=np.int64)
    for at, place in enumerate(order):
        groups[:, at] = rare[at].group[coded[:, place]]
    variables = [_variable(code, place, len(rare[at].members)) for at, place in enumerate(order)]
    given = Given(variables, chosen_shapes(variables, groups, plan, rng), groups)
    most = rows_to_learn(given.shapes, teachers)
    if len(groups) > most:
        given = given.rows(np.sort(rng.permutation(len(groups))[:most]))
    steps: list[list[Step]] = [[] for _ in order]
    for seed_of in rng.integers(0, 2**32, teachers).tolist():
        seen = given
        count = len(given.codes)
        if teachers > 1 and count >= BAG_ROWS_MIN:
            seen = given.rows(np.sort(rng.permutation(count)[: round(IN_BAG * count)]))
        for place, fitted in enumerate(steps):
            fitted.append(fit_step(seen, place, plan, seed_of))
    return Cascade(code, order, rare, steps)


def rows_to_learn(shapes: list[Shape], teachers: int) -> int:
    """Most rows that keep the fit within :data:`FIT_WORK`: each step reads one code of every variable before it."""
    work = sum(place * shape.functions for place, shape in enumerate(shapes)) * teachers
    return int(np.clip(FIT_WORK // max(work, 1), FIT_ROWS_MIN, FIT_ROWS))


def _order(code: TableCode, coded: np.ndarray) -> list[int]:
    """The joints as ``trees.order`` has columns: categories of low entropy first, then numbers as they come."""
    ordered = [_is_ordered(code, place) for place in range(len(code.joints))]
    entropies = [entropy(coded[:, place]) for place in range(len(code.joints))]
    return sorted(range(len(code.joints)), key=lambda place: (ordered[place], not ordered[place] and entropies[place]))


def _variable(code: TableCode, place: int, size: int) -> Variable:
    """What is known of the ``size`` codes of a joint; the last of one of numbers may stand for missing ones."""
    places, ordered = code.joints[place].places, _is_ordered(code, place)
    cells = code.known[places[0]][1]
    return Variable(size, ordered, missing=len(places) == 1 and isinstance(cells, Bins) and cells.has_missing)


def _is_ordered(code: TableCode, place: int) -> bool:
    """Whether a joint holds columns of numbers alone."""
    return all(isinstance(code.known[known][1], Bins) for known in code.joints[place].places)
