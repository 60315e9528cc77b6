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
        self._table[wanted & self._mask] = True

    def may_hold(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Bool ``(n,)``: False where a hash is surely not among the wanted ones."""
        found: NDArray[np.bool_] = self._table[hashes & self._mask]
        return found


def members(needles: Hashes, stack: Hashes) -> NDArray[np.bool_]:
    """Which needles are in the stack: bool ``(n,)``. Exact."""
    likely = stack[Sieve(needles).may_hold(stack)]
    found = Sieve(likely).may_hold(needles)
    found[found] = _among(needles[found], likely)
    return found


def _among(needles: Hashes, stack: Hashes) -> NDArray[np.bool_]:
    if not len(stack):
        return np.zeros(len(needles), dtype=bool)
    held = np.sort(stack)
    found: NDArray[np.bool_] = held[np.searchsorted(held, needles).clip(max=len(held) - 1)] == needles
    return found


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
