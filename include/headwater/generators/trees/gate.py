"""Where a column of numbers is missing: the first of its two draws. Categories carry missing as a category instead.

Missing values are drawn before the value itself, from a tree of their own (Nowok, Raab and Dibben 2016, section 2.4),
so that the pattern of missing values over columns is learned too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from headwater.generators.conditions import Wanted
from headwater.generators.trees.bagging import Grown
from headwater.generators.trees.draft import Draft
from headwater.generators.trees.forest import Forest


@dataclass(frozen=True)
class Gate:
    """The share of missing values in each leaf.

    Attributes:
        forest: over the columns drawn before.
        share: float64, shape ``(nodes,)``.
    """

    forest: Forest
    share: np.ndarray

    def draw(self, draft: Draft, rng: np.random.Generator) -> np.ndarray:
        """Which rows are missing: bool, shape ``(rows,)``."""
        missing: np.ndarray = rng.random(draft.rows) < self.share[self.forest.nodes_of(draft, rng)]
        return missing

    def force(self, draft: Draft, rng: np.random.Generator, wanted: Wanted) -> tuple[np.ndarray, np.ndarray]:
        """All rows missing or none, as ``wanted`` says, and the chance to keep each row."""
        share = self.share if wanted.missing else 1.0 - self.share
        top = share.max()
        keep = share[self.forest.nodes_of(draft, rng)] / top if top > 0 else np.zeros(draft.rows)
        return np.full(draft.rows, wanted.missing), keep

    def to_arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """The arrays by name, each name beginning with ``prefix``."""
        return {f"{prefix}share": self.share, **self.forest.to_arrays(f"{prefix}forest.")}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], prefix: str, slots: np.ndarray) -> Gate | None:
        """The gate of :meth:`to_arrays`, or None when there was none."""
        if f"{prefix}share" not in arrays:
            return None
        return cls(Forest.from_arrays(arrays, f"{prefix}forest.", slots), arrays[f"{prefix}share"])


def fit_gate(grown: Grown, missing: np.ndarray) -> Gate:
    """The gate of a forest that was grown to tell missing rows (bool, shape ``(rows,)``)."""
    absent = grown.totals(missing.astype(np.float64))
    return Gate(grown.forest, absent / np.maximum(grown.totals(), 1.0))


def draw_gate(gate: Gate | None, draft: Draft, rng: np.random.Generator) -> np.ndarray | None:
    """Which rows are missing, or None when the column never is."""
    return None if gate is None else gate.draw(draft, rng)


def force_gate(
    gate: Gate | None, draft: Draft, rng: np.random.Generator, wanted: Wanted
) -> tuple[np.ndarray | None, np.ndarray]:
    """As :meth:`Gate.force`; a column that is never missing keeps no row when missing is wanted."""
    if gate is None:
        return None, np.full(draft.rows, 0.0 if wanted.missing else 1.0)
    return gate.force(draft, rng, wanted)
