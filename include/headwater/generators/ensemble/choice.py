"""Whether held-out rows speak for a mixture and for reweighting: measured on rows that neither has seen.

The held-out rows are cut in two. On the first part weights and density ratio are estimated, on the second the ways are
compared: the best single member, the weighted mixture, the same reweighted. Each step up must bring the classifier
two-sample test nearer to chance by more than its standard error, or it is not taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.generators.ensemble.boosting import Boosted, boost, cross_fit
from headwater.generators.ensemble.evidence import Discrimination, discriminate, gain, stacked_weights
from headwater.generators.ensemble.lens import Lens
from headwater.generators.ensemble.reweighting import Reweighting

Draw = Callable[[int, int], np.ndarray]
"""``(rows, seed)`` to the features of as many rows of one member."""

_MADE_PER_REAL = 2


@dataclass(frozen=True)
class Choice:
    """What was decided.

    Attributes:
        weights: float64, shape ``(members,)``; 0 for members that are not used.
        reweighting: None when it does not help.
        report: the figures behind it, JSON-safe; they hold no value of any row.
    """

    weights: np.ndarray
    reweighting: Reweighting | None
    report: dict[str, Any]


class Trial:
    """One comparison of ways to make rows, on fixed held-out rows."""

    def __init__(self, draws: Sequence[Draw], held: np.ndarray, lens: Lens, seed: int) -> None:
        middle = len(held) // 2
        self._learn, self._judge = held[:middle], held[middle:]
        self._draws, self._lens = draws, lens
        self._rng = np.random.Generator(np.random.PCG64([seed % 2**63, len(held)]))

    def choose(self, reweight: bool, bound: float) -> Choice:
        """The simplest way that no other beats by more than the standard error of the difference."""
        report: dict[str, Any] = {"rows_learned": len(self._learn), "rows_judged": len(self._judge), "auc": {}}
        singles = [self._discriminate(self._mixed(one, self._made_rows)) for one in np.eye(len(self._draws))]
        best = int(np.argmin([one.distance for one in singles]))
        weights, held = np.eye(len(self._draws))[best], singles[best]
        report["auc"] |= {"members": [round(one.auc, 4) for one in singles]}
        if len(self._draws) > 1:
            stacked = self._stacked()
            report["stacked_weights"] = [round(float(one), 4) for one in stacked]
            if np.count_nonzero(stacked) > 1:
                mixture = self._discriminate(self._mixed(stacked, self._made_rows))
                if self._helps("mixture", held, mixture, report):
                    weights, held = stacked, mixture
        reweighting = self._reweighting(weights, bound) if reweight else None
        if reweighting is not None:
            thinned = self._discriminate(self._thinned(weights, reweighting))
            if not self._helps("reweighted", held, thinned, report):
                reweighting = None
        report |= {"weights": [round(float(one), 4) for one in weights], "is_reweighted": reweighting is not None}
        return Choice(weights, reweighting, report)

    @property
    def _made_rows(self) -> int:
        return _MADE_PER_REAL * len(self._judge)

    def _helps(self, name: str, plain: Discrimination, other: Discrimination, report: dict[str, Any]) -> bool:
        better, error = gain(plain, other)
        report["auc"][name] = round(other.auc, 4)
        report[f"{name}_gain"] = {"auc": round(better, 4), "standard_error": round(error, 4)}
        return better > error

    def _stacked(self) -> np.ndarray:
        made = [draw(_MADE_PER_REAL * len(self._learn), self._seed()) for draw in self._draws]
        return stacked_weights(np.stack([cross_fit(self._learn, one, self._seed()).real for one in made]))

    def _reweighting(self, weights: np.ndarray, bound: float) -> Reweighting | None:
        """The density ratio of real rows to the mixture's; None when unseen rows cannot be told apart."""
        made = self._mixed(weights, _MADE_PER_REAL * len(self._learn))
        seed = self._seed()
        rounds = cross_fit(self._learn, made, seed).rounds
        odds: Boosted = boost(self._learn, made, rounds, seed)
        return Reweighting(self._lens, odds, bound) if rounds else None

    def _discriminate(self, made: np.ndarray) -> Discrimination:
        return discriminate(self._judge, made, self._seed())

    def _mixed(self, weights: np.ndarray, rows: int) -> np.ndarray:
        counts = self._rng.multinomial(rows, weights).tolist()
        parts = [draw(count, self._seed()) for draw, count in zip(self._draws, counts, strict=True) if count]
        return np.concatenate(parts)[self._rng.permutation(rows)]

    def _thinned(self, weights: np.ndarray, reweighting: Reweighting) -> np.ndarray:
        """Rows as the reweighted mixture makes them."""
        made = self._mixed(weights, int(self._made_rows * reweighting.bound))
        kept: np.ndarray = made[reweighting.keeps(reweighting.ratio_of(made), self._rng)][: self._made_rows]
        return kept

    def _seed(self) -> int:
        return int(self._rng.integers(0, 2**63, dtype=np.int64))
