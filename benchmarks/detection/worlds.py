"""Worlds: tables from which honest rows never run out, or the real rows themselves.

Belongs here: which tables, what is changed on them for the bench, and drawing rows. Does not: faults.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

from benchmarks.fidelity.tables import read_table
from headwater.generators.base import Generator
from headwater.generators.registry import create
from headwater.sources.conform import conform_source
from headwater.spec import DatasetSpec
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

Kind = Literal["modelled", "real"]
FIT_SEED = 20_130_601
_EXAMINED = np.datetime64("2013-06-01")
_UNKNOWN = "?"


@dataclass(frozen=True, eq=False)
class Real:
    """The rows of one table, conforming; columns that models predict; columns that make groups of people."""

    rows: pd.DataFrame
    schema: TableSchema
    targets: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class World:
    """Honest rows of one table. All rows of a world are drawn from one distribution, so any of them can be real.

    Attributes:
        kind: ``modelled``: rows are drawn from a model of the table, any number; ``real``: rows of the table.
        targets: columns that models predict; the first is the one that faults alter.
        groups: columns of two values that divide people, for checks of fairness; may be none.
    """

    name: str
    kind: Kind
    schema: TableSchema
    targets: tuple[str, ...]
    groups: tuple[str, ...]
    source: pd.DataFrame | Generator

    def draw(self, rows: int, seed: int) -> pd.DataFrame:
        """So many new rows; another seed, independent rows.

        Raises:
            ValueError: a real world: its rows are cut once, see :meth:`split`.
        """
        if isinstance(self.source, pd.DataFrame):
            raise ValueError(f"the rows of the real world {self.name!r} run out; cut them by split")
        return self.source.sample(rows, seed)

    def split(self, sizes: tuple[int, ...], seed: int) -> tuple[pd.DataFrame, ...]:
        """Disjoint frames of so many rows each.

        Raises:
            ValueError: a real world that has not so many rows.
        """
        total = sum(sizes)
        if isinstance(self.source, pd.DataFrame):
            if total > len(self.source):
                raise ValueError(f"{total:,} rows are asked of {self.name!r}, which has {len(self.source):,} real ones")
            rows = self.source.take(np.random.default_rng(seed).permutation(len(self.source))[:total])
        else:
            rows = self.draw(total, seed)
        ends = np.cumsum(sizes)
        return tuple(rows.iloc[end - size : end].reset_index(drop=True) for size, end in zip(sizes, ends, strict=True))


def world_names() -> tuple[str, ...]:
    """Every table that there is a world of; ``census`` and ``cardio`` need their CSVs."""
    return tuple(_TABLES)


def world(name: str, kind: Kind = "modelled") -> World:
    """The world of a table; a model is fitted once a process, on all rows of the table.

    Raises:
        ValueError: there is no such table, or its CSV is not in the folder.
    """
    return _world(name, kind)


def modelled(name: str, real: Real) -> World:
    """The world of a model of these rows: the ``trees`` generator with its defaults."""
    model = create("trees", {}, ()).fit(real.rows, real.schema, FIT_SEED)
    return World(name, "modelled", real.schema, real.targets, real.groups, model)


@cache  # by position: the same call in other words would fit again
def _world(name: str, kind: Kind) -> World:
    real = _real(name)
    if kind == "real":
        return World(name, kind, real.schema, real.targets, real.groups, real.rows)
    return modelled(name, real)


@cache
def _real(name: str) -> Real:
    if name not in _TABLES:
        raise ValueError(f"there is no world {name!r}; known: {', '.join(_TABLES)}")
    return _TABLES[name]()


def _breast_cancer() -> Real:
    table = read_table("breast_cancer")
    return Real(table.rows, table.schema, ("diagnosis",), ())


def _fair() -> Real:
    table = read_table("fair")
    return Real(table.rows, table.schema, ("affairs",), ())


def _health() -> Real:
    """The RAND health insurance experiment, as statsmodels has it: 20,190 years of people, 10 columns.

    Its target is ``idp``, whether the insurance plan has a deductible for each person; good health makes two groups.
    """
    from statsmodels.datasets import randhie

    flags = ("idp", "hlthg", "hlthf", "hlthp")
    frame = pd.DataFrame(randhie.load_pandas().data)
    columns = {str(name): "boolean" if name in flags else "numerical" for name in frame}
    columns["lncoins"] = "categorical"  # the five rates of coinsurance
    source = {"kind": "csv", "path": "randhie.csv"}
    spec = DatasetSpec.model_validate({"dataset": "health", "owner": "bench", "source": source, "columns": columns})
    rows, schema = conform_source(frame.astype({"mdvis": "int64"} | dict.fromkeys(flags, "bool")), spec)
    return Real(rows.reset_index(drop=True), schema, ("idp",), ("hlthg",))


def _census() -> Real:
    """The census of 1994. What it calls ``?`` is missing here, so that one table has missing values."""
    table = read_table("census")
    rows, columns = table.rows.copy(), []
    for column in table.schema.columns:
        if column.categories and _UNKNOWN in column.categories:
            known = tuple(value for value in column.categories if value != _UNKNOWN)
            rows[column.name] = rows[column.name].where(rows[column.name] != _UNKNOWN).astype(object)
            columns.append(column.model_copy(update={"nullable": True, "categories": known}))
        else:
            columns.append(column)
    schema = TableSchema(columns=tuple(columns))
    return Real(conform(rows, schema), schema, ("salary",), ("sex",))


def _cardio() -> Real:
    """Examinations of the heart. The age in days becomes a date of birth, so that one table has dates."""
    table = read_table("cardio")
    born = ColumnSchema(name="born_on", sdtype="datetime", storage="date", nullable=False)
    ages = table.rows["age"].to_numpy(dtype=np.int64).astype("timedelta64[D]")
    rows = table.rows.assign(born_on=pd.Series((_EXAMINED - ages).astype("datetime64[us]")))
    schema = TableSchema(columns=tuple(born if c.name == "age" else c for c in table.schema.columns))
    return Real(conform(rows, schema), schema, ("cardio",), ("gender",))


_TABLES: dict[str, Callable[[], Real]] = {
    "census": _census,
    "cardio": _cardio,
    "health": _health,
    "fair": _fair,
    "breast_cancer": _breast_cancer,
}
