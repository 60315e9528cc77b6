"""The battery: every family's statistics of one sample of rows, in order; one that breaks stops no other.

Belongs here: which families there are, and what happens when one cannot run. Does not: any statistic (one family a
file), limits (``null.py``), the verdict.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from headwater.checks import (
    category,
    cell,
    column,
    copies,
    dependence,
    duplicates,
    fairness,
    foreign,
    joint,
    neighbours,
    pair,
    replay,
    tail,
    utility,
)
from headwater.checks.prepared import Prepared
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.sample import Sample
from headwater.checks.statistic import Measured, Statistic

FAMILIES: tuple[ModuleType, ...] = (
    column,
    pair,
    category,
    tail,
    cell,
    dependence,
    neighbours,
    duplicates,
    copies,
    replay,
    foreign,
    joint,
    utility,
    fairness,
)
"""One file a family. Each has NAME, STATISTICS and ``tell``; ``measure`` and ``grains`` where its null is drawn,
``measure_exact`` where its null is known and rows drawn from the training rows would mean nothing; ``watched`` where
some tables have nothing for it to look at."""

STATISTICS: tuple[Statistic, ...] = tuple(statistic for family in FAMILIES for statistic in family.STATISTICS)
BY_NAME = {statistic.name: statistic for statistic in STATISTICS}
FAMILY_OF = {statistic.name: family for family in FAMILIES for statistic in family.STATISTICS}


@dataclass(frozen=True)
class Broken:
    """Why a family could not be measured. No value of a row stands in either text."""

    reason: str
    error: str


def families_of(statistics: Collection[str]) -> tuple[ModuleType, ...]:
    """The families of these statistics, in the battery's order."""
    return tuple(family for family in FAMILIES if any(each.name in statistics for each in family.STATISTICS))


def drawn(sample: Sample, families: Sequence[ModuleType] = FAMILIES) -> Measured:
    """The statistics of these families, by default of all, whose null is drawn. Raises what a family raises."""
    found: Measured = {}
    for family in families:
        if hasattr(family, "measure"):
            found.update(family.measure(sample))
    return found


def measure(sample: Sample, families: Sequence[ModuleType] = FAMILIES) -> tuple[Measured, dict[str, Broken]]:
    """All statistics of a sample, and by family's name what could not be measured."""
    found: Measured = {}
    broken: dict[str, Broken] = {}
    for family in families:
        try:
            for part in _parts(family):
                found.update(part(sample))
        except Exception as error:  # noqa: BLE001  a family may break in any way, and each of them must fail closed
            broken[family.NAME] = explain(error)
    return found, broken


def watched(prepared: Prepared) -> tuple[Statistic, ...]:
    """The statistics that this table has something for."""
    return tuple(
        statistic
        for family in FAMILIES
        for statistic in (family.watched(prepared) if hasattr(family, "watched") else family.STATISTICS)
    )


def grains(prepared: Prepared) -> Measured:
    """How much one row can move each component: rows that no draw held are no proof of a fault."""
    found: Measured = {}
    for family in FAMILIES:
        if hasattr(family, "grains"):
            found.update(family.grains(prepared))
    return found


def explain(error: Exception) -> Broken:
    """What broke. A message that is not ours stays out: libraries put values of rows into theirs."""
    if isinstance(error, CannotJudgeError):
        return Broken(str(error), f"CannotJudgeError: {error}")
    frames = traceback.extract_tb(error.__traceback__)
    places = (
        [f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in (frames[1], frames[-1])]
        if len(frames) > 1
        else []
    )
    where = f" at {' from '.join(reversed(list(dict.fromkeys(places))))}" if places else ""
    return Broken("it broke; see the error", f"{type(error).__name__}{where}")


def _parts(family: ModuleType) -> Iterator[Callable[[Sample], Measured]]:
    for name in ("measure", "measure_exact"):
        if hasattr(family, name):
            yield getattr(family, name)
