"""A whole table as arrays of numbers and back: the shortest way from a method to a generator.

Belongs here: joining the codecs of ``columns``, the makers of ``made`` and the conditions of ``conditions`` for all
columns of a table at once. Does not: any learning of distributions. docs/own_generator.md shows it in use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import ValidationError

from headwater.generators import columns
from headwater.generators.base import Conditional, Conditions
from headwater.generators.conditions import Wanted, wanted
from headwater.generators.errors import FitError, ModelFileError
from headwater.generators.made import check_made, made_column
from headwater.tables.schema import TableSchema

ROWS_MIN = 2
_ROUND_ROWS = 2_000
_ROUNDS = 20


class Cells(NamedTuple):
    """One learned column as arrays.

    Attributes:
        numbers: shape ``(rows,)``; see ``columns`` for what they mean in each form.
        missing: bool, shape ``(rows,)``.
    """

    numbers: np.ndarray
    missing: np.ndarray

    def take(self, rows: np.ndarray) -> Cells:
        """The cells of the given rows (indices or a bool mask)."""
        return Cells(self.numbers[rows], self.missing[rows])


@dataclass(frozen=True)
class TableCodec:
    """What is needed to go both ways.

    Attributes:
        schema: of the table.
        codecs: of the learned columns by name, in the order of the schema.
    """

    schema: TableSchema
    codecs: Mapping[str, columns.Codec]

    @classmethod
    def learn(cls, rows: pd.DataFrame, schema: TableSchema) -> TableCodec:
        """The codec of a table's real rows.

        Raises:
            FitError: fewer than 2 rows, infinities, free text, or an id or pii column that cannot be made.
        """
        if len(rows) < ROWS_MIN:
            cure = f"give at least {ROWS_MIN} (in practice 100 or more)"
            raise FitError(f"the table has {len(rows)} rows to learn from; {cure}")
        check_made(schema)
        learned = [(place, column) for place, column in enumerate(schema.columns) if column.is_learned]
        return cls(schema, {column.name: columns.learn(rows[column.name], column, place) for place, column in learned})

    def encode(self, rows: pd.DataFrame) -> dict[str, Cells]:
        """Conforming rows as numbers: the learned columns by name. Ids and personal data are left out."""
        return {
            name: Cells(columns.encode(rows[name], self.schema.columns[codec.position], codec), _missing(rows[name]))
            for name, codec in self.codecs.items()
        }

    def decode(self, cells: Mapping[str, Cells], n: int, seed: int) -> pd.DataFrame:
        """``n`` conforming rows of the learned columns' cells, with fresh ids and personal data from ``seed``."""
        made: dict[str, pd.Series] = {}
        for place, column in enumerate(self.schema.columns):
            if not column.is_learned:
                made[column.name] = made_column(column, place, n, seed)
                continue
            codec, (numbers, missing) = self.codecs[column.name], cells[column.name]
            if codec.form == "codes":
                numbers = np.where(missing, np.int32(-1), numbers)
            made[column.name] = columns.decode(numbers, missing, column, codec, self._empty[column.name])
        return pd.DataFrame(made, index=pd.RangeIndex(n), columns=pd.Index(self.schema.names, dtype=object))

    def form(self, name: str) -> columns.Form | None:
        """How the column called ``name`` is encoded (see ``columns``); None when it is not learned or not there."""
        return self.codecs[name].form if name in self.codecs else None

    def between(self, name: str, low: Cells, high: Cells, rng: np.random.Generator) -> Cells:
        """Cells evenly between neighbours, in columns of real numbers; in others those of ``low``.

        Args:
            name: of the column.
            low, high: neighbouring cells, ``low.numbers <= high.numbers``, neither or ``low`` missing.
            rng: draws the places.
        """
        if self.codecs[name].form != "real":
            return low
        part = rng.random(len(low.numbers))
        # Clipped, because rounding may leave the interval by a last bit.
        mixed = low.numbers * (1.0 - part) + high.numbers * part
        return Cells(np.clip(mixed, low.numbers, high.numbers), low.missing)

    def reject(
        self, conditions: Conditions, n: int, seed: int, sample: Callable[[int, int], pd.DataFrame]
    ) -> Conditional:
        """Up to ``n`` rows of ``sample(rows, seed)`` that meet the conditions: at most 20 rounds of ``max(n, 2,000)``.

        Plain rejection, bounded: rows follow the exact conditional distribution of ``sample``, but a rare condition
        may leave rows missing.

        Raises:
            ValueError: a condition names an unknown or unlearned column, or a category that does not exist.
        """
        asked = self.wanted(conditions)
        found, count = [sample(0, seed)], 0
        for round_seed in np.random.SeedSequence(seed).generate_state(_ROUNDS, np.uint64).tolist():
            if count >= n or self.is_void(asked):
                break
            rows = sample(max(n, _ROUND_ROWS), round_seed)
            found.append(rows[self.meets(rows, asked)].iloc[: n - count])
            count += len(found[-1])
        return Conditional(pd.concat([part for part in found if len(part)] or found, ignore_index=True), n - count)

    def wanted(self, conditions: Conditions) -> dict[int, Wanted]:
        """What is asked of each column, by its position. Raises: ValueError, as :func:`conditions.wanted`."""
        return wanted(conditions, self.schema, {codec.position: codec for codec in self.codecs.values()})

    def is_void(self, asked: Mapping[int, Wanted]) -> bool:
        """Whether a column that never has a value is asked to have one, so that no row can meet it."""
        empty = {codec.position for codec in self.codecs.values() if codec.form == "null"}
        return any(position in empty and not one.missing for position, one in asked.items())

    def meets(self, rows: pd.DataFrame, asked: Mapping[int, Wanted]) -> np.ndarray:
        """Which conforming rows meet everything asked: bool, shape ``(rows,)``."""
        met = np.ones(len(rows), dtype=bool)
        for name, codec in self.codecs.items():
            if codec.position in asked:
                numbers = columns.encode(rows[name], self.schema.columns[codec.position], codec)
                met &= asked[codec.position].holds(numbers, _missing(rows[name]))
        return met

    def to_arrays(self, cells: Mapping[str, Cells]) -> dict[str, np.ndarray]:
        """Cells as arrays for a model file, named by position: a column may have any name."""
        return {
            f"{codec.position}.{part}": array
            for name, codec in self.codecs.items()
            for part, array in cells[name]._asdict().items()
        }

    def from_arrays(self, arrays: Mapping[str, np.ndarray]) -> dict[str, Cells]:
        """The cells of :meth:`to_arrays`. Raises: ModelFileError when a column has none."""
        try:
            return {
                name: Cells(*(arrays[f"{codec.position}.{part}"] for part in Cells._fields))
                for name, codec in self.codecs.items()
            }
        except KeyError as error:
            raise ModelFileError("a column of the model file has no values; retrain the dataset") from error

    def to_json(self) -> dict[str, Any]:
        """The codec as JSON-safe values, for the meta of a model file."""
        return {
            "schema": self.schema.model_dump(mode="json"),
            "codecs": [codec.to_json() for codec in self.codecs.values()],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> TableCodec:
        """The codec of :meth:`to_json`. Raises: ModelFileError when the parts do not fit together."""
        try:
            schema = TableSchema.model_validate(stored["schema"])
            found = [columns.Codec(**codec) for codec in stored["codecs"]]
            codecs = {schema.columns[codec.position].name: codec for codec in found}
        except (KeyError, TypeError, IndexError, ValidationError) as error:
            raise ModelFileError("the columns of the model file cannot be read; retrain the dataset") from error
        if list(codecs) != [column.name for column in schema.learned]:
            raise ModelFileError("the columns of the model file do not fit its schema; retrain the dataset")
        return cls(schema, codecs)

    @cached_property
    def _empty(self) -> pd.DataFrame:
        return columns.empty_table(self.schema)


def fitted(codec: TableCodec | None, n: int = 0) -> TableCodec:
    """The codec of a fitted generator that is asked for ``n`` rows.

    Raises:
        ValueError: nothing was learned yet, or ``n`` is below 0.
    """
    if codec is None:
        raise ValueError("this generator has learned nothing yet; call fit or load first")
    if n < 0:
        raise ValueError(f"cannot make {n} rows; ask for 0 or more")
    return codec


def _missing(values: pd.Series) -> np.ndarray:
    absent: np.ndarray = values.isna().to_numpy()
    return absent
