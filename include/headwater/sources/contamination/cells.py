"""Rows as hashes of their cells: whole, with columns left out, with numbers rounded.

Belongs here: the hash of a row under a change that a consumer may have made. Does not: comparing rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from headwater.sources.contamination.fingerprints import bits, cell_hashes, mixed
from headwater.sources.contamination.membership import Hashes
from headwater.sources.contamination.rounding import Grid, Ties

GROUPS_MAX = 15
"""Columns that are left out together in wide tables: any two of 15 groups are 105 choices, whatever the width."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Rows.

    Hashes are made when they are asked for: most batches are asked for whole rows only, and a million rows times
    fifteen columns need not lie in memory for that.

    Attributes:
        columns: by column name, in order: float64 or uint32 ``(n,)``; at least one.
    """

    columns: dict[str, NDArray[Any]]
    _hashes: dict[int, Hashes] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, table: pa.Table, names: Sequence[str]) -> Self:
        """The rows of a table of fingerprints, of which only the columns ``names`` are looked at."""
        return cls({name: table.column(name).to_numpy() for name in names})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Rows one after the other; all of the same columns, at least one part."""
        return cls({name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns})

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in order."""
        return tuple(self.columns)

    @property
    def groups(self) -> int:
        """How many groups of columns: a group is one column where there are at most 15, else every fifteenth."""
        return min(len(self.columns), GROUPS_MAX)

    @property
    def numbers(self) -> dict[str, NDArray[np.float64]]:
        """By column name, the numbers and moments: float64 ``(n,)``."""
        return {name: values for name, values in self.columns.items() if values.dtype == np.float64}

    def take(self, picked: NDArray[np.intp] | NDArray[np.bool_]) -> Self:
        """Some of the rows."""
        places = np.flatnonzero(picked) if picked.dtype == np.bool_ else picked
        return type(self)({name: values[places] for name, values in self.columns.items()})

    @cached_property
    def whole(self) -> Hashes:
        """Hash of each row over all columns: uint64 ``(n,)``."""
        hashes = np.zeros(len(self), dtype=np.uint64)
        for name, values in self.columns.items():
            hashes ^= cell_hashes(values, name)
        return hashes

    def only(self, groups: tuple[int, ...]) -> Hashes:
        """Hash of each row over some groups of columns, at least one: uint64 ``(n,)``."""
        hashes = self._group(groups[0])
        for group in groups[1:]:
            hashes = hashes ^ self._group(group)
        return hashes

    def _group(self, group: int) -> Hashes:
        """Hash of each row over one group of columns, kept since it is asked for in many choices."""
        if group not in self._hashes:
            hashes = [cell_hashes(self.columns[name], name) for name in self.called((group,))]
            self._hashes[group] = np.bitwise_xor.reduce(hashes, axis=0)
        return self._hashes[group]

    def without(self, groups: tuple[int, ...]) -> Hashes:
        """Hash of each row over all columns but those groups: uint64 ``(n,)``."""
        return self.whole ^ self.only(groups)

    def called(self, groups: tuple[int, ...]) -> list[str]:
        """The names of the columns of some groups."""
        return [name for index, name in enumerate(self.names) if index % self.groups in groups]

    def rounded(self, grids: Sequence[tuple[str, Grid]], ties: Ties) -> Hashes:
        """Hash of each row with the numbers of some columns rounded: uint64 ``(n,)``."""
        hashes = self.whole.copy()
        for name, grid in grids:
            values = self.numbers[name]
            hashes ^= mixed(bits(values), name) ^ mixed(bits(grid.rounded(values, ties)), f"{name}\0rounded")
        return hashes

    def lie_on(self, grids: Sequence[tuple[str, Grid]]) -> NDArray[np.bool_]:
        """Which rows have all numbers of those columns on their grids: bool ``(n,)``."""
        return np.logical_and.reduce([grid.holds(self.numbers[name]) for name, grid in grids])
