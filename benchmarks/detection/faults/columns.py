"""Faults of single columns: their spread, tails, unit, dates and missing values.

Belongs here: faults that a look at one column could find. Does not: relations between columns (``joint.py``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.detection.faults.honest import Honest
from benchmarks.detection.faults.storing import atoms, resolution, stored
from headwater.checks.arrays import numbers
from headwater.tables.schema import ColumnSchema

_ROUNDS = 8


def reduce_variance(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame | None:
    """The variance of every numerical and datetime column times ``1 - dose``; see :func:`_contracted`."""
    out = honest.batch.copy()
    for column in honest.measured:
        raw = numbers(out[column.name])
        narrow = _narrowed(raw, dose, resolution(out[column.name], column) or 0.0)
        out[column.name] = stored(out[column.name], column, narrow, random)
    return None if out.equals(honest.batch) else out


def clip_tails(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame | None:
    """Every numerical and datetime column held between the quantiles ``dose`` and ``1 - dose`` of its training rows."""
    out = honest.batch.copy()
    for column in honest.measured:
        train = numbers(honest.train[column.name])
        train = train[~np.isnan(train)]
        if len(train):
            low, high = np.quantile(train, [dose, 1 - dose], method="inverted_cdf")
            held = np.clip(numbers(out[column.name]), low, high)
            out[column.name] = stored(out[column.name], column, held, random)
    return None if out.equals(honest.batch) else out


def change_unit(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame | None:
    """One numerical column, not the target, times ``dose``; one that is mostly not zero where there is one."""
    found = [c for c in honest.measured if c.sdtype == "numerical" and c.name != honest.target]
    filled = [c for c in found if np.mean(np.nan_to_num(numbers(honest.batch[c.name])) != 0) >= 0.5]
    chosen = _any_of(filled or found, random)
    if chosen is None:
        return None
    values = honest.batch[chosen.name]
    return honest.batch.assign(**{chosen.name: stored(values, chosen, numbers(values) * dose, random)})


def shift_dates(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame | None:
    """One datetime column ``dose`` days later."""
    chosen = _any_of([column for column in honest.measured if column.sdtype == "datetime"], random)
    if chosen is None:
        return None
    return honest.batch.assign(**{chosen.name: honest.batch[chosen.name] + pd.Timedelta(days=dose).as_unit("us")})


def redistribute_nulls(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame | None:
    """In every column the share ``dose`` of missing values is filled from the column; as many others are missing."""
    out = honest.batch.copy()
    for column in honest.schema.learned:
        missing = np.flatnonzero(out[column.name].isna())
        present = np.flatnonzero(out[column.name].notna())
        if len(missing) and len(present):
            moved = random.permutation(missing)[: max(1, round(dose * len(missing)))]
            source = np.arange(len(out))
            source[moved] = random.choice(present, len(moved))
            filled = out[column.name].take(source).reset_index(drop=True)
            free = np.setdiff1d(np.arange(len(out)), np.setdiff1d(missing, moved))
            filled.iloc[random.permutation(free)[: len(moved)]] = None
            out[column.name] = filled
    return None if out.equals(honest.batch) else out


def _any_of(columns: list[ColumnSchema], random: np.random.Generator) -> ColumnSchema | None:
    return columns[int(random.integers(len(columns)))] if columns else None


def _narrowed(raw: NDArray[np.float64], dose: float, step: float) -> NDArray[np.float64]:
    """The numbers contracted so far that, after rounding by chance, their variance is ``1 - dose`` of what it was."""
    present = ~np.isnan(raw)
    if not present.any():
        return raw
    moving, centre = _contracted(raw, present, dose)
    lost = dose * raw[present].var() * present.sum()
    own = raw[moving].var() * moving.sum()
    if own == 0:
        return raw
    narrow, noise = raw.copy(), 0.0
    for _ in range(_ROUNDS if step else 1):  # rounding by chance adds variance; contract that much more
        factor = np.sqrt(np.clip((own - lost - noise) / own, 0, 1))
        narrow[moving] = centre + factor * (raw[moving] - centre)
        if step:
            beyond = np.abs(np.modf(np.round(narrow[moving] / step, 6))[0])
            noise = float((beyond * (1 - beyond)).sum() * step**2)
    return narrow


def _contracted(raw: NDArray[np.float64], present: NDArray[np.bool_], dose: float) -> tuple[NDArray[np.bool_], float]:
    """Which numbers move, and to where.

    All of them to their mean where no value is an atom. Else a column of which nine in ten are 0 would lose its 0,
    which is another fault, and a gross one: there atoms stay and the other numbers move to their own mean. Where those
    have too little variance to lose, all move to the commonest atom.
    """
    fixed = atoms(raw[present])
    moving = present & ~np.isin(raw, fixed)
    if moving.any() and raw[moving].var() * moving.sum() >= 2 * dose * raw[present].var() * present.sum():
        return moving, float(raw[moving].mean())
    if not len(fixed):
        return present, float(raw[present].mean())
    return present, float(fixed[np.argmax([(raw == atom).sum() for atom in fixed])])
