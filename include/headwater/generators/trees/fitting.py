"""Fits the models of a table's columns, one after another, each on the columns drawn before it.

Sequential CART synthesis: Reiter 2005, "Using CART to generate partially synthetic public use microdata"; Nowok, Raab
and Dibben 2016, "synthpop". What differs here: numbers are learned as normal scores, tightly related measurements by
a line first (``drift``), missing values by a draw of their own (``gate``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from headwater.generators.columns import Codec
from headwater.generators.trees.bagging import Grown, Growth, grow_forest
from headwater.generators.trees.donors import SPAN_MAX, Donors, exact_donors, smoothed_donors
from headwater.generators.trees.draft import Draft
from headwater.generators.trees.drift import drift_of, fit_drift
from headwater.generators.trees.gate import Gate, fit_gate
from headwater.generators.trees.models import Codes, ColumnModel, Smooth, Steps
from headwater.generators.trees.scores import atoms, mid_scores, quantiles, spread_scores
from headwater.generators.trees.targets import class_target, spread_target

ATOM_SHARE_MAX = 0.2
"""A column with more of its rows in atoms than this is drawn from donors, not from a quantile function."""


@dataclass(frozen=True)
class Plan:
    """How to fit: see the settings of ``Trees``."""

    growth: Growth
    smoothing: bool
    seed: int


@dataclass(frozen=True, eq=False)
class Hint:
    """What is known of a column beyond its values in the rows: trees are grown to tell it, and keep every split.

    Attributes:
        outputs: functions of the value as they are expected in each row, float64, shape ``(rows, outputs)``. As they
            are free of the value's own chance, there is no chance to learn by heart.
        leaf: fewest rows in a leaf.
    """

    outputs: np.ndarray
    leaf: int

    def take(self, rows: np.ndarray) -> Hint:
        """Of the given rows (a bool mask)."""
        return Hint(self.outputs[rows], self.leaf)


@dataclass(frozen=True)
class _Numbers:
    """A column of numbers as it is fitted: all of it, where it has values, which of those are atoms, and its hint."""

    codec: Codec
    all: np.ndarray
    present: np.ndarray
    atom: np.ndarray
    gate: Gate | None
    hint: Hint | None

    @property
    def absent(self) -> np.ndarray | None:
        """Where values are missing, or None for nowhere."""
        return None if self.gate is None else ~self.present


class Fitting:
    """The state of one fit: the draft of real rows, filled column by column."""

    def __init__(self, rows: int, slots: int, plan: Plan) -> None:
        self.plan = plan
        self.draft = Draft(rows, slots)

    def add(self, codec: Codec, numbers: np.ndarray, missing: np.ndarray, hint: Hint | None = None) -> ColumnModel:
        """Fit the next column and put its real values into the draft.

        Args:
            codec: of the column.
            numbers: shape ``(rows,)``, as of ``columns.encode``.
            missing: bool, shape ``(rows,)``.
            hint: what the trees are grown to tell; the values themselves without one.
        """
        if codec.form == "codes":
            return self._codes(codec, numbers, hint)
        gate = None
        if missing.any():
            gate = fit_gate(self._grow(self.draft, hint, lambda: missing.astype(np.float64)[:, None]), missing)
        column = _Numbers(codec, numbers, ~missing, atoms(numbers[~missing]), gate, hint)
        # A range that float64 cannot count through, or hold, is drawn from its donors as they are.
        plain = not (self.plan.smoothing and codec.high - codec.low < (SPAN_MAX if codec.form == "lattice" else np.inf))
        return self._steps(column, plain) if plain or column.atom.mean() > ATOM_SHARE_MAX else self._smooth(column)

    def _codes(self, codec: Codec, codes: np.ndarray, hint: Hint | None) -> Codes:
        slot = self.draft.filled
        grown = self._grow(self.draft, hint, lambda: class_target(codes, self.draft, self.plan.growth.leaf))
        model = Codes(slot, grown.forest, exact_donors(grown.nodes, grown.forest.tree.last, codes[grown.rows]))
        self.draft.put_codes(slot, codes)
        self.draft.levels[slot] = codec.levels
        return model

    def _steps(self, column: _Numbers, plain: bool) -> Steps:
        codec, slot = column.codec, self.draft.filled
        base = int(codec.low) if codec.form == "lattice" and codec.high - codec.low < SPAN_MAX else 0
        offsets = column.all - base
        known, draft = offsets[column.present], self._present(column)
        hint = None if column.hint is None else column.hint.take(column.present)
        grown = self._grow(draft, hint, lambda: spread_target(mid_scores(known)))
        donors = _donors(grown, known, None if plain else column.atom)
        model = Steps(slot, base, *_scale(known), column.gate, grown.forest, donors)
        self.draft.put_numbers(slot, column.all, model.feature(offsets), column.absent)
        return model

    def _smooth(self, column: _Numbers) -> Smooth:
        codec, slot = column.codec, self.draft.filled
        known = (column.all - codec.low)[column.present]
        rng = np.random.Generator(np.random.PCG64([self.plan.seed, slot]))
        scores = spread_scores(known, column.atom, rng)
        before, draft = list(self.draft.scores), self._present(column)
        weights = fit_drift(draft, before, scores)
        rest = scores - drift_of(draft, before, weights)
        # What a line leaves over of the rows it was fitted to is too small: each weight has taken a degree of freedom.
        rest *= np.sqrt(len(rest) / (len(rest) - np.count_nonzero(weights)))
        hint = None if column.hint is None else _without_lines(column.hint.take(column.present), draft, before)
        grown = self._grow(draft, hint, lambda: spread_target(rest))
        model = Smooth(
            slot=slot,
            base=codec.low,
            whole=codec.form == "lattice",
            before=before,
            weights=weights,
            quantiles=quantiles(known, column.atom),
            gate=column.gate,
            forest=grown.forest,
            donors=_donors(grown, rest, np.zeros(len(rest), dtype=bool)),
        )
        everywhere = np.zeros(self.draft.rows)
        everywhere[column.present] = scores
        self.draft.put_numbers(slot, column.all, everywhere, column.absent)
        self.draft.put_scores(slot, everywhere)
        return model

    def _present(self, column: _Numbers) -> Draft:
        return self.draft if column.gate is None else self.draft.take(column.present)

    def _grow(self, draft: Draft, hint: Hint | None, target: Callable[[], np.ndarray]) -> Grown:
        """The forest that tells the hint, or the target where there is none."""
        growth, seed = self.plan.growth, (self.plan.seed + draft.filled) % 2**32
        if hint is None:
            return grow_forest(draft, target(), growth, seed)
        return grow_forest(draft, hint.outputs, replace(growth, leaf=hint.leaf, pruning=0.0), seed)


def _without_lines(hint: Hint, draft: Draft, before: list[int]) -> Hint:
    """The hint less what lines tell of it: leaves hold what the column's own line leaves over."""
    lines = [drift_of(draft, before, fit_drift(draft, before, output)) for output in hint.outputs.T]
    return Hint(hint.outputs - np.stack(lines, axis=1), hint.leaf)


def _donors(grown: Grown, values: np.ndarray, atom: np.ndarray | None) -> Donors:
    """Donors of the rows a forest was grown on; without ``atom`` they are drawn as they are."""
    if atom is None:
        return exact_donors(grown.nodes, grown.forest.tree.last, values[grown.rows])
    return smoothed_donors(grown.nodes, grown.forest.tree.last, values[grown.rows], atom[grown.rows])


def _scale(offsets: np.ndarray) -> tuple[float, float]:
    """Centre and factor that bring the numbers into [-1, 1], so that float32 keeps what tells them apart."""
    centre = float(np.median(offsets))
    reach = max(float(offsets.max()) - centre, centre - float(offsets.min()))
    factor = 1.0 / reach if reach > 0 else 0.0
    return (centre, factor) if np.isfinite(factor) and np.isfinite(reach) else (centre, 0.0)
