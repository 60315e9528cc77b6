"""Rows that came back with one or two columns lost, emptied or filled by something else.

Belongs here: which columns to leave out, and looking. Does not: comparing rows (``choices.py``), hashes, statistics.

Every choice of one or two columns (of groups of columns, in wide tables) is left out of both sides. Where rows are
told apart without these columns, more matches than among honest rows are enough. Where they are not (a table that
has one nearly unique column, and that one is lost), the columns' own values help: a lost column comes back empty or
with one value for all, and the rows with that value match far more often than honest rows do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater.sources.contamination.cells import Cells
from headwater.sources.contamination.choices import Groups, matching_without
from headwater.sources.contamination.evidence import Chance, Finding
from headwater.sources.contamination.hunt import Hunt, Probe, counted
from headwater.sources.contamination.membership import Hashes, Sieve

MATCHES_MIN = 5
"""Fewer matches prove nothing after so many tests."""
VALUES_MAX = 20
"""Of one choice of columns so many values are looked at, those of most matches first."""


@dataclass(frozen=True, eq=False)
class _Choice:
    """Columns left out, and which rows of the probe match without them: bool ``(n,)`` and ``(m,)``."""

    groups: Groups
    matched: NDArray[np.bool_]
    honest: NDArray[np.bool_]


@dataclass(frozen=True)
class _Suspect:
    """A choice, with the value that the columns left out have where that matters."""

    p_value: float
    choice: _Choice
    value: np.uint64 | None
    tests: int


def hunt_left_out(hunt: Hunt, rate: float) -> list[Finding]:
    """Every choice of columns without which rows came back, the most striking first."""
    probe = hunt.probe
    choices = _choices(probe, hunt.library.sample)
    findings: list[Finding] = []
    tried: set[tuple[Groups, np.uint64 | None]] = set()
    suspects = _all_suspects(hunt, probe, choices)
    while suspects and suspects[0].p_value * suspects[0].tests <= rate:
        best = suspects.pop(0)
        key = (best.choice.groups, best.value)
        found = None if key in tried else _settle(hunt, best, rate)
        tried.add(key)
        if found:  # fewer rows are open now, so everything is weighed anew
            findings.append(found)
            suspects = _all_suspects(hunt, probe, choices)
    return findings


def _choices(probe: Probe, sample: Cells) -> list[_Choice]:
    count = len(probe.rows)
    matched = matching_without(Cells.joined([probe.rows, probe.control]), sample)
    return [_Choice(groups, both[:count], both[count:]) for groups, both in matched.items()]


def _all_suspects(hunt: Hunt, probe: Probe, choices: list[_Choice]) -> list[_Suspect]:
    """The most striking first."""
    is_open = hunt.is_open[probe.places]
    found = [each for choice in choices for each in _suspects(probe, choice, is_open, 2 * len(choices))]
    return sorted(found, key=lambda each: each.p_value * each.tests)


def _suspects(probe: Probe, choice: _Choice, is_open: NDArray[np.bool_], tests: int) -> list[_Suspect]:
    """The choice as it is, and for the values that its columns have where rows match."""
    matched = choice.matched & is_open
    many, asked = int(matched.sum()), int(is_open.sum())
    if many < MATCHES_MIN:
        return []
    chance, found = Chance.of(choice.honest, probe.is_anchor), []
    if chance.can_name(many, asked):
        found.append(_Suspect(chance.p_value(many, asked), choice, None, tests))
    hashes = probe.rows.only(choice.groups)
    values, matches = counted(hashes[matched])
    different = len(values)
    values, matches = values[matches >= MATCHES_MIN], matches[matches >= MATCHES_MIN]
    most = np.sort(np.argsort(-matches, kind="stable")[:VALUES_MAX])
    values, matches = values[most], matches[most]
    frequency = _frequency(hashes[is_open & Sieve(values).may_hold(hashes)], values)
    for place in np.flatnonzero(chance.nameable(matches, frequency)):
        p_value = chance.p_value(int(matches[place]), int(frequency[place]))
        found.append(_Suspect(p_value, choice, values[place], tests * different))
    return found


def _frequency(hashes: Hashes, values: Hashes) -> NDArray[np.int64]:
    """How often each of the values (ascending) is among the hashes: int64."""
    ranked = np.sort(hashes)
    found = np.searchsorted(ranked, values, side="right") - np.searchsorted(ranked, values, side="left")
    return found.astype(np.int64)


def _settle(hunt: Hunt, suspect: _Suspect, rate: float) -> Finding | None:
    groups, asked, alike = suspect.choice.groups, hunt.is_open, None
    words = "without " + " and ".join(map(repr, hunt.rows.called(groups)))
    if suspect.value is not None:
        asked = asked & (hunt.rows.only(groups) == suspect.value)
        alike = hunt.control.only(groups) == suspect.value
        words += ", which have one value in all of them"
    return hunt.settle(words, lambda cells: cells.without(groups), asked, rate / suspect.tests, alike=alike)
