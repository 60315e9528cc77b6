"""The real tables of the bench: two that come with our dependencies, and every CSV of a folder.

Belongs here: finding and reading them. Does not: cutting them (see ``splits.py``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.fidelity.guess import guess_spec, sniff_separator
from headwater.checks.arrays import codes, is_discrete, numbers
from headwater.sources.conform import conform_source
from headwater.sources.demo_tables import breast_cancer, fair
from headwater.sources.read import read_source
from headwater.spec import CsvSource, DatasetSpec, load_spec
from headwater.tables.schema import TableSchema

ROOT = Path(__file__).resolve().parents[2]
SPECS = ROOT / "include" / "datasets"


@dataclass(frozen=True)
class Target:
    """What the models of the usefulness measure predict: a yes or no.

    Attributes:
        column: its name; it is no feature then.
        above: of a column of numbers: yes where it is above this. None: yes is the second of two categories.
    """

    column: str
    above: float | None = None

    def holds(self, rows: pd.DataFrame, schema: TableSchema) -> NDArray[np.bool_]:
        """Which rows say yes: bool ``(n,)``."""
        column = schema[self.column]
        if is_discrete(column):
            yes: NDArray[np.bool_] = codes(rows[self.column], column) == 1
            return yes
        return numbers(rows[self.column]) > (self.above or 0.0)


@dataclass(frozen=True, eq=False)
class BenchTable:
    """A conforming frame without its id and pii columns, its schema, and what to predict (None: nothing)."""

    name: str
    rows: pd.DataFrame
    schema: TableSchema
    target: Target | None


def data_folder() -> Path:
    """Where further CSVs are: ``HEADWATER_BENCH_DATA``, else ``../shared/data`` beside the repository."""
    return Path(os.environ.get("HEADWATER_BENCH_DATA") or ROOT.parent / "shared" / "data")


def table_names() -> list[str]:
    """Every table of the bench, without reading its rows."""
    return ["breast_cancer", "fair", *(spec.dataset for spec in _csv_specs())]


def read_table(name: str) -> BenchTable:
    """The table called ``name``.

    Raises:
        ValueError: there is none; the message lists what there is.
        SourceError: its rows are not what its spec says.
    """
    if name == "breast_cancer":
        return as_bench(conform_source(breast_cancer(), load_spec(SPECS / "breast_cancer.yaml")), name, "diagnosis")
    if name == "fair":
        return as_bench(conform_source(fair(), load_spec(SPECS / "fair.yaml")), name, "affairs")
    for spec in _csv_specs():
        if spec.dataset == name:
            rows = conform_source(read_source(spec, lambda _: ""), spec)
            return as_bench(rows, name, spec.targets[0] if spec.targets else None)
    known = ", ".join(table_names())
    raise ValueError(f"there is no table {name!r}; known: {known} (CSVs are looked for in HEADWATER_BENCH_DATA)")


def as_bench(conformed: tuple[pd.DataFrame, TableSchema], name: str, target: str | None) -> BenchTable:
    """The bench's form of a conforming frame: learned columns only. A target of many classes becomes None."""
    rows, schema = conformed[0], TableSchema(columns=conformed[1].learned)
    wanted = Target(target, above=0.0) if target is not None else None
    if wanted is not None and is_discrete(schema[wanted.column]):
        categories = schema[wanted.column].categories
        wanted = Target(wanted.column) if categories is None or len(categories) == 2 else None
    return BenchTable(name, rows[schema.names].reset_index(drop=True), schema, wanted)


def _csv_specs() -> Iterator[DatasetSpec]:
    """A spec for each CSV of the folder: the shipped one with the same columns, else a guess."""
    for path in sorted(data_folder().glob("*.csv")):
        yield _shipped_spec(path) or guess_spec(path)


def _shipped_spec(path: Path) -> DatasetSpec | None:
    separator = sniff_separator(path)
    header = set(map(str, pd.read_csv(path, sep=separator, nrows=0).columns))
    for place in sorted(SPECS.glob("*.yaml")):
        spec = load_spec(place)
        if isinstance(spec.source, CsvSource) and set(spec.columns) == header:
            source = spec.source.model_copy(update={"path": str(path), "separator": separator})
            return spec.model_copy(update={"source": source})
    return None
