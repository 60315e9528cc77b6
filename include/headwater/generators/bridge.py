"""A table as the plain frame that SDV learns, and back. SDV itself is not imported here.

SDV sees one column ``cN`` for each learned column (so odd names never reach it): categories as texts of their
codes, numbers scaled to [0, 1] (so dates, huge integers and tiny reals are alike to it). Which values of a row are
missing is one more column, ``missing``, whose categories are the joint patterns over all columns
(``missing_patterns``). In the other columns nothing is missing: a gap holds the value of another row, drawn by chance,
so that the column keeps its distribution; on the way back the pattern blanks it. Constant and empty columns stay
outside, and so does the column that leads the patterns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from headwater.generators import columns, missing_patterns
from headwater.generators.columns import Codec
from headwater.generators.conditions import Wanted
from headwater.generators.missing_patterns import Patterns, learn_patterns
from headwater.tables.schema import TableSchema

_EXACT = 2.0**53


@dataclass(frozen=True)
class Bridge:
    """What is needed to go both ways.

    Attributes:
        schema: of the table.
        codecs: of every learned column, in the order of the schema.
        constants: position to the one code or number of columns that hold no other value (but may be missing).
        patterns: of missing values; None when no column is sometimes missing and sometimes not.
    """

    schema: TableSchema
    codecs: list[Codec]
    constants: dict[int, int | float]
    patterns: Patterns | None

    @property
    def names(self) -> dict[str, str]:
        """Name of each SDV column to its sdtype, in order."""
        leader = self.patterns.leader if self.patterns else None
        found: dict[str, str] = {}
        for codec in self.codecs:
            if codec.form != "null" and codec.position not in self.constants and codec.position != leader:
                found[f"c{codec.position}"] = "categorical" if codec.form == "codes" else "numerical"
        return found | ({missing_patterns.NAME: "categorical"} if self.patterns else {})

    @property
    def gaps(self) -> list[int]:
        """Positions of the columns that are sometimes missing and sometimes not."""
        return self.patterns.positions if self.patterns else []

    def title(self, name: str) -> str:
        """What one of SDV's columns is, for a message to the user."""
        if name == missing_patterns.NAME:
            return "the pattern of missing values"
        return f"column {self.schema.columns[self.codec(name).position].name!r}"

    def cross(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The conforming ``rows`` as SDV's frame: float64 and text, nothing missing."""
        plain: dict[str, Any] = {}
        lead = None
        if self.patterns:
            lead = None if self.patterns.leader is None else self._encoded(rows, self.patterns.leader)
            numbers = self.patterns.number(_absent(rows, self.schema, self.gaps), lead)
            plain[missing_patterns.NAME] = numbers.astype(str).astype(object)
        for name, sdtype in self.names.items():
            if name == missing_patterns.NAME:
                continue
            codec = self.codec(name)
            numbers = self._encoded(rows, codec.position)
            if codec.position in self.gaps:
                absent = rows[self.schema.columns[codec.position].name].isna().to_numpy()
                numbers = _filled(numbers, absent, lead, codec.position)
            plain[name] = numbers.astype(str).astype(object) if sdtype == "categorical" else _scaled(numbers, codec)
        return pd.DataFrame({name: plain[name] for name in self.names}, index=pd.RangeIndex(len(rows)))

    def back(self, plain: pd.DataFrame, rows: int, made: dict[int, pd.Series]) -> pd.DataFrame:
        """SDV's frame as ``rows`` conforming rows; ``made`` holds the columns that are never learned, by position."""
        numbers: dict[str, np.ndarray] = {}
        for name, sdtype in self.names.items():
            if sdtype == "categorical":
                numbers[name] = plain[name].astype(np.int32).to_numpy()
            else:
                numbers[name] = unscaled(plain[name].to_numpy(np.float64), self.codec(name))
        return self.table(numbers, rows, made)

    def table(self, numbers: Mapping[str, np.ndarray], rows: int, made: dict[int, pd.Series]) -> pd.DataFrame:
        """``rows`` conforming rows from numbers, for what does not go through SDV's frame.

        Args:
            numbers: by the names of :attr:`names`, each of shape ``(rows,)``: of a column its codes or numbers, as of
                ``columns``; of ``missing`` the numbers of the patterns.
            rows: how many.
            made: the columns that are never learned, by position.
        """
        table: dict[str, pd.Series] = {}
        for position, column in enumerate(self.schema.columns):
            if position in made:
                table[column.name] = made[position]
                continue
            codec = self._codec_of[position]
            if codec.form == "null":
                # As decode would, but without a Python object for every row.
                table[column.name] = self._empty[column.name].reindex(pd.RangeIndex(rows))
                continue
            given, missing = self._read(numbers, rows, codec)
            table[column.name] = columns.decode(given, missing, column, codec, self._empty[column.name])
        return pd.DataFrame(table, index=pd.RangeIndex(rows), columns=pd.Index(self.schema.names, dtype=object))

    def _read(self, numbers: Mapping[str, np.ndarray], rows: int, codec: Codec) -> tuple[np.ndarray, np.ndarray | None]:
        """A column's numbers, and where the pattern leaves it out (None: nowhere, or said by the codes)."""
        if self.patterns and codec.position == self.patterns.leader:
            return self.patterns.lead[numbers[missing_patterns.NAME]], None
        name = f"c{codec.position}"
        given = numbers[name] if name in numbers else self._unvaried(rows, codec)
        if not self.patterns or codec.position not in self.patterns.absent:
            return given, None
        missing = self.patterns.absent[codec.position][numbers[missing_patterns.NAME]]
        return (np.where(missing, np.int32(-1), given), None) if codec.form == "codes" else (given, missing)

    def _encoded(self, rows: pd.DataFrame, position: int) -> np.ndarray:
        column = self.schema.columns[position]
        return columns.encode(rows[column.name], column, self._codec_of[position])

    def codec(self, name: str) -> Codec:
        """The codec of the table's column behind one of SDV's columns (``c3``: of position 3)."""
        return self._codec_of[int(name[1:])]

    def _unvaried(self, rows: int, codec: Codec) -> np.ndarray:
        """The numbers of a column that stays outside because it holds one value."""
        kind = {"codes": np.int32, "lattice": np.int64, "real": np.float64}[codec.form]
        return np.full(rows, self.constants[codec.position], dtype=kind)

    @cached_property
    def _codec_of(self) -> dict[int, Codec]:
        return {codec.position: codec for codec in self.codecs}

    @cached_property
    def _empty(self) -> pd.DataFrame:
        return columns.empty_table(self.schema)

    def meets(self, rows: pd.DataFrame, asked: Mapping[int, Wanted]) -> np.ndarray:
        """Which conforming rows meet everything asked of columns, by position: bool, shape ``(rows,)``."""
        met = np.ones(len(rows), dtype=bool)
        for codec in self.codecs:
            if codec.position in asked:
                column = self.schema.columns[codec.position]
                values = rows[column.name]
                met &= asked[codec.position].holds(columns.encode(values, column, codec), values.isna().to_numpy())
        return met

    def to_json(self) -> dict[str, Any]:
        """JSON-safe form of the bridge."""
        return {
            "schema": self.schema.model_dump(mode="json"),
            "codecs": [codec.to_json() for codec in self.codecs],
            "constants": list(self.constants.items()),
            "patterns": self.patterns.to_json() if self.patterns else None,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Bridge:
        """The bridge of :meth:`to_json`."""
        codecs = [Codec(**codec) for codec in stored["codecs"]]
        patterns = Patterns(**stored["patterns"]) if stored["patterns"] else None
        return cls(TableSchema.model_validate(stored["schema"]), codecs, dict(stored["constants"]), patterns)


def learn_bridge(rows: pd.DataFrame, schema: TableSchema) -> Bridge:
    """The bridge of a table's real rows. Raises: FitError for what no codec takes."""
    codecs: list[Codec] = []
    constants: dict[int, int | float] = {}
    gaps: list[int] = []
    categories: dict[int, np.ndarray] = {}
    for position, column in enumerate(schema.columns):
        if not column.is_learned:
            continue
        codec = columns.learn(rows[column.name], column, position)
        codecs.append(codec)
        if codec.form == "null":
            continue
        numbers = columns.encode(rows[column.name], column, codec)
        low, high = (codec.low, codec.high) if codec.form != "codes" else (numbers[numbers >= 0].min(), numbers.max())
        if low == high:
            constants[position] = int(low) if codec.form == "codes" else low
        elif codec.form == "codes":
            categories[position] = numbers
        if rows[column.name].isna().any():
            gaps.append(position)
    patterns = learn_patterns(_absent(rows, schema, gaps), gaps, categories) if gaps else None
    return Bridge(schema, codecs, constants, patterns)


def _absent(rows: pd.DataFrame, schema: TableSchema, positions: list[int]) -> np.ndarray:
    """Where values are missing: bool, shape ``(rows, positions)``."""
    return np.column_stack([rows[schema.columns[position].name].isna().to_numpy() for position in positions])


def _filled(numbers: np.ndarray, absent: np.ndarray, lead: np.ndarray | None, position: int) -> np.ndarray:
    """``numbers`` with those of other rows in the gaps: drawn by chance among the rows of the same leading category.

    Among all rows where that category is never there. So a value tells nothing about being a gap, and where the member
    weakens what joins the two, no filled value comes to light that the column would not have held.
    """
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([position, 0xF177])))
    groups = np.zeros(len(numbers), dtype=np.int32) if lead is None else lead
    filled = numbers.copy()
    for group in np.unique(groups[absent]):
        gaps = np.flatnonzero(absent & (groups == group))
        donors = np.flatnonzero(~absent & (groups == group))
        filled[gaps] = numbers[rng.choice(donors if len(donors) else np.flatnonzero(~absent), len(gaps))]
    return filled


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
