"""Rows whose numbers were rounded before they came back.

Belongs here: which roundings are worth a look, and looking. Does not: rounding (``rounding.py``).

Rounded rows give themselves away: all their numbers lie on a grid on which few honest rows do. Only such rows are
asked, and each is compared with the released rows rounded in the same way. How often that happens by chance is seen
on honest rows that are rounded too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater.checks.statistic import too_many
from headwater.sources.contamination.evidence import Finding
from headwater.sources.contamination.hunt import Hunt
from headwater.sources.contamination.membership import members
from headwater.sources.contamination.rounding import MOMENTS, NUMBERS, TIES, Grid, Ties

ROWS_MIN = 5
"""Fewer rows on a grid prove nothing after so many tests."""
SUSPICIOUS = 0.05
"""A grid is looked at where so many new rows on it would be this improbable among honest ones."""
STRIKING = 1e-3
"""…and columns that strike on their own by this much are also looked at together, each on its own grid."""
NATURAL_SHARE = 0.9
"""A grid on which so many honest rows lie anyway changes nothing."""


@dataclass(frozen=True, eq=False)
class _Suspicion:
    """Columns with their grids, and how improbable it is that so many new rows lie on all of them."""

    grids: tuple[tuple[str, Grid], ...]
    p_value: float

    @property
    def words(self) -> str:
        columns: dict[str, list[str]] = {}
        for name, grid in self.grids:
            columns.setdefault(grid.words, []).append(name)
        return "; ".join(f"{', '.join(map(repr, names))} rounded {words}" for words, names in columns.items())


def hunt_rounded(hunt: Hunt, rate: float) -> list[Finding]:
    """Every rounding by which rows came back."""
    choices = [*_choices(hunt)]
    if not choices:
        return []
    tests = (len(choices) + 1) * len(TIES)
    suspicions = [each for grids in choices if (each := _suspicion(hunt, grids)) is not None]
    suspicions += [each for each in [_together(hunt, suspicions)] if each is not None]
    findings = []
    for suspicion in sorted(suspicions, key=lambda each: each.p_value):
        asked = hunt.rows.lie_on(suspicion.grids) & hunt.is_open
        ties = _best_ties(hunt, suspicion, asked)
        if ties is None:
            continue
        found = hunt.settle(
            suspicion.words,
            lambda cells, grids=suspicion.grids, ties=ties: cells.rounded(grids, ties),  # type: ignore[misc]
            asked,
            rate / tests,
        )
        if found:
            findings.append(found)
    return findings


def _choices(hunt: Hunt) -> Iterator[tuple[tuple[str, Grid], ...]]:
    """Each grid for all columns together that it may suit, then for each of them alone."""
    every = tuple(hunt.control.numbers)
    moments = tuple(name for name in every if _may_be_moments(hunt.control.numbers[name]))
    numbers = tuple(name for name in every if name not in moments)
    for grids, together in ((NUMBERS, {numbers, every}), (MOMENTS, {moments})):
        groups = {*together, *((name,) for names in together for name in names)}
        for names in sorted(groups - {()}, key=lambda names: (-len(names), names)):
            yield from (tuple((name, grid) for name in names) for grid in grids)


def _may_be_moments(values: NDArray[np.float64]) -> bool:
    """Fingerprints hold moments as seconds since 1970, which are large; so are some numbers, asked as both."""
    return bool(np.nanmedian(np.abs(values)) > 1e8) if len(values) and not np.isnan(values).all() else False


def _suspicion(hunt: Hunt, grids: tuple[tuple[str, Grid], ...]) -> _Suspicion | None:
    asked = hunt.probe.rows.lie_on(grids) & hunt.is_open[hunt.probe.places]
    if (count := int(asked.sum())) < ROWS_MIN:
        return None
    honest = hunt.probe.control.lie_on(grids)
    natural = int(honest.sum())
    if natural > NATURAL_SHARE * len(honest):
        return None
    p_value = float(too_many(np.asarray(count), np.asarray(natural), len(asked), len(honest)))
    return _Suspicion(grids, p_value) if p_value <= SUSPICIOUS else None


def _together(hunt: Hunt, suspicions: list[_Suspicion]) -> _Suspicion | None:
    """The columns that strike alone, each on its most striking grid."""
    best: dict[str, _Suspicion] = {}
    for each in suspicions:
        name = each.grids[0][0]
        if len(each.grids) == 1 and each.p_value <= STRIKING and each.p_value < getattr(best.get(name), "p_value", 1.0):
            best[name] = each
    if len(best) < 2:
        return None
    return _suspicion(hunt, tuple(each.grids[0] for each in best.values()))


def _best_ties(hunt: Hunt, suspicion: _Suspicion, asked: NDArray[np.bool_]) -> Ties | None:
    """The way of breaking ties by which most rows are found among the released ones in memory."""
    if int(asked.sum()) < ROWS_MIN:
        return None
    suspects = hunt.rows.take(asked)
    found = {
        ties: int(
            members(suspects.rounded(suspicion.grids, ties), hunt.library.sample.rounded(suspicion.grids, ties)).sum()
        )
        for ties in TIES
    }
    best = max(TIES, key=lambda ties: found[ties])
    return best if found[best] else None
