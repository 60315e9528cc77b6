"""One search: new rows, honest rows beside them, released rows, and which new rows have been named so far.

Belongs here: settling one suspicion. Does not: having suspicions (``unchanged``, ``rounded``, ``left_out``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from headwater.sources.contamination.cells import Cells
from headwater.sources.contamination.evidence import CONTROL_ROWS_MIN, Chance, Finding
from headwater.sources.contamination.library import Library, Projection
from headwater.sources.contamination.membership import Hashes

PROBE_ROWS, PROBE_CONTROL = 100_000, 50_000
"""Rows in which suspicions are sought, new ones and honest ones of each side; all rows are asked before one is told."""


@dataclass(frozen=True, eq=False)
class Probe:
    """A part of the new rows, evenly over the source, and of the honest ones: enough for a suspicion.

    Attributes:
        places: which of the new rows: int64 ``(p,)``.
        rows, control: the rows.
        is_anchor: which of the honest ones were in the anchor: bool.
    """

    places: NDArray[np.intp]
    rows: Cells
    control: Cells
    is_anchor: NDArray[np.bool_]


class Hunt:
    """The state of a search.

    Attributes:
        rows: the new rows.
        control: honest rows.
        is_anchor: which of these were in the anchor: bool ``(m,)``.
        library: the released rows.
        owner: for each new row the position of the batch it came from, -1 while it is not named: int32 ``(n,)``.
        counted: new rows that an estimate speaks of already, since they equal a released row: bool ``(n,)``.
    """

    def __init__(self, rows: Cells, control: Cells, is_anchor: NDArray[np.bool_], library: Library) -> None:
        self.rows = rows
        self.control = control
        self.is_anchor = is_anchor
        self.library = library
        self.owner = np.full(len(rows), -1, dtype=np.int32)
        self.counted = np.zeros(len(rows), dtype=bool)

    @cached_property
    def probe(self) -> Probe:
        """Where suspicions are sought; all rows, where they are not too many."""
        places = _evenly(np.arange(len(self.rows)), PROBE_ROWS)
        sides = (np.flatnonzero(self.is_anchor), np.flatnonzero(~self.is_anchor))
        picked = np.concatenate([_evenly(side, PROBE_CONTROL) for side in sides])
        return Probe(places, self.rows.take(places), self.control.take(picked), self.is_anchor[picked])

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """New rows that are not named yet: bool ``(n,)``."""
        return self.owner < 0

    def chance(self, found: NDArray[np.bool_], among: NDArray[np.bool_] | None = None) -> Chance:
        """What honest rows show, all of them or those ``among``; both bool ``(m,)``."""
        if among is None:
            return Chance.of(found, self.is_anchor)
        return Chance.of(found[among], self.is_anchor[among])

    def settle(
        self,
        change: str,
        project: Projection,
        asked: NDArray[np.bool_],
        rate: float,
        *,
        alike: NDArray[np.bool_] | None = None,
    ) -> Finding | None:
        """Compare the rows ``asked`` with all released ones; name those that match, if it can be done and is no chance.

        Args:
            change: what may have been done to the rows, in words.
            project: the hash of a row after that change.
            asked: the rows in question: bool ``(n,)``.
            rate: largest p-value that is more than chance; the caller has divided it by the number of its tests.
            alike: honest rows that have the mark by which the rows asked were chosen: bool ``(m,)``. Where there are
                enough of them, the rows asked must stand out from these too.
        """
        owned, honest = self.compare(project, asked)
        chances = [self.chance(honest)]
        if alike is not None and int(alike.sum()) >= CONTROL_ROWS_MIN:
            chances.append(self.chance(honest, alike))
        found = self.judge(change, owned, chances)
        if found.p_value > rate or not found.named:
            return None
        self.name(asked, owned)
        return found

    def compare(self, project: Projection, asked: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """The batch of each row asked, int32, -1 for none; and which honest rows equal a released row: bool."""
        wanted = project(self.rows)[asked]
        owner = self.library.search(np.concatenate([wanted, project(self.control)]), project)
        return owner[: len(wanted)], owner[len(wanted) :] >= 0

    def judge(self, change: str, owned: NDArray[np.int32], chances: Sequence[Chance]) -> Finding:
        """What the rows asked prove, of which ``owned`` has the batches: they must stand out from every chance."""
        matched, count = int((owned >= 0).sum()), len(owned)
        chance = max(chances, key=lambda each: each.rate)
        can_name = chance.can_name(matched, count)
        return Finding(
            change=change,
            asked=count,
            matched=matched,
            by_chance=chance.rate * count,
            named=matched if can_name else 0,
            leaked=float(matched) if can_name else chance.leaked(matched, count),
            p_value=min(1.0, max(chance.p_value(matched, count) for chance in chances)),
        )

    def name(self, asked: NDArray[np.bool_], owned: NDArray[np.int32]) -> None:
        """Those of the rows asked that a batch owns are named from now on."""
        self.owner[np.flatnonzero(asked)[owned >= 0]] = owned[owned >= 0]


def _evenly(places: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    return places[:: max(1, -(-len(places) // most))]


def counted(values: Hashes) -> tuple[Hashes, NDArray[np.int64]]:
    """Each value once, and how often it occurs."""
    found, counts = np.unique(values, return_counts=True)
    return found, counts.astype(np.int64)
