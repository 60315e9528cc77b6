"""Rows of a mixture thinned towards the real density: a bounded density ratio as the chance to keep a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from headwater.generators.ensemble.boosting import Boosted
from headwater.generators.ensemble.lens import Lens
from headwater.generators.table_codec import Cells


@dataclass(frozen=True)
class Reweighting:
    """A density ratio of real to made rows, held within ``[1 / bound, bound]``.

    Keeping each row with the chance ratio / bound is exact rejection sampling (von Neumann 1951) from the mixture
    times the ratio. The bound caps what one misjudged row can weigh and how many rows must be drawn: about ``bound``
    for each that is kept, ``bound`` squared at the very worst.
    """

    lens: Lens
    odds: Boosted
    bound: float

    def ratio(self, cells: Mapping[str, Cells]) -> np.ndarray:
        """The held ratio of each row: float64, shape ``(rows,)``."""
        return self.ratio_of(self.lens.features(cells))

    def ratio_of(self, features: np.ndarray) -> np.ndarray:
        """The same from the features of the lens."""
        limit = np.log(self.bound)
        held: np.ndarray = np.exp(np.clip(self.odds.log_odds(features), -limit, limit))
        return held

    def keeps(self, ratio: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Which rows of these ratios are kept: bool, shape ``(rows,)``."""
        kept: np.ndarray = rng.random(len(ratio)) * self.bound < ratio
        return kept

    def choose(self, ratio: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
        """``n`` of the rows, the likelier the greater their ratio, none twice (Efraimidis and Spirakis 2006).

        Importance resampling (Rubin 1988) for a number of rows that is given: it never comes short, and approaches
        the exact weights as there are more rows to choose from.
        """
        keys = rng.exponential(size=len(ratio)) / ratio
        return np.sort(np.argsort(keys, kind="stable")[:n])
