"""Rows that break a constraint drawn again, in rounds, until all are replaced or the bound is reached.

Only rows that break something are replaced, by the first drawn rows that keep everything: plain rejection, so rows
follow the member's distribution given the constraints. Never more than ``50 n + 200,000`` candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from headwater.generators.constraints.errors import ConstraintError
from headwater.generators.constraints.keeping import keeps
from headwater.spec.constraints import Constraint, describe

CANDIDATES_A_ROW = 50
CANDIDATES_MORE = 200_000
_ROUND_MAX = 100_000

Draw = Callable[[int, int], pd.DataFrame]
"""``draw(rows, seed)``: rows of the learned columns."""


@dataclass
class Tally:
    """How many candidates were seen, and how many of them kept each constraint."""

    constraints: Sequence[Constraint]
    seen: int = 0
    kept: list[int] = field(default_factory=list)

    def keep(self, rows: pd.DataFrame) -> np.ndarray:
        """Which rows keep every constraint: bool, shape ``(rows,)``; counted."""
        met = np.ones(len(rows), dtype=bool)
        self.kept = self.kept or [0] * len(self.constraints)
        for place, constraint in enumerate(self.constraints):
            one = keeps(constraint, rows)
            self.kept[place] += int(one.sum())
            met &= one
        self.seen += len(rows)
        return met

    def error(self, lacking: int, wanted: int) -> ConstraintError:
        """The error that names the constraint which fewest candidates kept."""
        worst = int(np.argmin(self.kept))
        share = 100 * self.kept[worst] / max(self.seen, 1)
        cure = "state it as an inequality or fixed_combinations, or correct it, under constraints in the spec"
        found = f"{share:.2g} % of {self.seen:,} candidates kept it"
        name = describe(self.constraints[worst])
        return ConstraintError(
            f"{lacking:,} of {wanted:,} rows that keep the constraint {name} were not found: {found}; {cure}"
        )


def bound(rows: int) -> int:
    """Most candidates that may be drawn for ``rows`` rows."""
    return CANDIDATES_A_ROW * rows + CANDIDATES_MORE


def round_seed(seed: int, part: int, index: int) -> int:
    """The seed of a further round: 63 bits, unlike the first draw's ``seed``. ``part`` tells uses apart."""
    return int(np.random.SeedSequence([seed, part, index]).generate_state(1, np.uint64)[0] >> np.uint64(1))


def round_size(lacking: int, seen: int, good: int, left: int) -> int:
    """How many candidates to draw next, from how many of those seen were good."""
    rate = max(good / seen if seen else 1.0, 0.01)
    return min(left, _ROUND_MAX, int(1.2 * lacking / rate) + 16)


def redrawn(draw: Draw, constraints: Sequence[Constraint], n: int, seed: int) -> pd.DataFrame:
    """``n`` rows that keep every constraint but ``unique``. The first are ``draw(n, seed)``.

    Raises:
        ConstraintError: not enough rows were found; names the constraint.
    """
    rows = draw(n, seed)
    tally = Tally(constraints)
    broken = np.flatnonzero(~tally.keep(rows))
    left = bound(len(broken))
    found: list[pd.DataFrame] = []
    lacking, index, good = len(broken), 0, n - len(broken)
    while lacking:
        if left <= 0:
            raise tally.error(lacking, n)
        candidates = draw(round_size(lacking, tally.seen, good, left), round_seed(seed, 1, index))
        index, left = index + 1, left - len(candidates)
        kept = candidates[tally.keep(candidates)]
        good += len(kept)
        found.append(kept.iloc[:lacking])
        lacking -= len(found[-1])
    return replaced(rows, broken, pd.concat(found, ignore_index=True)) if found else rows


def replaced(rows: pd.DataFrame, places: np.ndarray, others: pd.DataFrame) -> pd.DataFrame:
    """``rows`` with those at ``places`` (int) exchanged for ``others``, in order; dtypes stay."""
    if not len(places):
        return rows
    order = np.arange(len(rows))
    order[places] = len(rows) + np.arange(len(places))
    return pd.concat([rows, others], ignore_index=True).take(order).reset_index(drop=True)
