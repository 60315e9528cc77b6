"""What the rows come to: a regime's figures at the end beside its own generation 1, alarms, targets.

Belongs here: arithmetic on rows of the JSON. Does not: measuring, showing.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.collapse.regimes import GUARDED, LET_THROUGH, NO_NEW_REAL, REPLACE, SYNTHETIC_ONLY, WORDS

Row = dict[str, Any]
Chain = list[Row]
TSTR_LOSS, COVERAGE_KEPT, C2ST_RISE = 0.01, 0.98, 0.03
ALARM_BY, ALARM_LEAD = 3, 3
NO_REAL_AT, NO_REAL_COVERAGE, NO_REAL_TSTR = 10, 0.95, 0.02


def chains(rows: Sequence[Row]) -> list[Chain]:
    """Rows by cell, generations in order; the order of cells is that of the rows."""
    found: dict[tuple[Any, ...], Chain] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in ("table", "generator", "regime", "seed")), []).append(row)
    return [sorted(chain, key=lambda row: int(row["generation"])) for chain in found.values()]


def first_alarm(chain: Chain) -> int | None:
    """Generation of the first alarm of the watch."""
    return next((row["generation"] for row in chain if row["alarms"]), None)


def tstr_lost(chain: Chain, loss: float = TSTR_LOSS) -> int | None:
    """First generation whose TSTR is lower than generation 1's by ``loss`` or more."""
    return next((row["generation"] for row in chain if _fall(chain[0], row) >= loss - 1e-9), None)


def change(chain: Chain, at: int | None = None) -> Row:
    """A generation, the last one by default, beside the first; a chain that is shorter ends at its end."""
    first, last = chain[0], chain[min(at or len(chain), len(chain)) - 1]
    return {
        "generation": last["generation"],
        "coverage_kept": last["coverage"] / first["coverage"] if first["coverage"] else None,
        "rare_lost": last["rare_of"] - last["rare_kept"],
        "pair_tvd_rise": last["pair_tvd"] - first["pair_tvd"],
        "c2st_rise": last["c2st_auc"] - first["c2st_auc"],
        "tstr_fall": _fall(first, last),
    }


BAD_IS_LOW = ("coverage_kept",)
"""Of the names of :func:`change`; of the others large is bad."""


def summaries(rows: Sequence[Row]) -> list[Row]:
    """A summary for each regime that was measured, in the order of :data:`regimes.WORDS`."""
    every = chains(rows)
    found = []
    for regime in WORDS:
        own = [chain for chain in every if chain[0]["regime"] == regime]
        if own:
            found.append(summary(regime, own))
    return found


def summary(regime: str, own: Sequence[Chain]) -> Row:
    """The medians and the worst over a regime's cells, its alarms, and which targets are met by how many cells."""
    changes = [change(chain) for chain in own]
    names = [name for name in changes[0] if name != "generation"]
    columns = {name: [each[name] for each in changes if each[name] is not None] for name in names}
    alarms, losses = [first_alarm(chain) for chain in own], [tstr_lost(chain) for chain in own]
    return {
        "regime": regime,
        "words": WORDS[regime],
        "cells": len(own),
        "generations": max(len(chain) for chain in own),
        "median": {name: _rounded(statistics.median(column)) if column else None for name, column in columns.items()},
        "worst": {
            name: _rounded(min(column) if name in BAD_IS_LOW else max(column)) if column else None
            for name, column in columns.items()
        },
        "first_alarms": alarms,
        "tstr_lost": losses,
        "targets": [
            {"target": target.words, "met_by": met, "of": len(asked), "is_met": met == len(asked)}
            for target in TARGETS.get(regime, ())
            for asked in [[chain for chain in own if target.concerns(chain)]]
            for met in [sum(target.holds(chain) for chain in asked)]
        ],
    }


def noise(rows: Sequence[Row]) -> list[Row]:
    """By generator, how far nights of one and the same model lie apart: standard deviations, pooled over its cells.

    Such nights are those of guarded chains in which no retraining was let through; those without new real rows are the
    same nights once more. A difference of two nights has the root of two times this deviation.
    """
    found: dict[str, list[Chain]] = {}
    for chain in chains(rows):
        if chain[0]["regime"] == GUARDED and len(chain) > 1 and not any(row["retrained"] for row in chain[1:]):
            found.setdefault(chain[0]["generator"], []).append(chain)
    return [
        {"generator": generator, "cells": len(own), **{name: _pooled(own, name) for name in NOISY}}
        for generator, own in found.items()
    ]


NOISY = ("coverage", "pair_tvd", "c2st_auc", "tstr")


def _pooled(own: Sequence[Chain], name: str) -> float | None:
    """None where a figure was not measured."""
    columns = [[row[name] for row in chain] for chain in own]
    if any(value is None for column in columns for value in column):
        return None
    return _rounded(statistics.fmean(statistics.variance(column) for column in columns) ** 0.5)


@dataclass(frozen=True)
class Target:
    """Something a chain should do, in words and as a test; of all chains, or of those that it concerns."""

    words: str
    holds: Callable[[Chain], bool]
    concerns: Callable[[Chain], bool] = lambda chain: True


def _collapses(chain: Chain) -> bool:
    return bool(change(chain)["coverage_kept"] < COVERAGE_KEPT or change(chain)["tstr_fall"] > TSTR_LOSS)


def _alarm_in_time(chain: Chain) -> bool:
    alarm = first_alarm(chain)
    return alarm is not None and alarm <= ALARM_BY


def _alarm_leads(chain: Chain) -> bool:
    alarm, lost = first_alarm(chain), tstr_lost(chain)
    return alarm is not None and (lost is None or alarm <= lost - ALARM_LEAD)


def _lasts(chain: Chain) -> bool:
    """Generation 1 has nobody before it to be held against, so no alarm comes before generation 2."""
    lost = tstr_lost(chain)
    return lost is None or lost >= 2 + ALARM_LEAD


HELD = (
    Target(
        "coverage at the end >= 98 % of generation 1", lambda chain: change(chain)["coverage_kept"] >= COVERAGE_KEPT
    ),
    Target("every category of >= .1 % share is kept", lambda chain: change(chain)["rare_lost"] == 0),
    Target("C2ST AUC at the end within +.03", lambda chain: change(chain)["c2st_rise"] <= C2ST_RISE),
    Target("TSTR at the end within .01", lambda chain: change(chain)["tstr_fall"] <= TSTR_LOSS),
)
TARGETS = {
    REPLACE: (
        Target("collapses visibly: coverage below 98 %, or TSTR down by more than .01", _collapses),
        Target("the alarm comes by generation 3", _alarm_in_time),
        Target("the alarm comes 3 generations or more before TSTR has lost .01", _alarm_leads),
        Target("the same, of the cells where TSTR has lost .01 at generation 5 or later", _alarm_leads, _lasts),
    ),
    GUARDED: HELD,
    LET_THROUGH: HELD,
    NO_NEW_REAL: HELD,
    SYNTHETIC_ONLY: (
        Target(
            "coverage at generation 10 >= 95 % of generation 1",
            lambda chain: change(chain, NO_REAL_AT)["coverage_kept"] >= NO_REAL_COVERAGE,
        ),
        Target(
            "TSTR at generation 10 within .02", lambda chain: change(chain, NO_REAL_AT)["tstr_fall"] <= NO_REAL_TSTR
        ),
    ),
}


def _fall(first: Row, last: Row) -> float:
    """0 where nothing is predicted."""
    return 0.0 if first["tstr"] is None or last["tstr"] is None else float(first["tstr"] - last["tstr"])


def _rounded(value: float) -> float:
    return round(value, 5)
