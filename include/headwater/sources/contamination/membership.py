"""Which hashes are among others. Belongs here: sets of 64-bit hashes. Does not: what the hashes are of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

BITS_MORE, BITS_MAX = 4, 24
"""A sieve has 16 places a hash, so that one stranger of 16 gets through, and at most 16 Mi: it should stay in cache."""


class Sieve:
    """Lets through the hashes that may be among the given ones: all that are, and few others (Bloom 1970, one hash)."""

    def __init__(self, wanted: Hashes) -> None:
        bits = min(BITS_MAX, max(10, len(wanted).bit_length() + BITS_MORE))
        self._mask = np.uint64((1 << bits) - 1)
        self._table = np.zeros(1 << bits, dtype=bool)
        self._table[self._places(wanted)] = True

    def may_hold(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Bool ``(n,)``: False where a hash is surely not among the wanted ones."""
        found: NDArray[np.bool_] = self._table[self._places(hashes)]
        return found

    def _places(self, hashes: Hashes) -> NDArray[np.intp]:
        return (hashes & self._mask).view(np.intp)  # as uint64, numpy would copy and check them, in twice the time


def members(needles: Hashes, stack: Hashes) -> NDArray[np.bool_]:
    """Which needles are in the stack: bool ``(n,)``. Exact."""
    likely = stack[Sieve(needles).may_hold(stack)]
    found = Sieve(likely).may_hold(needles)
    found[found] = places(needles[found], np.sort(likely)) >= 0
    return found


def places(needles: Hashes, ranked: Hashes) -> NDArray[np.intp]:
    """The first place of each needle among ``ranked``, which ascend; -1 where it is not among them: intp ``(n,)``."""
    found = np.full(len(needles), -1, dtype=np.intp)
    if len(ranked):
        order = np.argsort(needles)  # one after the other they are found three times as fast: neighbours are in cache
        there = np.searchsorted(ranked, needles[order]).clip(max=len(ranked) - 1)
        found[order] = np.where(ranked[there] == needles[order], there, -1)
    return found


def alone(hashes: Hashes) -> NDArray[np.bool_]:
    """Which hashes occur once: bool ``(n,)``."""
    ranked = np.sort(hashes)
    return ~members(hashes, ranked[1:][ranked[1:] == ranked[:-1]])


def newcomers(rows: Hashes, earlier: Hashes) -> NDArray[np.bool_]:
    """Which rows were not among ``earlier``, counted as often as they occur: bool ``(n,)``.

    Of five equal rows of which three were there earlier, the last two are new.
    """
    new = ~members(rows, earlier)
    seen = np.flatnonzero(~new)
    order = seen[np.argsort(rows[seen], kind="stable")]
    ranked, known = rows[order], np.sort(earlier)
    starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1])) if len(ranked) else np.zeros(0, dtype=np.intp)
    rank = np.arange(len(ranked)) - np.repeat(starts, np.diff(np.append(starts, len(ranked))))
    were = np.searchsorted(known, ranked, side="right") - np.searchsorted(known, ranked, side="left")
    new[order] = rank >= were
    return new
