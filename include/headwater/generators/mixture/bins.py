"""One column as a few codes: its categories or bins of its numbers, and one code for missing values.

Belongs here: which code a value has, and how a value is drawn given its code. Does not: how likely a code is (``em``).

Within a bin of numbers the law is that of all rows in the bin, whatever the class: piecewise uniform on the bin's
intervals (``pieces``), which are finer than the bin. So the column's own distribution is kept to the finest interval
while the classes have few parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from headwater.generators.columns import Codec
from headwater.generators.conditions import Wanted
from headwater.generators.mixture.pieces import Pieces, cut_pieces, grouped

ROWS_A_BIN = 20
"""Fewest rows of a bin of several numbers."""

KNOTS = 1_024
"""Intervals of a column of numbers: enough for a marginal that nobody tells from the real one."""


@dataclass(frozen=True)
class Categories:
    """Codes of a column of categories or booleans: the code of a value is its position.

    Attributes:
        levels: codes without the missing one.
        has_missing: there is one more code, the last, for missing values.
    """

    levels: int
    has_missing: bool

    @property
    def size(self) -> int:
        """Number of codes."""
        return self.levels + self.has_missing

    def encode(self, numbers: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """The code of each value, int64, shape ``(rows,)``; -1 for a missing one where none was missing before."""
        return np.where(missing, self.levels if self.has_missing else -1, numbers.astype(np.int64))

    def log_within(self, numbers: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """Log-density of each value given its code: 0, as the code is the value."""
        return np.zeros(len(numbers))

    def draw(self, codes: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray | None]:
        """Values of the codes, int32 with -1 for missing, as ``columns.decode`` takes them; nothing is left to draw."""
        numbers = codes.astype(np.int32)
        return (np.where(codes == self.levels, np.int32(-1), numbers) if self.has_missing else numbers), None

    def given(self, wanted: Wanted) -> tuple[Categories, np.ndarray]:
        """The column under a condition, and the chance of each code to meet it, shape ``(size,)``."""
        allowed = np.zeros(self.levels) if wanted.codes is None else wanted.codes.astype(np.float64)
        return self, np.append(allowed, np.full(int(self.has_missing), float(wanted.missing)))


@dataclass(frozen=True)
class Bins:
    """Codes of a column of numbers.

    Attributes:
        pieces: the intervals.
        first: the first interval of each bin and, last, the number of intervals; int64, shape ``(bins + 1,)``.
        has_missing: there is one more code, the last, for missing values.
    """

    pieces: Pieces
    first: np.ndarray
    has_missing: bool

    @property
    def levels(self) -> int:
        """Codes without the missing one."""
        return len(self.first) - 1

    @property
    def size(self) -> int:
        """Number of codes."""
        return self.levels + self.has_missing

    def encode(self, numbers: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """The code of each value, int64, shape ``(rows,)``.

        A number outside of the intervals gets the code of a neighbouring one, a value missing where none was missing
        before gets -1.
        """
        codes = self._bin_of[self.pieces.place(numbers)]
        return np.where(missing, self.levels if self.has_missing else -1, codes)

    def log_within(self, numbers: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """Log-density of each value given its code, shape ``(rows,)``; minus infinity outside of the intervals."""
        place = self.pieces.place(numbers)
        with np.errstate(divide="ignore"):
            within = np.log(self.pieces.mass / self._mass[self._bin_of]) - self.pieces.sizes()
        inside = (numbers >= self.pieces.low[place]) & (numbers <= self.pieces.high[place])
        found: np.ndarray = np.where(missing, 0.0, np.where(inside, within[place], -np.inf))
        return found

    def draw(self, codes: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray | None]:
        """Values of the codes, shape ``(rows,)``.

        Returns:
            the numbers, as ``columns.decode`` takes them, and where values are missing (None: nowhere).
        """
        missing = codes == self.levels if self.has_missing else None
        bins = codes if missing is None else np.minimum(codes, self.levels - 1)
        target = self._begin[bins] + rng.random(len(codes)) * self._mass[bins]
        chosen = np.searchsorted(self._upto, target, side="right") - 1
        chosen = np.minimum(np.maximum(chosen, self.first[bins]), self.first[bins + 1] - 1)
        place = (target - self._upto[chosen]) * self._per_mass[chosen]
        return self.pieces.draw(chosen, np.clip(place, 0.0, np.nextafter(1.0, 0.0))), missing

    def given(self, wanted: Wanted) -> tuple[Bins, np.ndarray]:
        """The column under a condition, and the chance of each code to meet it, shape ``(size,)``."""
        cut = replace(self, pieces=self.pieces.within(wanted))
        tail = np.full(int(self.has_missing), float(wanted.missing))
        return cut, np.append(np.minimum(cut._mass / self._mass, 1.0), tail)

    @cached_property
    def _bin_of(self) -> np.ndarray:
        return np.repeat(np.arange(self.levels), np.diff(self.first))

    @cached_property
    def _mass(self) -> np.ndarray:
        return np.bincount(self._bin_of, weights=self.pieces.mass, minlength=self.levels)

    @cached_property
    def _upto(self) -> np.ndarray:
        return np.append(0.0, np.cumsum(self.pieces.mass))

    @cached_property
    def _begin(self) -> np.ndarray:
        begin: np.ndarray = self._upto[self.first[:-1]]
        return begin

    @cached_property
    def _per_mass(self) -> np.ndarray:
        mass = self.pieces.mass
        return np.where(mass > 0, 1.0 / np.where(mass > 0, mass, 1.0), 0.0)


Cells = Categories | Bins


def learn_cells(numbers: np.ndarray, missing: np.ndarray, codec: Codec, bins: int) -> Cells:
    """The codes of one column that has values.

    Args:
        numbers: as of ``columns.encode``, shape ``(rows,)``.
        missing: bool, shape ``(rows,)``.
        codec: the column's.
        bins: bins wanted; a value with half the share of a bin has one of its own.
    """
    if codec.form == "codes":
        return Categories(codec.levels, bool(missing.any()))
    pieces = cut_pieces(numbers[~missing], max(KNOTS, bins))
    alone = (pieces.low == pieces.high) & (pieces.mass >= 0.5 / bins)
    # The rest is cut as evenly, however little of the rows it is: what a gain is matters though nine in ten have none.
    size = max(float(pieces.mass[~alone].sum()) / bins, ROWS_A_BIN / len(numbers[~missing]))
    bin_of = grouped(pieces.mass, alone, size)
    first = np.append(np.flatnonzero(np.diff(bin_of, prepend=-1)), len(bin_of))
    return Bins(pieces, first, bool(missing.any()))
