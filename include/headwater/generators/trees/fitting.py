"""Fits the models of a table's columns, one after another, each on the columns drawn before it.

Sequential CART synthesis: Reiter 2005, "Using CART to generate partially synthetic public use microdata"; Nowok, Raab
and Dibben 2016, "synthpop". What differs here: numbers are learned as normal scores, tightly related measurements by
a line first (``drift``), missing values by a draw of their own (``gate``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater.generators.columns import Codec
from headwater.generators.trees.donors import SPAN_MAX, exact_donors, smoothed_donors
from headwater.generators.trees.draft import Draft
from headwater.generators.trees.drift import drift_of, fit_drift
from headwater.generators.trees.gate import Gate, fit_gate
from headwater.generators.trees.growth import grow
from headwater.generators.trees.models import Codes, ColumnModel, Smooth, Steps
from headwater.generators.trees.partition import Partition
from headwater.generators.trees.scores import atoms, mid_scores, quantiles, spread_scores
from headwater.generators.trees.targets import class_target, spread_target

ATOM_SHARE_MAX = 0.2
"""A column with more of its rows in atoms than this is drawn from donors, not from a quantile function."""


@dataclass(frozen=True)
class Plan:
    """How to fit: see the settings of ``Trees``."""

    leaf: int
    smoothing: bool
    seed: int


class Fitting:
    """The state of one fit: the draft of real rows, and what is known of the columns already in it."""

    def __init__(self, rows: int, slots: int, plan: Plan) -> None:
        self.plan = plan
        self.draft = Draft(rows, slots)
        self.slots: list[int] = []
        self.levels: dict[int, int] = {}

    def add(self, codec: Codec, numbers: np.ndarray, missing: np.ndarray) -> ColumnModel:
        """Fit the next column and put its real values into the draft.

        Args:
            codec: of the column.
            numbers: shape ``(rows,)``, as of ``columns.encode``.
            missing: bool, shape ``(rows,)``.
        """
        slot = len(self.slots)
        model = (
            self._codes(slot, codec, numbers) if codec.form == "codes" else self._numbers(slot, codec, numbers, missing)
        )
        self.slots.append(slot)
        return model

    def _codes(self, slot: int, codec: Codec, codes: np.ndarray) -> Codes:
        target = class_target(codes, codec.levels, self.draft, self.slots, self.levels, self.plan.leaf)
        tree = self._grow(self.draft, target, slot)
        model = Codes(slot, tree, exact_donors(tree.nodes_of(self.draft), tree.size, codes))
        self.draft.put_codes(slot, codes)
        self.levels[slot] = codec.levels
        return model

    def _numbers(self, slot: int, codec: Codec, numbers: np.ndarray, missing: np.ndarray) -> Steps | Smooth:
        gate = self._gate(slot, missing) if missing.any() else None
        present = ~missing
        atom = atoms(numbers[present])
        wide = codec.form == "lattice" and codec.high - codec.low >= SPAN_MAX
        if self.plan.smoothing and atom.mean() <= ATOM_SHARE_MAX and not wide and np.isfinite(codec.high - codec.low):
            return self._smooth(slot, codec, numbers, present, atom, gate)
        return self._steps(slot, codec, numbers, present, atom | wide | (not self.plan.smoothing), gate)

    def _gate(self, slot: int, missing: np.ndarray) -> Gate:
        tree = self._grow(self.draft, missing.astype(np.float64)[:, None], slot)
        return fit_gate(tree, self.draft, missing)

    def _steps(
        self, slot: int, codec: Codec, numbers: np.ndarray, present: np.ndarray, atom: np.ndarray, gate: Gate | None
    ) -> Steps:
        base = int(codec.low) if codec.form == "lattice" and codec.high - codec.low < SPAN_MAX else 0
        offsets = numbers - base if codec.form == "lattice" else numbers
        known, draft = offsets[present], self._present(present)
        tree = self._grow(draft, spread_target(mid_scores(known)), slot)
        nodes = tree.nodes_of(draft)
        donors = exact_donors(nodes, tree.size, known) if atom.all() else smoothed_donors(nodes, tree.size, known, atom)
        centre, factor = _scale(known)
        model = Steps(slot, base, centre, factor, gate, tree, donors)
        self.draft.put_numbers(slot, numbers, model.feature(offsets), None if gate is None else ~present)
        return model

    def _smooth(
        self, slot: int, codec: Codec, numbers: np.ndarray, present: np.ndarray, atom: np.ndarray, gate: Gate | None
    ) -> Smooth:
        known = (numbers - codec.low)[present]
        rng = np.random.Generator(np.random.PCG64([self.plan.seed, slot]))
        scores = spread_scores(known, atom, rng)
        before, draft = list(self.draft.scores), self._present(present)
        weights = fit_drift(self.draft, before, scores, present)
        rest = scores - drift_of(draft, before, weights)
        tree = self._grow(draft, spread_target(rest), slot)
        donors = smoothed_donors(tree.nodes_of(draft), tree.size, rest, np.zeros(len(rest), dtype=bool))
        whole = codec.form == "lattice"
        model = Smooth(slot, codec.low, whole, before, weights, quantiles(known, atom), gate, tree, donors)
        everywhere = np.zeros(len(numbers))
        everywhere[present] = scores
        self.draft.put_numbers(slot, numbers, everywhere, None if gate is None else ~present)
        self.draft.put_scores(slot, everywhere)
        return model

    def _present(self, present: np.ndarray) -> Draft:
        return self.draft if present.all() else self.draft.take(present)

    def _grow(self, draft: Draft, target: np.ndarray, slot: int) -> Partition:
        return grow(draft, self.slots, self.levels, target, self.plan.leaf, (self.plan.seed + slot) % 2**32)


def _scale(offsets: np.ndarray) -> tuple[float, float]:
    """Centre and factor that bring the numbers into [-1, 1], so that float32 keeps what tells them apart."""
    centre = float(np.median(offsets))
    reach = max(float(offsets.max()) - centre, centre - float(offsets.min()))
    factor = 1.0 / reach if reach > 0 else 0.0
    return (centre, factor) if np.isfinite(factor) and np.isfinite(reach) else (centre, 0.0)
