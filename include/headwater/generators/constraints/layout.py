"""A constrained table as one without constraints, and back: which columns become gaps, which combinations.

What a member learns is the *inner* table. Coming back, inequalities, ranges, fixed combinations and one-hot groups
hold by construction, whatever the member drew. How columns are shared out is ``planning``'s work.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from headwater.generators import columns
from headwater.generators.columns import Codec
from headwater.generators.constraints.gaps import Gap, measure, rebuild
from headwater.generators.constraints.groups import Group
from headwater.generators.table_codec import Cells, TableCodec
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema


@dataclass(frozen=True)
class Layout:
    """How the table a user knows (*outer*) and the one a member learns (*inner*) belong together.

    Attributes:
        table: the codecs of the outer table.
        groups: columns learned as one column of combinations.
        gaps: columns learned as gaps above others, each after those below it.
    """

    table: TableCodec
    groups: tuple[Group, ...]
    gaps: tuple[Gap, ...]

    @cached_property
    def codecs(self) -> dict[int, Codec]:
        """The outer codecs by position."""
        return {codec.position: codec for codec in self.table.codecs.values()}

    @cached_property
    def group_of(self) -> dict[int, Group]:
        """The group of each grouped column, by position."""
        return {position: group for group in self.groups for position in group.positions}

    @cached_property
    def gap_of(self) -> dict[int, Gap]:
        """The gap of each column that lies above others, by position."""
        return {gap.position: gap for gap in self.gaps}

    @cached_property
    def inner_schema(self) -> TableSchema:
        """What the member learns: the learned columns alone; ids and personal data are made outside."""
        found: list[ColumnSchema] = []
        for position, column in enumerate(self.table.schema.columns):
            if not column.is_learned:
                continue
            gap, group = self.gap_of.get(position), self.group_of.get(position)
            if group is not None and group.positions[0] == position:
                found.append(_combination_column(group))
            elif group is None and (gap is None or gap.is_beside):
                found.append(column)
            if gap is not None:
                found.append(_gap_column(gap, self.codecs[position], column))
        return TableSchema(columns=tuple(found))

    def inward(self, rows: pd.DataFrame, seed: int) -> pd.DataFrame:
        """Real rows of the outer table as rows of the inner one. ``seed`` fills gaps that do not exist."""
        cells = self.cells(rows)
        inner: dict[str, object] = {
            column.name: rows[column.name].reset_index(drop=True)
            for column in self.inner_schema.columns
            if column.name in self.table.codecs
        }
        for group in self.groups:
            inner[group.name] = pd.Series(group.codes(cells))
        for gap in self.gaps:
            gaps = measure(gap, cells, self.codecs, seed)
            inner[gap.name] = _gap_series(gaps)
        return conform(pd.DataFrame(inner), self.inner_schema)

    def outward(self, inner: pd.DataFrame) -> pd.DataFrame:
        """Rows of the inner table as the learned columns of the outer one, in the schema's order and dtypes."""
        if list(inner.columns) != self.inner_schema.names or not inner.dtypes.equals(self._inner_dtypes):
            inner = conform(inner, self.inner_schema)
        cells: dict[int, Cells] = {}
        for group in self.groups:
            chosen = np.maximum(inner[group.name].cat.codes.to_numpy(), 0)
            cells |= {position: group.cells(position, chosen) for position in group.positions}
        for gap in self.gaps:
            for below in gap.below:
                if below.position not in cells:
                    cells[below.position] = self._plain(inner, below.position)
            own = self._plain(inner, gap.position) if gap.is_beside else None
            drawn = _gap_cells(inner[gap.name])
            cells[gap.position] = rebuild(gap, drawn, own, cells, self.codecs)
        return self._outer(inner, cells)

    def cells(self, rows: pd.DataFrame) -> dict[int, Cells]:
        """The cells of outer rows, by position, of columns that take part in a group or a gap."""
        parts = {position for gap in self.gaps for position in (gap.position, *(one.position for one in gap.below))}
        return {position: self._plain(rows, position) for position in sorted(parts | set(self.group_of))}

    def _plain(self, rows: pd.DataFrame, position: int) -> Cells:
        column = self.table.schema.columns[position]
        values = rows[column.name]
        return Cells(columns.encode(values, column, self.codecs[position]), values.isna().to_numpy())

    def _outer(self, inner: pd.DataFrame, cells: dict[int, Cells]) -> pd.DataFrame:
        made: dict[str, pd.Series] = {}
        for name, codec in self.table.codecs.items():
            if codec.position not in self.gap_of and codec.position not in self.group_of:
                made[name] = inner[name]
                continue
            numbers, missing = cells[codec.position]
            if codec.form == "codes":
                numbers = np.where(missing, np.int32(-1), numbers.astype(np.int32))
            column = self.table.schema.columns[codec.position]
            made[name] = columns.decode(numbers, missing, column, codec, self._outer_empty[name])
        return pd.DataFrame(made, index=pd.RangeIndex(len(inner)), columns=pd.Index(list(made), dtype=object))

    @cached_property
    def _outer_empty(self) -> pd.DataFrame:
        return columns.empty_table(self.table.schema)

    @cached_property
    def _inner_dtypes(self) -> pd.Series:
        return columns.empty_table(self.inner_schema).dtypes


def _combination_column(group: Group) -> ColumnSchema:
    categories = tuple(range(group.size))
    return ColumnSchema(name=group.name, sdtype="categorical", storage="integer", nullable=False, categories=categories)


def _gap_column(gap: Gap, codec: Codec, column: ColumnSchema) -> ColumnSchema:
    storage = "real" if codec.form == "real" else "integer"
    nullable = column.nullable and not gap.is_beside
    return ColumnSchema(name=gap.name, sdtype="numerical", storage=storage, nullable=nullable)


def _gap_series(cells: Cells) -> pd.Series:
    if cells.numbers.dtype.kind == "f":
        return pd.Series(np.where(cells.missing, np.nan, cells.numbers))
    return pd.Series(pd.arrays.IntegerArray(cells.numbers.astype(np.int64), cells.missing.copy()))


def _gap_cells(values: pd.Series) -> Cells:
    missing = values.isna().to_numpy()
    if values.dtype == "Int64":
        return Cells(values.to_numpy(dtype=np.int64, na_value=0), missing)
    return Cells(np.where(missing, 0.0, values.to_numpy(dtype=np.float64)), missing)
