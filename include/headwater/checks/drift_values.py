"""Values of the real table, counted and not sampled: each category too few or too many, and newcomers.

Belongs here: the exact tests behind ``drift.values``, and which rows they may count. Does not: its limit and the other
figures (``drift.py``), finding newcomers (``newcomers.py``).

An exact test takes rows for independent. Where many rows speak of one entity they are not: one new patient with thirty
visits is no thirty patients. There one row of each entity is counted, drawn at random, on either side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from headwater.checks.newcomers import Fitted, Newcomers, fitted
from headwater.checks.prepared import Prepared
from headwater.checks.sample import Sample
from headwater.checks.seeds import rng
from headwater.checks.statistic import too_few, too_many
from headwater.checks.tally import Margins


@dataclass(frozen=True, eq=False)
class Alone:
    """One row of each entity.

    Attributes:
        fits: of the new rows, in the champion's schema.
        margins, rest: counts of the new rows and of the champion's.
    """

    fits: Fitted
    margins: Margins
    rest: Margins

    @classmethod
    def of(cls, prepared: Prepared, rows: pd.DataFrame, entity: Sequence[str], label: str) -> Alone | None:
        """Pick them; None where rows stand for themselves, or either side does not name the entity."""
        reference = prepared.reference
        if not entity or not set(entity) <= {*reference.schema.names} & {*rows.columns}:
            return None
        sides = {"new": rows, "champion's": reference.train}
        one = {
            side: frame.iloc[rng(reference.seed, "entities", label, side).permutation(len(frame))]
            .drop_duplicates(list(entity))
            .reset_index(drop=True)
            for side, frame in sides.items()
        }
        fits = fitted(one["new"], one["champion's"], reference.schema)
        count = prepared.counter.whole
        return cls(fits, count(fits.frame).margins, count(one["champion's"]).margins)

    def judged(self, fits: Fitted) -> Fitted:
        """All rows' newcomers, each as likely as its column's newcomers are in one row of each entity."""
        chances = {each.column: 1.0 for each in fits.newcomers}
        for each in self.fits.newcomers:
            chances[each.column] = min(chances.get(each.column, 1.0), each.chance)
        told = tuple(replace(each, chance=chances[each.column]) for each in fits.newcomers)
        return Fitted(fits.frame, told, self.fits.tests)


@dataclass(frozen=True)
class Least:
    """The least likely count: its p-value, out of how many, in which column."""

    chance: float
    tests: int
    column: str


def least_likely(sample: Sample, fits: Fitted, alone: Alone | None) -> Least:
    """The least likely count of a category or of newcomers."""
    coder = sample.prepared.yardstick.coder
    margins, rest = (sample.margins, sample.rest) if alone is None else (alone.margins, alone.rest)
    newcomers: Sequence[Newcomers] = (fits if alone is None else alone.fits).newcomers
    known = np.flatnonzero(coder.is_category & (margins.fine + rest.fine > 0))
    counts = margins.fine[known], rest.fine[known], margins.n, rest.n
    chances = np.minimum(2 * np.minimum(too_few(*counts), too_many(*counts)), 1.0)
    names = [coder.names[int(at)] for at in np.searchsorted(coder.fine_starts, known, side="right") - 1]
    every = [*zip(chances.tolist(), names, strict=True), *((each.chance, each.column) for each in newcomers)]
    chance, column = min(every, default=(1.0, ""))
    return Least(chance, len(known) + fits.tests, column)
