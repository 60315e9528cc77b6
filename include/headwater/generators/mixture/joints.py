"""Columns that are tied so closely that they are learned as one: their codes, side by side, are the code of a joint.

Belongs here: which columns, and the table of the code combinations that occur. Does not: how likely they are (``em``).

Within a class the joints are independent. A code of education and its number of years, or marital status,
relationship and sex, would need classes of their own to stay together; as one joint they need none. So few classes do
for what took many, and classes of many rows memorise less. Combinations that never occur are never made.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

TIE_MIN = 0.05
"""Fewest nats of mutual information between two joints that are made one."""

ROWS_A_CELL = 20
"""Rows wanted for each combination, on average: a table of fewer rows ties fewer columns."""

_PAIR_MAX = 200_000


@dataclass(frozen=True)
class Joint:
    """One or more columns learned as one.

    Attributes:
        places: of its columns in the list of coded columns.
        table: the columns' codes of each code of the joint, int64, shape ``(codes, columns)``, no row twice.
    """

    places: tuple[int, ...]
    table: np.ndarray

    @property
    def size(self) -> int:
        """Number of codes."""
        return len(self.table)

    def encode(self, codes: np.ndarray) -> np.ndarray:
        """The joint's code of each row, int64, shape ``(rows,)``; -1 for a combination that never occurred.

        Args:
            codes: of all coded columns, int64, shape ``(rows, coded columns)``.
        """
        if len(self.places) == 1:
            alone: np.ndarray = codes[:, self.places[0]]
            return alone
        own = codes[:, self.places]
        known = (own >= 0).all(axis=1) & (own <= self.table.max(axis=0)).all(axis=1)
        keys = own @ self._steps
        place = np.minimum(np.searchsorted(self._keys, keys), self.size - 1)
        return np.where(known & (self._keys[place] == keys), self._order[place], -1)

    @cached_property
    def _steps(self) -> np.ndarray:
        width = self.table.max(axis=0) + 1
        return np.append(np.cumprod(width[::-1])[::-1][1:], 1)

    @cached_property
    def _order(self) -> np.ndarray:
        return np.argsort(self.table @ self._steps, kind="stable")

    @cached_property
    def _keys(self) -> np.ndarray:
        keys: np.ndarray = (self.table @ self._steps)[self._order]
        return keys


def learn_joints(codes: np.ndarray, sizes: list[int], cells: int | None) -> list[Joint]:
    """Ties the two joints that know most of each other, again and again.

    The measure is mutual information (as Chow and Liu 1968 choose edges by), less its bias (Miller 1955).

    Args:
        codes: int64, shape ``(rows, coded columns)``, none below 0.
        sizes: number of codes of each column.
        cells: most combinations that a joint of several columns may have; 1 ties none. None ties those where one
            follows from the other in every row, so that a joint has no more codes than one of the two.
    """
    tied: list[tuple[tuple[int, ...], np.ndarray]] = [((place,), codes[:, place]) for place in range(len(sizes))]
    most = len(codes) // ROWS_A_CELL if cells is None else min(cells, len(codes) // ROWS_A_CELL)
    ties: dict[tuple[tuple[int, ...], tuple[int, ...]], float] = {}
    while True:
        best, pair = TIE_MIN, None
        for after in range(len(tied)):
            for before in range(after):
                key = (tied[before][0], tied[after][0])
                if key not in ties:
                    ties[key] = _tie(tied[before][1], tied[after][1], most, follows=cells is None)
                if ties[key] > best:
                    best, pair = ties[key], (before, after)
        if pair is None:
            return [_joint(places, codes, sizes) for places, _ in tied]
        places, other = tied[pair[0]][0] + tied[pair[1]][0], tied.pop(pair[1])[1]
        one = tied[pair[0]][1]
        tied[pair[0]] = (places, np.unique(one * (other.max() + 1) + other, return_inverse=True)[1])


def _tie(one: np.ndarray, other: np.ndarray, most: int, *, follows: bool) -> float:
    """Mutual information of two codes in nats; minus infinity where they have too many combinations.

    With ``follows`` these are any beyond the codes of one of the two.
    """
    width, rows = int(other.max()) + 1, len(one)
    if (int(one.max()) + 1) * width > _PAIR_MAX:
        return -np.inf
    counts = np.bincount(one * width + other, minlength=(int(one.max()) + 1) * width).reshape(-1, width)
    occurs = counts > 0
    alone = max(int(occurs.any(axis=1).sum()), int(occurs.any(axis=0).sum()))
    if occurs.sum() > (min(most, alone) if follows else most):
        return -np.inf
    shares = counts / rows
    apart = shares.sum(axis=1, keepdims=True) * shares.sum(axis=0, keepdims=True)
    excess = int(occurs.sum()) - int(occurs.any(axis=1).sum()) - int(occurs.any(axis=0).sum()) + 1
    return float((shares[occurs] * np.log(shares[occurs] / apart[occurs])).sum()) - excess / (2 * rows)


def _joint(places: tuple[int, ...], codes: np.ndarray, sizes: list[int]) -> Joint:
    if len(places) == 1:
        return Joint(places, np.arange(sizes[places[0]])[:, None])
    return Joint(places, np.unique(codes[:, places], axis=0))
