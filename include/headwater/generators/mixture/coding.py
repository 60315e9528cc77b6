"""A whole table as codes of joints: learned from real rows, applied to any conforming rows.

Belongs here: the codecs, cells and joints of all columns together. Does not: classes (``em``) and drawing (``model``).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import pandas as pd

from headwater.generators import columns
from headwater.generators.columns import Codec, empty_table
from headwater.generators.mixture.bins import Bins, Cells, learn_cells
from headwater.generators.mixture.joints import Joint, learn_joints
from headwater.generators.mixture.smoothing import Prior, prior_of
from headwater.tables.schema import ColumnSchema, TableSchema


@dataclass(frozen=True)
class TableCode:
    """How rows become codes.

    Attributes:
        schema: of the table.
        codecs: of every learned column, in the order of the schema.
        known: of those with any value, in order: position in the schema and cells.
        joints: every known column is in one; their places count in ``known``.
        shares: of each joint's codes in the fitted rows, each of shape ``(codes,)``.
    """

    schema: TableSchema
    codecs: list[Codec]
    known: list[tuple[int, Cells]]
    joints: list[Joint]
    shares: list[np.ndarray]

    def codec_of(self, position: int) -> Codec:
        """The codec of the learned column at this position of the schema."""
        return next(codec for codec in self.codecs if codec.position == position)

    def priors(self) -> list[Prior]:
        """Of each joint's codes: ordered for bins of a column on its own."""
        found = []
        for joint, shares in zip(self.joints, self.shares, strict=True):
            cells = self.known[joint.places[0]][1]
            ordered = len(joint.places) == 1 and isinstance(cells, Bins)
            found.append(prior_of(shares, ordered=ordered, has_missing=ordered and cells.has_missing))
        return found

    def encode(self, rows: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        """The joints' codes, int64, shape ``(rows, joints)``; -1 where a joint never had such values.

        Args:
            rows: conforming to ``schema``. Numbers out of range get the code of the nearest.
            schema: of the rows: this table's, or one without a :meth:`misfit`.
        """
        codes = np.empty((len(rows), len(self.known)), dtype=np.int64)
        for place, (position, cells) in enumerate(self.known):
            numbers, missing = self._numbers(rows, schema, position)
            ours, theirs = self.schema.columns[position].categories, schema.columns[position].categories
            if ours is not None and theirs is not None and ours != theirs:
                place_of = {value: place for place, value in enumerate(ours)}
                numbers = np.array([*(place_of.get(value, -1) for value in theirs), -1])[numbers]
            codes[:, place] = cells.encode(numbers, missing)
        coded = np.empty((len(rows), len(self.joints)), dtype=np.int64)
        for place, joint in enumerate(self.joints):
            coded[:, place] = joint.encode(codes)
        return coded

    def log_within(self, rows: pd.DataFrame) -> np.ndarray:
        """Log-density of the values of conforming rows given their codes, shape ``(rows,)``."""
        found = np.zeros(len(rows))
        for position, cells in self.known:
            numbers, missing = self._numbers(rows, self.schema, position)
            found += cells.log_within(numbers, missing)
            values, column = rows[self.schema.columns[position].name], self.schema.columns[position]
            found[~missing & ~_on_lattice(values, column, self.codec_of(position))] = -np.inf
        for codec in self.codecs:
            if codec.form == "null":
                found[rows[self.schema.columns[codec.position].name].notna().to_numpy()] = -np.inf
        return found

    def conforms(self, rows: pd.DataFrame) -> bool:
        """Whether the rows have exactly the columns and dtypes of the schema."""
        return list(rows.columns) == self.schema.names and rows.dtypes.equals(empty_table(self.schema).dtypes)

    def misfit(self, schema: TableSchema) -> str | None:
        """The first column whose rows cannot be put in these codes, or None when all can."""
        for ours, theirs in zip_longest(self.schema.columns, schema.columns):
            if ours is None:
                return str(theirs.name)
            if theirs is None or _kind(ours) != _kind(theirs):
                return str(ours.name)
        return None

    def _numbers(self, rows: pd.DataFrame, schema: TableSchema, position: int) -> tuple[np.ndarray, np.ndarray]:
        column = schema.columns[position]
        values = rows[column.name]
        return columns.encode(values, column, self.codec_of(position)), values.isna().to_numpy()


def _kind(column: ColumnSchema) -> tuple[str, str, str, bool]:
    return column.name, column.sdtype, column.storage, column.categories is None


def learn_code(rows: pd.DataFrame, schema: TableSchema, bins: int, cells: int | None) -> tuple[TableCode, np.ndarray]:
    """The code of a table and the coded rows (see :meth:`TableCode.encode`).

    Args:
        rows: conforming to ``schema``, at least 2.
        schema: of the table.
        bins: wanted of each column of numbers.
        cells: most combinations of codes that a joint of several columns may have; see ``learn_joints``.

    Raises:
        FitError: infinities or free text.
    """
    learned = [(position, column) for position, column in enumerate(schema.columns) if column.is_learned]
    codecs = [columns.learn(rows[column.name], column, position) for position, column in learned]
    known: list[tuple[int, Cells]] = []
    codes = np.empty((len(rows), sum(codec.form != "null" for codec in codecs)), dtype=np.int64)
    for codec in codecs:
        if codec.form == "null":
            continue
        column = schema.columns[codec.position]
        missing = rows[column.name].isna().to_numpy()
        numbers = columns.encode(rows[column.name], column, codec)
        one = learn_cells(numbers, missing, codec, bins)
        codes[:, len(known)] = one.encode(numbers, missing)
        known.append((codec.position, one))
    joints = learn_joints(codes, [one.size for _, one in known], cells)
    coded = np.stack([joint.encode(codes) for joint in joints], axis=1) if joints else codes
    shares = [np.bincount(coded[:, place], minlength=joint.size) / len(rows) for place, joint in enumerate(joints)]
    return TableCode(schema, codecs, known, joints, shares), coded


def _on_lattice(values: pd.Series, column: ColumnSchema, codec: Codec) -> np.ndarray:
    """Where a value is one of the lattice's: its own number, not one that was rounded to it."""
    if codec.form != "lattice" or column.storage == "integer":
        return np.ones(len(values), dtype=bool)
    if column.storage == "real":
        steps = values.to_numpy(dtype=np.float64) * codec.unit
        near: np.ndarray = np.abs(steps - np.rint(steps)) <= 1e-6 + 1e-15 * np.abs(steps)
        return near
    whole: np.ndarray = values.to_numpy(dtype="datetime64[us]").astype(np.int64) % codec.unit == 0
    return whole
