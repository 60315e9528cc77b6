"""Run a peer in an environment of its own: hand it real rows, take its rows back. Knows no peer by name."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from pyarrow import parquet

from benchmarks.fidelity.making import Job, Made
from headwater.checks.arrays import is_discrete
from headwater.tables.frames import conform, to_arrow
from headwater.tables.schema import ColumnSchema, TableSchema

SCRIPTS = Path(__file__).resolve().parent / "peers"
LIMIT_SECONDS = 3_600


def make_with_peer(python: str, job: Job) -> Made:
    """Rows and costs of the peer that ``job.kind`` names, run by the interpreter ``python``.

    The script gets a folder: ``train.parquet`` and ``job.json`` (rows, seed, kind of each column) are in it; it
    leaves ``synthetic.parquet`` and ``costs.json`` (the names of ``Made.costs``) there.

    Raises:
        ValueError: there is no such adapter, or the rows that came back do not fit the schema.
        RuntimeError: the script failed, or took more than an hour; with the end of what it said.
    """
    script = SCRIPTS / f"{job.kind}.py"
    if not script.exists():
        known = ", ".join(sorted(path.stem for path in SCRIPTS.glob("[a-z]*.py")))
        raise ValueError(f"there is no adapter for the peer {job.kind!r}; known: {known}")
    with tempfile.TemporaryDirectory(prefix="headwater-peer-") as folder:
        place = Path(folder)
        parquet.write_table(to_arrow(job.train, job.schema), place / "train.parquet")
        kinds = {column.name: _kind(column) for column in job.schema.columns}
        (place / "job.json").write_text(json.dumps({"rows": job.rows, "seed": job.seed, "columns": kinds}))
        _run(job.kind, [python, "-I", str(script), folder])
        costs: dict[str, Any] = json.loads((place / "costs.json").read_text())
        return Made(from_peer(pd.read_parquet(place / "synthetic.parquet"), job.schema), costs)


def from_peer(rows: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """A peer's rows in the schema's dtypes: whole numbers rounded, categories found by their text.

    Raises:
        KeyError: a column is missing.
        ValueError: a value is no category of its column, or no number.
    """
    return conform(pd.DataFrame({column.name: _column(rows[column.name], column) for column in schema.columns}), schema)


def _run(name: str, command: list[str]) -> None:
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"the peer {name!r} took more than {LIMIT_SECONDS:,} seconds") from error
    if ran.returncode:
        raise RuntimeError(f"the peer {name!r} ended with exit code {ran.returncode}:\n{ran.stderr[-2_000:]}")


def _kind(column: ColumnSchema) -> str:
    if is_discrete(column):
        return "categorical"
    if column.sdtype == "datetime":
        return "datetime"
    return "integer" if column.storage == "integer" else "real"


def _column(values: pd.Series, column: ColumnSchema) -> pd.Series:
    if column.categories is not None:
        by_text = {str(category): category for category in column.categories}
        found = values.astype(object).map(lambda value: by_text.get(str(value), value), na_action="ignore")
        return found.where(values.notna(), None)
    if column.storage == "boolean":
        return values.astype(object).map(lambda value: str(value) == "True", na_action="ignore").astype("boolean")
    if column.storage == "integer":
        return pd.to_numeric(values).round().astype("Int64")
    if column.storage == "real":
        numbers = pd.to_numeric(values).astype("float64")
        return numbers if column.decimals is None else numbers.round(column.decimals)
    days = pd.to_datetime(values, format="mixed")
    return (days.dt.normalize() if column.storage == "date" else days).astype("datetime64[us]")
