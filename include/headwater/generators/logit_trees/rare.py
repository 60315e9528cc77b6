"""The rare codes of a variable: learned as one, drawn apart by their shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CODES_MAX = 100
"""Codes of a variable beyond this many, by frequency, are learned as one."""


@dataclass(frozen=True)
class Rare:
    """The codes of a variable that are learned by themselves, and the others.

    Attributes:
        group: int64, shape ``(codes,)``: of each code.
        members: of each group, its codes and their cumulated shares.
    """

    group: np.ndarray
    members: list[tuple[np.ndarray, np.ndarray]]

    def apart(self, groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A code for each group."""
        codes = np.array([members[0] for members, _ in self.members])[groups]
        last = len(self.members) - 1
        members, upto = self.members[last]
        if len(members) > 1:
            rows = np.flatnonzero(groups == last)
            # Systematic sampling: as many of each as its share says, give or take one.
            even = (rng.permutation(len(rows)) + rng.random()) / max(len(rows), 1)
            codes[rows] = members[np.searchsorted(upto, even, side="right").clip(max=len(members) - 1)]
        return codes


def rare_codes(shares: np.ndarray) -> Rare:
    """Which codes are learned as one, by their shares in all rows; bins are always few enough to be learned each."""
    size = len(shares)
    if size <= CODES_MAX:
        return Rare(np.arange(size), [(np.array([code]), np.ones(1)) for code in range(size)])
    kept = np.sort(np.argsort(-shares, kind="stable")[: CODES_MAX - 1])
    group = np.full(size, CODES_MAX - 1)
    group[kept] = np.arange(len(kept))
    others = np.flatnonzero(group == CODES_MAX - 1)
    others = others[shares[others] > 0] if shares[others].any() else others
    weight = shares[others] if shares[others].any() else np.ones(len(others))
    members = [(np.array([code]), np.ones(1)) for code in kept.tolist()]
    return Rare(group, [*members, (others, np.cumsum(weight) / weight.sum())])
