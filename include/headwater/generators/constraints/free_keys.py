"""The possible keys of a unique constraint: how many there are, and free ones for rows that drawing did not serve.

A key is possible when each of its columns has a value of the real rows (categories, combinations) or within their
range (numbers on a lattice). Reals without fixed decimals never run out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from headwater.generators import columns
from headwater.generators.constraints.errors import ConstraintError
from headwater.generators.constraints.layout import Layout
from headwater.generators.table_codec import Cells
from headwater.spec.constraints import Unique, describe

ENUMERATED_MAX = 2**22


@dataclass(frozen=True)
class Axis:
    """One part of a key that varies on its own: a column, or the columns of a combination.

    Attributes:
        positions: of the columns.
        size: number of values, infinite for reals.
        values: a column's numbers in order, shape ``(size,)``; for a range its first number alone; None for
            combinations.
    """

    positions: tuple[int, ...]
    size: float
    values: np.ndarray | None


def axes_of(constraint: Unique, layout: Layout, seen: Mapping[int, np.ndarray]) -> list[Axis]:
    """The axes of a key.

    Args:
        constraint: whose key.
        layout: of the table.
        seen: the codes that real rows hold, by position, of columns of categories.
    """
    found: list[Axis] = []
    for name in constraint.columns:
        codec = layout.table.codecs[name]
        group = layout.group_of.get(codec.position)
        if group is not None:
            axis = Axis(group.positions, group.size, None)
        elif codec.form == "codes":
            axis = Axis((codec.position,), len(seen[codec.position]), seen[codec.position])
        elif codec.form == "lattice":
            axis = Axis((codec.position,), int(codec.high) - int(codec.low) + 1, np.array([codec.low], dtype=np.int64))
        else:
            axis = Axis((codec.position,), math.inf if codec.low < codec.high else 1, None)
        if axis.positions not in [one.positions for one in found]:
            found.append(axis)
    return found


def possible(axes: Sequence[Axis]) -> float:
    """Number of possible keys, infinite where a part never runs out."""
    return math.prod(axis.size for axis in axes)


def too_few(constraint: Unique, count: float, wanted: int) -> ConstraintError:
    """The error for a batch that asks for more rows than there are keys."""
    keys = f"{int(count):,} possible" if math.isfinite(count) else "too few likely"
    cure = "ask for fewer rows (batch.rows), or add a column to the key"
    return ConstraintError(f"the constraint {describe(constraint)} has {keys} keys for {wanted:,} rows; {cure}")


def all_keys(axes: Sequence[Axis], layout: Layout) -> dict[int, Cells]:
    """Every possible key (at most :data:`ENUMERATED_MAX`) as cells by position, each of shape ``(keys,)``."""
    sizes = [int(axis.size) for axis in axes]
    places = np.unravel_index(np.arange(math.prod(sizes)), sizes)
    cells: dict[int, Cells] = {}
    for axis, place in zip(axes, places, strict=True):
        group = layout.group_of.get(axis.positions[0])
        if group is not None:
            cells |= {position: group.cells(position, place) for position in axis.positions}
        elif axis.values is not None:
            is_range = len(axis.values) == 1
            numbers = axis.values[0] + place if is_range else axis.values[place]
            cells[axis.positions[0]] = Cells(numbers, np.zeros(len(place), dtype=bool))
    return cells


def put(rows: pd.DataFrame, cells: Mapping[int, Cells], layout: Layout) -> pd.DataFrame:
    """``rows`` with the columns of ``cells`` overwritten."""
    empty = columns.empty_table(layout.table.schema)
    changed = rows.copy()
    for position, (given, missing) in cells.items():
        column, codec = layout.table.schema.columns[position], layout.codecs[position]
        numbers = np.where(missing, -1, given).astype(np.int32) if codec.form == "codes" else given
        changed[column.name] = columns.decode(numbers, missing, column, codec, empty[column.name])
    return changed
