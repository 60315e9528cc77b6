"""Planted slides: what happens to the figures of a year after its first honest nights.

Belongs here: shifts and ramps of measured figures, and nights that were judged with a fault in their rows. Does not:
charts (``years.py``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.watch.limits import NIGHTS
from benchmarks.watch.nights import REGION_STEP, VALUES_STEP
from benchmarks.watch.years import BEFORE, Bend, Nights, Years
from headwater.checks import neighbours
from headwater.checks.indicators import NAMES

MONTH, RAMP = 30, 90
ONE = NAMES.index(neighbours.COVERAGE.name)


def slides(nights: Nights, measured: dict[str, Any]) -> dict[str, Bend]:
    """By name, in the order of the report."""
    found: dict[str, Bend] = {}
    for size in (0.2, 0.5, 1.0):
        found[f"coverage worse by {size} sd"] = _shifted(nights, size, only=ONE)
    for size in (1.0, 2.0):
        found[f"coverage worse by {size} sd within {RAMP} nights"] = _shifted(nights, size, only=ONE, over=RAMP)
    for size in (0.2, 0.5, 1.0):
        found[f"every indicator worse by {size} sd"] = _shifted(nights, size)
    found[f"every indicator worse by 1.0 sd within {RAMP} nights"] = _shifted(nights, 1.0, over=RAMP)
    found[f"{REGION_STEP:.0%} of the rows lost each month, one region"] = _judged(nights, measured["region"])
    found[f"{VALUES_STEP:.1%} of the numbers' values lost each month"] = _judged(nights, measured["values"])
    return found


def _shifted(nights: Nights, size: float, *, only: int | None = None, over: int = 1) -> Bend:
    """Worse by ``size`` standard deviations of a night, at once or by and by."""

    def bend(years: Years, random: np.random.Generator) -> Years:
        way = np.clip((np.arange(NIGHTS) - BEFORE + 1) / over, 0, 1) * size
        moved = way[None, :, None] * nights.spread
        if only is not None:
            moved = moved * (np.arange(len(NAMES)) == only)
        return np.asarray(years + moved)

    return bend


def _judged(nights: Nights, doses: list[list[Any]]) -> Bend:
    """Each month the nights of the next dose, as the judge judged them."""
    pools = [Nights.of(dose).ratios for dose in doses]

    def bend(years: Years, random: np.random.Generator) -> Years:
        bent = years.copy()
        offset = years[:, :BEFORE].mean(axis=1) - nights.ratios.mean(axis=0)  # of each year's certificate, about
        for night in range(BEFORE, NIGHTS):
            pool = pools[min((night - BEFORE) // MONTH, len(pools) - 1)]
            bent[:, night] = pool[random.integers(len(pool), size=len(years))] + offset
        return bent

    return bend
