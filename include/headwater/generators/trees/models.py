"""The three models of a column given the columns before it: categories, stepwise numbers, continuous numbers.

Belongs here: drawing and forcing one column of a draft, and the arrays that a model is stored as. Fitting is in
``fitting``. Every model uses the same count of random numbers for every row, so a chunk's rows follow from its seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from headwater.generators.conditions import Wanted
from headwater.generators.trees.donors import Donors
from headwater.generators.trees.draft import Draft
from headwater.generators.trees.drift import drift_of
from headwater.generators.trees.forcing import force_codes, force_numbers
from headwater.generators.trees.forest import Forest
from headwater.generators.trees.gate import Gate, draw_gate, force_gate
from headwater.generators.trees.scores import Quantiles

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Codes:
    """A column of categories; missing (-1) is one of them."""

    form: ClassVar[str] = "codes"
    slot: int
    forest: Forest
    donors: Donors

    def draw(self, draft: Draft, rng: np.random.Generator) -> None:
        """Fill the column."""
        draft.put_codes(self.slot, self.donors.draw(self.forest.nodes_of(draft, rng), rng.random(draft.rows)))

    def force(self, draft: Draft, rng: np.random.Generator, wanted: Wanted) -> np.ndarray:
        """Fill the column with what ``wanted`` allows; returns the chance to keep each row."""
        codes, keep = force_codes(self.donors, self.forest.nodes_of(draft, rng), rng.random(draft.rows), wanted)
        draft.put_codes(self.slot, codes)
        return keep

    def head(self) -> dict[str, Any]:
        """What :meth:`stored` needs besides the arrays, JSON-safe."""
        return {"form": self.form, "slot": self.slot}

    def to_arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """The arrays by name, each name beginning with ``prefix``."""
        return {**self.forest.to_arrays(f"{prefix}forest."), **self.donors.to_arrays(f"{prefix}donors.")}

    @classmethod
    def stored(cls, head: dict[str, Any], arrays: Arrays, prefix: str, slots: np.ndarray) -> Codes:
        """The model of :meth:`head` and :meth:`to_arrays`."""
        forest = Forest.from_arrays(arrays, f"{prefix}forest.", slots)
        return cls(head["slot"], forest, Donors.from_arrays(arrays, f"{prefix}donors."))


@dataclass(frozen=True)
class Steps:
    """A column of numbers with atoms: drawn from the leaf's donors or the intervals between them.

    Attributes:
        base: what donors count from, in the codec's numbers.
        centre, factor: the trees' feature is ``(number - base - centre) * factor``, within [-1, 1].
    """

    form: ClassVar[str] = "steps"
    slot: int
    base: int
    centre: float
    factor: float
    gate: Gate | None
    forest: Forest
    donors: Donors

    def feature(self, offsets: np.ndarray) -> np.ndarray:
        """What trees of later columns split on."""
        return (offsets - self.centre) * self.factor

    def draw(self, draft: Draft, rng: np.random.Generator) -> None:
        """Fill the column."""
        missing = draw_gate(self.gate, draft, rng)
        self._put(draft, self.donors.draw(self.forest.nodes_of(draft, rng), rng.random(draft.rows)), missing)

    def force(self, draft: Draft, rng: np.random.Generator, wanted: Wanted) -> np.ndarray:
        """Fill the column with what ``wanted`` allows; returns the chance to keep each row."""
        missing, keep = force_gate(self.gate, draft, rng, wanted)
        nodes = self.forest.nodes_of(draft, rng)
        offsets, share = force_numbers(self.donors, nodes, rng.random(draft.rows), wanted, self.base)
        self._put(draft, offsets, missing)
        return keep * share

    def _put(self, draft: Draft, offsets: np.ndarray, missing: np.ndarray | None) -> None:
        numbers = offsets if offsets.dtype.kind == "f" else offsets.astype(np.int64) + self.base
        draft.put_numbers(self.slot, numbers, self.feature(offsets), missing)

    def head(self) -> dict[str, Any]:
        """What :meth:`stored` needs besides the arrays, JSON-safe."""
        return {"form": self.form, "slot": self.slot, "base": self.base, "centre": self.centre, "factor": self.factor}

    def to_arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """The arrays by name, each name beginning with ``prefix``."""
        gate = {} if self.gate is None else self.gate.to_arrays(f"{prefix}gate.")
        return {**gate, **self.forest.to_arrays(f"{prefix}forest."), **self.donors.to_arrays(f"{prefix}donors.")}

    @classmethod
    def stored(cls, head: dict[str, Any], arrays: Arrays, prefix: str, slots: np.ndarray) -> Steps:
        """The model of :meth:`head` and :meth:`to_arrays`."""
        gate = Gate.from_arrays(arrays, f"{prefix}gate.", slots)
        forest, donors = (
            Forest.from_arrays(arrays, f"{prefix}forest.", slots),
            Donors.from_arrays(arrays, f"{prefix}donors."),
        )
        return cls(head["slot"], head["base"], head["centre"], head["factor"], gate, forest, donors)


@dataclass(frozen=True)
class Smooth:
    """A continuous column: normal score = linear part + a draw of what the leaf's rows leave over.

    Attributes:
        base: what the quantile function counts from, in the codec's numbers.
        whole: the numbers are whole (a lattice).
        before, weights: slots of the linear part, and their weights.
        quantiles: from scores to numbers.
    """

    form: ClassVar[str] = "smooth"
    slot: int
    base: float | int
    whole: bool
    before: list[int]
    weights: np.ndarray
    quantiles: Quantiles
    gate: Gate | None
    forest: Forest
    donors: Donors

    def draw(self, draft: Draft, rng: np.random.Generator) -> None:
        """Fill the column."""
        missing = draw_gate(self.gate, draft, rng)
        self._put(draft, self.donors.draw(self.forest.nodes_of(draft, rng), rng.random(draft.rows)), missing)

    def _put(self, draft: Draft, rest: np.ndarray, missing: np.ndarray | None) -> None:
        scores = self.quantiles.within(drift_of(draft, self.before, self.weights) + rest)
        numbers = self.quantiles.numbers(scores)
        numbers = np.rint(numbers).astype(np.int64) + self.base if self.whole else numbers + self.base
        draft.put_numbers(self.slot, numbers, scores, missing)
        draft.put_scores(self.slot, scores)

    def force(self, draft: Draft, rng: np.random.Generator, wanted: Wanted) -> np.ndarray:
        """Fill the column; returns the chance to keep each row, 0 outside of ``wanted``.

        Where the line plays no part, scores are drawn within what is wanted; else the line differs for every row, and
        rows outside are not to be kept.
        """
        missing, keep = force_gate(self.gate, draft, rng, wanted)
        nodes, uniform = self.forest.nodes_of(draft, rng), rng.random(draft.rows)
        if wanted.missing or self.weights.any():
            rest = self.donors.draw(nodes, uniform)
        else:
            # Half a step more on a lattice: a score may round to the bound from outside.
            within = self.quantiles.scores(wanted.low - self.base, wanted.high - self.base, 0.5 * self.whole)
            rest, share = force_numbers(self.donors, nodes, uniform, Wanted(low=within[0], high=within[1]), 0)
            keep *= share
        self._put(draft, rest, missing)
        return keep * wanted.holds(draft.numbers[self.slot], missing)

    def head(self) -> dict[str, Any]:
        """What :meth:`stored` needs besides the arrays, JSON-safe."""
        return {"form": self.form, "slot": self.slot, "base": self.base, "whole": self.whole, "before": self.before}

    def to_arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """The arrays by name, each name beginning with ``prefix``."""
        gate = {} if self.gate is None else self.gate.to_arrays(f"{prefix}gate.")
        own = {
            f"{prefix}weights": self.weights,
            f"{prefix}score": self.quantiles.score,
            f"{prefix}number": self.quantiles.number,
        }
        return {**gate, **own, **self.forest.to_arrays(f"{prefix}forest."), **self.donors.to_arrays(f"{prefix}donors.")}

    @classmethod
    def stored(cls, head: dict[str, Any], arrays: Arrays, prefix: str, slots: np.ndarray) -> Smooth:
        """The model of :meth:`head` and :meth:`to_arrays`."""
        gate = Gate.from_arrays(arrays, f"{prefix}gate.", slots)
        quantiles = Quantiles(arrays[f"{prefix}score"], arrays[f"{prefix}number"])
        forest, donors = (
            Forest.from_arrays(arrays, f"{prefix}forest.", slots),
            Donors.from_arrays(arrays, f"{prefix}donors."),
        )
        weights = arrays[f"{prefix}weights"]
        return cls(head["slot"], head["base"], head["whole"], head["before"], weights, quantiles, gate, forest, donors)


ColumnModel = Codes | Steps | Smooth
FORMS: dict[str, type[Codes] | type[Steps] | type[Smooth]] = {model.form: model for model in (Codes, Steps, Smooth)}
