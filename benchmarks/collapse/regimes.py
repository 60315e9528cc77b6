"""What each regime learns from, generation after generation. Pure functions of frames.

Belongs here: the regimes' names, training rows of those that nobody protects. Does not: the chain's stages
(``unprotected.py``, ``guarded.py``).

``replace`` is the recursion of Shumailov et al. (Nature 2024); ``accumulate`` that of Gerstgrasser et al. ("Is model
collapse inevitable?", 2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

REPLACE, REAL_10, ACCUMULATE, SYNTHETIC_ONLY = "replace", "real_10", "accumulate", "synthetic_only"
GUARDED, NO_NEW_REAL, LET_THROUGH = "guarded", "guarded_no_new_real", "guarded_let_through"
UNPROTECTED = (REPLACE, REAL_10, ACCUMULATE, SYNTHETIC_ONLY)
PROTECTED = (GUARDED, NO_NEW_REAL, LET_THROUGH)
USUAL = (REPLACE, GUARDED, REAL_10, ACCUMULATE, NO_NEW_REAL, SYNTHETIC_ONLY)
"""Those that run without being named, the most telling first. ``guarded_let_through`` draws a noise floor and a
certificate for every generation."""
WORDS = {
    REPLACE: "learns from the last batch alone; nobody protects",
    REAL_10: "10 % of the training rows are real, the rest the last batch; nobody protects",
    ACCUMULATE: "all real rows and all batches so far; nobody protects",
    GUARDED: "Headwater as shipped; 30 % of the source is its own rows, unlabelled",
    NO_NEW_REAL: "the same, and the source has no new real rows",
    SYNTHETIC_ONLY: "all batches so far, no real row after generation 1; batches are repaired",
    LET_THROUGH: "guarded, but a leak does not stop retraining: leaked rows are left out (contract.false_alarm .05)",
}
WATCHED = 10
"""Generations of an unprotected chain that are watched where nothing alarms: an alarm is asked for by the third."""
REAL_SHARE = 0.1
"""Of ``real_10``."""
LEAK_SHARE = 0.3
"""Of the source's rows that came back, where it is attacked."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """Rows to learn from, and how many of them are real."""

    rows: pd.DataFrame
    real: int

    @property
    def real_share(self) -> float:
        """The true share of real rows; the ledger of an unprotected regime does not know it."""
        return self.real / len(self.rows)


def lesson(regime: str, real: pd.DataFrame, batches: Sequence[pd.DataFrame], seed: int) -> Lesson:
    """What an unprotected regime learns from after these batches.

    Args:
        regime: one of :data:`UNPROTECTED`.
        real: the real training rows of generation 1.
        batches: of the generations so far, one or more, oldest first.
        seed: decides which rows are drawn, where not all are taken.

    Raises:
        ValueError: no such regime.
    """
    if regime == REPLACE:
        return Lesson(batches[-1], 0)
    if regime == REAL_10:
        kept = round(REAL_SHARE * len(real))
        parts = [_drawn(real, kept, [seed, 0]), _drawn(batches[-1], len(real) - kept, [seed, 1])]
        return Lesson(pd.concat(parts, ignore_index=True), kept)
    if regime == ACCUMULATE:
        return Lesson(pd.concat([real, *batches], ignore_index=True), len(real))
    if regime == SYNTHETIC_ONLY:
        return Lesson(pd.concat(batches, ignore_index=True), 0)
    raise ValueError(f"{regime!r} is no regime that learns without protection; known: {', '.join(UNPROTECTED)}")


def attacked(real: pd.DataFrame, released: Sequence[pd.DataFrame], seed: int) -> pd.DataFrame:
    """A source into which rows of released batches leaked: :data:`LEAK_SHARE` of its rows, in random order.

    They are drawn evenly from all released batches. Without any batch nothing has leaked.
    """
    if not released:
        return real
    wanted = round(len(real) * LEAK_SHARE / (1 - LEAK_SHARE))
    each = -(-wanted // len(released))
    parts = [_drawn(batch, min(each, len(batch)), [seed, place]) for place, batch in enumerate(released)]
    leak = pd.concat(parts, ignore_index=True)
    rows = pd.concat([real, _drawn(leak, min(wanted, len(leak)), [seed])], ignore_index=True)
    return _drawn(rows, len(rows), [seed, len(rows)])


def _drawn(rows: pd.DataFrame, count: int, seed: list[int]) -> pd.DataFrame:
    order = np.random.default_rng(seed).permutation(len(rows))[:count]
    return rows.iloc[order].reset_index(drop=True)
