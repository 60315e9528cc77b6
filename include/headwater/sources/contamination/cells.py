"""Rows as hashes of their cells: whole, with columns left out, with numbers rounded.

Belongs here: the hash of a row under a change that a consumer may have made. Does not: comparing rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

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

    Attributes:
        names: the columns, in order.
        groups: for each group of columns the hash of its cells: uint64 ``(g, n)``; a group is one column where there
            are at most 15, else every fifteenth.
        numbers: by column name, the numbers and moments: float64 ``(n,)``.
    """

    names: tuple[str, ...]
    groups: Hashes
    numbers: dict[str, NDArray[np.float64]]

    @classmethod
    def of(cls, table: pa.Table, names: Sequence[str]) -> Self:
        """The rows of a table of fingerprints, of which only the columns ``names`` are looked at."""
        count = min(len(names), GROUPS_MAX)
        groups = np.zeros((count, table.num_rows), dtype=np.uint64)
        for index, name in enumerate(names):
            groups[index % count] ^= cell_hashes(table, name)
        moving = [name for name in names if pa.types.is_floating(table.schema.field(name).type)]
        return cls(tuple(names), groups, {name: table.column(name).to_numpy() for name in moving})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Rows one after the other; all of the same columns, at least one part."""
        first = parts[0]
        numbers = {name: np.concatenate([part.numbers[name] for part in parts]) for name in first.numbers}
        return cls(first.names, np.concatenate([part.groups for part in parts], axis=1), numbers)

    def __len__(self) -> int:
        return int(self.groups.shape[1])

    def take(self, picked: NDArray[np.intp] | NDArray[np.bool_]) -> Self:
        """Some of the rows."""
        numbers = {name: values[picked] for name, values in self.numbers.items()}
        return type(self)(self.names, self.groups[:, picked], numbers)

    @cached_property
    def whole(self) -> Hashes:
        """Hash of each row over all columns: uint64 ``(n,)``."""
        return np.bitwise_xor.reduce(self.groups, axis=0)

    def only(self, groups: tuple[int, ...]) -> Hashes:
        """Hash of each row over some groups of columns, at least one: uint64 ``(n,)``."""
        hashes = self.groups[groups[0]]
        for group in groups[1:]:
            hashes = hashes ^ self.groups[group]
        return hashes

    def without(self, groups: tuple[int, ...]) -> Hashes:
        """Hash of each row over all columns but those groups: uint64 ``(n,)``."""
        return self.whole ^ self.only(groups)

    def called(self, groups: tuple[int, ...]) -> list[str]:
        """The names of the columns of some groups."""
        return [name for index, name in enumerate(self.names) if index % len(self.groups) in groups]

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
