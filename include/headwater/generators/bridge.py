"""A table as the plain frame that SDV learns, and back. SDV itself is not imported here.

SDV sees one column ``cN`` for each learned column (so odd names never reach it): categories as texts of their
codes, numbers scaled to [0, 1] (so dates, huge integers and tiny reals are alike to it). Where a number is
missing is a column ``mN`` of its own, so that the copula learns the pattern. Constant and empty columns stay outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from headwater.generators import columns
from headwater.generators.columns import Codec
from headwater.tables.schema import ColumnSchema, TableSchema

_EXACT = 2.0**53
_YES, _NO = "1", "0"


@dataclass(frozen=True)
class Bridge:
    """What is needed to go both ways.

    Attributes:
        schema: of the table.
        codecs: of every learned column, in the order of the schema.
        constants: position to the one code or number of columns that hold no other value.
        gaps: positions of columns of numbers that are sometimes missing.
    """

    schema: TableSchema
    codecs: list[Codec]
    constants: dict[int, int | float]
    gaps: list[int]

    @property
    def names(self) -> dict[str, str]:
        """Name of each SDV column to its sdtype, in order."""
        found: dict[str, str] = {}
        for codec in self.codecs:
            if codec.form != "null" and codec.position not in self.constants:
                found[f"c{codec.position}"] = "categorical" if codec.form == "codes" else "numerical"
            if codec.position in self.gaps:
                found[f"m{codec.position}"] = "categorical"
        return found

    def cross(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The conforming ``rows`` as SDV's frame: float64 and text, nothing missing."""
        plain: dict[str, Any] = {}
        for codec in self.codecs:
            column = self.schema.columns[codec.position]
            numbers = columns.encode(rows[column.name], column, codec)
            absent = rows[column.name].isna().to_numpy()
            if codec.form == "codes":
                plain[f"c{codec.position}"] = numbers.astype(str).astype(object)
            elif codec.form != "null":
                scaled = _scaled(numbers, codec)
                plain[f"c{codec.position}"] = np.where(absent, np.median(scaled[~absent]), scaled)
            plain[f"m{codec.position}"] = np.where(absent, _YES, _NO).astype(object)
        return pd.DataFrame({name: plain[name] for name in self.names}, index=pd.RangeIndex(len(rows)))

    def back(self, plain: pd.DataFrame, rows: int, made: dict[int, pd.Series]) -> pd.DataFrame:
        """SDV's frame as ``rows`` conforming rows; ``made`` holds the columns that are never learned, by position."""
        numbers: dict[str, np.ndarray] = {}
        for name, sdtype in self.names.items():
            if name.startswith("m"):
                numbers[name] = (plain[name] == _YES).to_numpy()
            elif sdtype == "categorical":
                numbers[name] = plain[name].astype(np.int32).to_numpy()
            else:
                numbers[name] = unscaled(plain[name].to_numpy(np.float64), self.codec(name))
        return self.table(numbers, rows, made)

    def table(self, numbers: Mapping[str, np.ndarray], rows: int, made: dict[int, pd.Series]) -> pd.DataFrame:
        """``rows`` conforming rows from numbers, for what does not go through SDV's frame.

        Args:
            numbers: by the names of :attr:`names`, each of shape ``(rows,)``: of a column its codes (-1: missing) or
                numbers, as of ``columns``; of a marker bool or whole numbers, true or 1 where missing.
            rows: how many.
            made: the columns that are never learned, by position.
        """
        table: dict[str, pd.Series] = {}
        for position, column in enumerate(self.schema.columns):
            if position in made:
                table[column.name] = made[position]
                continue
            codec = self._codec_of[position]
            missing = numbers[f"m{position}"].astype(bool) if position in self.gaps else None
            given = numbers[f"c{position}"] if f"c{position}" in numbers else self._unvaried(rows, codec)
            table[column.name] = columns.decode(given, missing, column, codec, self._empty[column.name])
        return pd.DataFrame(table, index=pd.RangeIndex(rows), columns=pd.Index(self.schema.names, dtype=object))

    def codec(self, name: str) -> Codec:
        """The codec of the table's column behind one of SDV's columns (``c3`` and ``m3``: of position 3)."""
        return self._codec_of[int(name[1:])]

    def _unvaried(self, rows: int, codec: Codec) -> np.ndarray:
        """The numbers of a column that stays outside: empty or constant."""
        if codec.form == "null":
            return np.full(rows, -1, dtype=np.int32)
        kind = {"codes": np.int32, "lattice": np.int64, "real": np.float64}[codec.form]
        return np.full(rows, self.constants[codec.position], dtype=kind)

    @cached_property
    def _codec_of(self) -> dict[int, Codec]:
        return {codec.position: codec for codec in self.codecs}

    @cached_property
    def _empty(self) -> pd.DataFrame:
        return columns.empty_table(self.schema)

    def to_json(self) -> dict[str, Any]:
        """JSON-safe form of the bridge."""
        return {
            "schema": self.schema.model_dump(mode="json"),
            "codecs": [codec.to_json() for codec in self.codecs],
            "constants": list(self.constants.items()),
            "gaps": self.gaps,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Bridge:
        """The bridge of :meth:`to_json`."""
        codecs = [Codec(**codec) for codec in stored["codecs"]]
        return cls(TableSchema.model_validate(stored["schema"]), codecs, dict(stored["constants"]), stored["gaps"])


def learn_bridge(rows: pd.DataFrame, schema: TableSchema) -> Bridge:
    """The bridge of a table's real rows. Raises: FitError for what no codec takes."""
    codecs: list[Codec] = []
    constants: dict[int, int | float] = {}
    gaps: list[int] = []
    for position, column in enumerate(schema.columns):
        if not column.is_learned:
            continue
        codec = columns.learn(rows[column.name], column, position)
        codecs.append(codec)
        if codec.form == "null":
            continue
        constant = _constant(rows[column.name], column, codec)
        if constant is not None:
            constants[position] = constant
        if codec.form != "codes" and rows[column.name].isna().any():
            gaps.append(position)
    return Bridge(schema, codecs, constants, gaps)


def _constant(values: pd.Series, column: ColumnSchema, codec: Codec) -> int | float | None:
    """The one code or number of a column, or None when there are two."""
    if codec.form != "codes":
        return codec.low if codec.low == codec.high else None
    found = np.unique(columns.encode(values, column, codec))
    return int(found[0]) if len(found) == 1 else None


def _scaled(numbers: np.ndarray, codec: Codec) -> np.ndarray:
    """Numbers to [0, 1]; halved first, so that no range overflows float64."""
    low, high = codec.low / 2, codec.high / 2
    scaled: np.ndarray = (numbers / 2 - low) / (high - low) if high > low else np.zeros(len(numbers))
    return scaled


def unscaled(scaled: np.ndarray, codec: Codec) -> np.ndarray:
    """Numbers from [0, 1], never outside of the fitted range; whole on a lattice. Shape ``(rows,)``."""
    scaled = np.clip(scaled, 0.0, 1.0)
    if codec.form == "real":
        return np.clip(codec.low * (1.0 - scaled) + codec.high * scaled, codec.low, codec.high)
    reach = int(codec.high) - int(codec.low)
    offsets = np.rint(scaled * float(reach))
    if reach >= _EXACT:
        offsets = np.minimum(offsets, np.nextafter(float(reach), 0.0))
    # Unsigned and wrapping: a range may be wider than int64, its numbers are not.
    return (offsets.astype(np.uint64) + np.uint64(int(codec.low) % 2**64)).astype(np.int64)
