"""What a table holds, column by column: counts, ranges, quantiles, rare categories. The profile's figures.

Belongs here: describing one frame. Does not: comparing two frames, or judging.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from headwater.checks.arrays import category_names, codes, is_discrete, numbers
from headwater.spec.columns import Sdtype
from headwater.spec.model import Model
from headwater.tables.schema import ColumnSchema, TableSchema

QUANTILES = (0.01, 0.05, 0.25, 0.50, 0.75, 0.95, 0.99)
RARE_SHARE = 0.01
COUNTED_MAX = 1_000
"""Categories named one by one; a column with more has its most common ones named."""


class ColumnFacts(Model):
    """One column.

    Attributes:
        name, sdtype: as in the schema.
        missing, missing_share: rows without a value, and their part of all rows (0 for an empty table).
        distinct: different values, without missing.
        minimum, maximum, quantiles: numbers as float, datetimes as ISO text; None and empty for other
            columns and where every value is missing. Quantiles by their percentage: ``"1"`` to ``"99"``.
        counts: rows of each category that occurs, most common first; at most :data:`COUNTED_MAX` of them.
        uncounted: categories that occur but are left out of ``counts``.
        rare: the categories in ``counts`` of less than 1 % share of all rows.
    """

    name: str
    sdtype: Sdtype
    missing: int
    missing_share: float
    distinct: int
    minimum: float | str | None = None
    maximum: float | str | None = None
    quantiles: dict[str, float | str] = Field(default_factory=dict)
    counts: dict[str, int] = Field(default_factory=dict)
    uncounted: int = 0
    rare: tuple[str, ...] = ()


class TableFacts(Model):
    """A table: its size, its rows that repeat an earlier one (learned columns only), its columns."""

    rows: int
    duplicate_rows: int
    columns: tuple[ColumnFacts, ...]

    def showing(self, shown: frozenset[str]) -> TableFacts:
        """The same facts for eyes that may see values of ``shown`` columns only; the others keep counts alone."""
        hidden: dict[str, object] = {
            "minimum": None,
            "maximum": None,
            "quantiles": {},
            "counts": {},
            "uncounted": 0,
            "rare": (),
        }
        columns = (facts if facts.name in shown else facts.model_copy(update=hidden) for facts in self.columns)
        return self.model_copy(update={"columns": tuple(columns)})


def describe(frame: pd.DataFrame, schema: TableSchema) -> TableFacts:
    """The facts of ``frame``, which conforms to ``schema``; any number of rows, also none.

    Ids and PII have their missing and distinct values counted; their values never enter the facts.
    """
    learned = [column.name for column in schema.learned]
    return TableFacts(
        rows=len(frame),
        duplicate_rows=int(frame[learned].duplicated().sum()),
        columns=tuple(_column(frame[column.name], column) for column in schema.columns),
    )


def _column(values: pd.Series, column: ColumnSchema) -> ColumnFacts:
    if is_discrete(column):
        return _discrete(values, column)
    missing = int(values.isna().sum())
    facts = ColumnFacts(
        name=column.name,
        sdtype=column.sdtype,
        missing=missing,
        missing_share=_share(missing, len(values)),
        distinct=int(values.nunique()),
    )
    return facts if not column.is_learned else facts.model_copy(update=_range(values))


def _discrete(values: pd.Series, column: ColumnSchema) -> ColumnFacts:
    found = codes(values, column)
    names = category_names(column)
    counts = np.bincount(found + 1, minlength=len(names) + 1)
    missing, counts = int(counts[0]), counts[1:]
    order = np.argsort(-counts, kind="stable")
    occurring = order[counts[order] > 0]
    named = {names[code]: int(counts[code]) for code in occurring[:COUNTED_MAX]}
    return ColumnFacts(
        name=column.name,
        sdtype=column.sdtype,
        missing=missing,
        missing_share=_share(missing, len(values)),
        distinct=len(occurring),
        counts=named,
        uncounted=max(0, len(occurring) - COUNTED_MAX),
        rare=tuple(name for name, count in named.items() if count < RARE_SHARE * len(values)),
    )


def _range(values: pd.Series) -> dict[str, object]:
    present = numbers(values)
    present = present[~np.isnan(present)]
    if not len(present):
        return {}
    cuts = np.quantile(present, [0.0, *QUANTILES, 1.0])
    is_time = pd.api.types.is_datetime64_any_dtype(values.dtype)
    low, *middle, high = _iso(cuts) if is_time else [float(cut) for cut in cuts]
    labels = [f"{100 * quantile:g}" for quantile in QUANTILES]
    return {"minimum": low, "maximum": high, "quantiles": dict(zip(labels, middle, strict=True))}


def _iso(seconds: NDArray[np.float64]) -> list[str]:
    """Seconds since 1970 as ISO text, to the second: float64 holds no microseconds far from 1970."""
    return [str(np.datetime64(round(float(instant)), "s")) for instant in seconds]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
