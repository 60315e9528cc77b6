"""What SDV fitted, as numpy tables: correlations and marginals, and how rows are drawn from them. Knows no SDV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from headwater.generators.bridge import Bridge, unscaled
from headwater.generators.copula.factor import correlated, factor
from headwater.generators.copula.marginals import Marginal, Steps, places

CHUNK_ROWS = 10_000
"""Rows drawn at once: what fits the processor's cache. Part of what decides the rows of a seed."""


@dataclass(frozen=True)
class Compiled:
    """A normal copula: normal scores of one correlation matrix, each turned into numbers by its marginal.

    Attributes:
        marginals: by the bridge's column names, in the order of the correlations.
        correlation: of the normal scores, float64, shape ``(columns, columns)``.
    """

    marginals: Mapping[str, Marginal]
    correlation: np.ndarray

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Normal scores of ``n`` rows: float64, shape ``(columns, n)``."""
        return correlated(self._lower, rng.standard_normal((len(self.correlation), n)))

    def numbers(self, scores: np.ndarray, bridge: Bridge) -> dict[str, np.ndarray]:
        """The numbers of scores of shape ``(columns, rows)``, by the bridge's names.

        Codes as int32, lattices as int64, reals as float64, see ``generators.columns``; patterns of missing values
        as int32, see ``generators.missing_patterns``.
        """
        placed = places(scores)
        cells = placed.astype(np.int32)
        found: dict[str, np.ndarray] = {}
        for slot, (name, marginal) in enumerate(self.marginals.items()):
            read = marginal.numbers(scores[slot], placed[slot], cells[slot])
            found[name] = read if isinstance(marginal, Steps) else unscaled(read, bridge.codec(name))
        return found

    def sample(self, n: int, seed: int, bridge: Bridge) -> dict[str, np.ndarray]:
        """The numbers of ``n`` rows, drawn in chunks of :data:`CHUNK_ROWS`."""
        rng = np.random.Generator(np.random.PCG64(seed))
        parts = [
            self.numbers(self.draw(min(CHUNK_ROWS, n - start), rng), bridge) for start in range(0, n, CHUNK_ROWS)
        ] or [self.numbers(np.zeros((len(self.correlation), 0)), bridge)]
        return joined(parts)

    @cached_property
    def _lower(self) -> np.ndarray:
        return factor(self.correlation)


def joined(parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Numbers of several chunks as those of one; at least one chunk."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
