"""Faults in which rows are there: regions, categories and classes that thin out. Modes collapse like this.

Belongs here: faults that replace whole rows by other honest rows. Does not: copies (``copies.py``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.detection.faults.honest import Honest, classes, swap, take
from benchmarks.detection.faults.space import densities, distances_to
from benchmarks.detection.faults.storing import jittered
from headwater.checks.arrays import category_names, codes
from headwater.checks.encoding import Encoder

CLASS_SHARE = 0.05
"""A class that collapses has at least this share of the batch; and collapses into this share of its rows."""


def drop_cluster(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame:
    """No rows in the region around a random row that holds the share ``dose`` of all honest rows."""
    n = len(honest.batch)
    both = pd.concat([honest.batch, honest.spare.iloc[:n]], ignore_index=True)
    apart = distances_to(int(random.integers(n)), both, honest.schema)
    order = np.lexsort((random.random(len(both)), apart))  # ties at the edge of the region are broken by chance
    inside = np.zeros(len(both), dtype=bool)
    inside[order[: max(1, round(dose * len(both)))]] = True
    return _without(honest, inside[:n], inside[n:], random)


def drop_rare_categories(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame | None:
    """No rows with a category whose share of the training rows is below ``dose``. None: no row has one."""
    n = len(honest.batch)
    holds, spare_holds = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for column in honest.discrete:
        found = codes(honest.train[column.name], column)
        counts = np.bincount(found[found >= 0], minlength=len(category_names(column)))
        rare = np.append(counts < dose * len(honest.train), False)  # the last one is: missing
        holds |= rare[codes(honest.batch[column.name], column)]
        spare_holds |= rare[codes(honest.spare[column.name].iloc[:n], column)]
    return _without(honest, holds, spare_holds, random) if holds.any() else None


def sharpen(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame:
    """Of twice as many honest rows as needed those in dense regions: chance by density to the power ``dose``."""
    n = len(honest.batch)
    both = pd.concat([honest.batch, honest.spare.iloc[:n]], ignore_index=True)
    density = densities(both, Encoder.fit(honest.train, honest.schema), random)
    # The largest keys are a draw without replacement with these chances (Efraimidis and Spirakis 2006).
    keys = np.log(random.random(len(both))) / density**dose
    return take(both, np.sort(np.argpartition(-keys, n - 1)[:n]))


def collapse_class(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame | None:
    """In one class, the share ``dose`` of its rows are near copies of the rows next to one of them."""
    if honest.target is None:
        return None
    found = classes(honest.batch, honest)
    large = [code for code in np.unique(found[found >= 0]) if (found == code).mean() >= CLASS_SHARE]
    if not large:
        return None
    members = np.flatnonzero(found == random.choice(large))
    rows = take(honest.batch, members)
    apart = distances_to(int(random.integers(len(rows))), rows, honest.schema)
    core = np.lexsort((random.random(len(rows)), apart))[: max(1, round(CLASS_SHARE * len(rows)))]
    where = members[random.permutation(len(members))[: round(dose * len(members))]]
    return swap(honest.batch, where, jittered(take(rows, random.choice(core, len(where))), honest, random))


def _without(
    honest: Honest, dropped: NDArray[np.bool_], spare_dropped: NDArray[np.bool_], random: np.random.Generator
) -> pd.DataFrame:
    """Spare rows that are not dropped themselves, in the place of those that are."""
    where, free = np.flatnonzero(dropped), np.flatnonzero(~spare_dropped)
    if len(free) < len(where):
        raise ValueError(f"{len(where)} rows are dropped and only {len(free)} spare ones fit; give more spare rows")
    return swap(honest.batch, where, take(honest.spare, random.permutation(free)[: len(where)]))
