"""Raw rows held against the spec: the canonical frame and its schema, or every problem at once."""

from __future__ import annotations

import logging
from typing import Any

import pandas as pd
import pyarrow as pa

from headwater.sources.categorical import conform_categorical
from headwater.sources.conformed import Conformed
from headwater.sources.drift import FITTING, SAYS, name_drift, retyped
from headwater.sources.errors import Misfit, SourceError, SourceProblem
from headwater.sources.kinds import kind_of
from headwater.sources.numeric import conform_numerical
from headwater.sources.plain import conform_boolean, conform_id, conform_pii
from headwater.sources.raw import as_frame
from headwater.sources.temporal import conform_datetime
from headwater.spec import Column, CsvSource, DatasetSpec, Sdtype
from headwater.tables.frames import PANDAS_DTYPE
from headwater.tables.schema import ColumnSchema, Storage, TableSchema

_log = logging.getLogger(__name__)
_EMPTY_STORAGE: dict[Sdtype, Storage] = {
    "numerical": "real",
    "categorical": "text",
    "boolean": "boolean",
    "datetime": "timestamp",
    "id": "text",
    "pii": "text",
}


def conform_source(raw: pa.Table | pd.DataFrame, spec: DatasetSpec) -> tuple[pd.DataFrame, TableSchema]:
    """Raw rows in the spec's columns and order, in canonical dtypes (``headwater.tables.frames``), and their schema.

    Args:
        raw: what :func:`headwater.sources.read.read_source` gave; shape ``(rows, columns)``.
        spec: what the columns must be.

    Raises:
        SourceError: drifted, duplicate, empty, mixed or retyped columns, too few rows, values that the spec does
            not allow, repeated keys. All problems are listed; values are counted, never shown.
    """
    frame = as_frame(raw)
    names = list(frame.columns)
    problems = name_drift(names, spec) + _too_few(len(frame), spec)
    if len(frame) == 0:
        raise SourceError(spec.dataset, problems)
    columns: dict[str, Conformed] = {}
    for name, column in spec.columns.items():
        if names.count(name) == 1:
            found, wrong = _conform_column(name, column, frame[name], is_csv=isinstance(spec.source, CsvSource))
            problems += wrong
            if found is not None:
                columns[name] = found
    problems += _keys({name: column.values for name, column in columns.items()}, spec)
    if problems:
        raise SourceError(spec.dataset, problems)
    for name, found in columns.items():
        if found.note:
            _log.info("Dataset %s: column %r %s.", spec.dataset, name, found.note)
    conformed = pd.DataFrame({name: found.values for name, found in columns.items()})
    conformed.columns = pd.Index(list(columns), dtype=object)
    return conformed, TableSchema(columns=tuple(found.schema for found in columns.values()))


def _conform_column(
    name: str, column: Column, values: pd.Series, *, is_csv: bool
) -> tuple[Conformed | None, list[SourceProblem]]:
    """The column, or None where its values do not fit at all; and what is wrong with it."""
    if isinstance(values.dtype, pd.CategoricalDtype | pd.ArrowDtype | pd.SparseDtype):
        values = values.astype(object)
    missing = int(values.isna().sum())
    if missing == len(values):
        return (_all_missing(name, column, missing), []) if column.nullable else (None, [_all_null(name, column)])
    problems: list[SourceProblem] = []
    if missing and not column.nullable:
        what = f"Column {name!r} is empty in {missing:,} of {len(values):,} rows."
        problems.append(SourceProblem(what, f"Set nullable: true under columns.{name}, or fill it in the source."))
    try:
        found = _by_sdtype(name, column, values, is_csv=is_csv)
    except Misfit as misfit:
        return None, [*problems, misfit.problem]
    return found, [*problems, *found.problems]


def _by_sdtype(name: str, column: Column, values: pd.Series, *, is_csv: bool) -> Conformed:
    kind = kind_of(values, name)
    if kind not in FITTING[column.sdtype]:
        raise (
            _text_for_numbers(name, values)
            if (kind, column.sdtype) == ("text", "numerical")
            else Misfit.of(retyped(name, column.sdtype, SAYS[kind]))
        )
    match column.sdtype:
        case "numerical":
            return conform_numerical(name, column, values)
        case "categorical":
            return conform_categorical(name, column, values, kind)
        case "boolean":
            return conform_boolean(name, column, values, kind)
        case "datetime":
            return conform_datetime(name, column, values, kind)
        case "id":
            return conform_id(name, column, values, kind, parse=is_csv)
        case "pii":
            return conform_pii(name, column, values, kind)


def _text_for_numbers(name: str, values: pd.Series) -> Misfit:
    """Text where numbers should be: a column of another type, or a few cells of a CSV that are none."""
    given = values.dropna()
    bad = int(pd.to_numeric(given, errors="coerce").isna().sum())
    if bad == len(given):
        return Misfit.of(retyped(name, "numerical", "text"))
    if bad == 0:
        return Misfit.of(retyped(name, "numerical", "numbers written as text"))
    what = f"Column {name!r} mixes numbers and text: {bad:,} of {len(given):,} values are no number."
    return Misfit(what, "Clean them in the source; for a CSV, source.missing may name the texts that mean: no value.")


def _all_missing(name: str, column: Column, rows: int) -> Conformed:
    storage = _EMPTY_STORAGE[column.sdtype]
    is_categorical = column.sdtype == "categorical"
    dtype: Any = pd.CategoricalDtype(pd.Index([], dtype=object)) if is_categorical else PANDAS_DTYPE[storage]
    schema = ColumnSchema(
        name=name,
        sdtype=column.sdtype,
        storage=storage,
        nullable=True,
        categories=() if is_categorical else None,
        pii=column.pii,
    )
    return Conformed(pd.Series([None] * rows, dtype=object).astype(dtype), schema)


def _all_null(name: str, column: Column) -> SourceProblem:
    cure = f"Set nullable: true under columns.{name} if that is meant, or repair the source."
    return SourceProblem(f"Column {name!r} ({column.sdtype}) is empty in every row.", cure)


def _too_few(rows: int, spec: DatasetSpec) -> list[SourceProblem]:
    if rows == 0:
        cure = "Check source: the right table, query or file, and the rights of its user."
        return [SourceProblem("The source holds no rows.", cure)]
    least = spec.contract.source_rows_min
    if rows < least:
        cure = "Wait for more rows, or lower contract.source_rows_min."
        return [SourceProblem(f"The source holds {rows:,} rows; the contract asks for at least {least:,}.", cure)]
    return []


def _keys(columns: dict[str, pd.Series], spec: DatasetSpec) -> list[SourceProblem]:
    """Keys that are empty, and primary keys that stand in more than one row."""
    problems: list[SourceProblem] = []
    for place, names in (("primary", spec.keys.primary), ("entity", spec.keys.entity)):
        if not names or any(name not in columns for name in names):
            continue
        key = pd.DataFrame({name: columns[name] for name in names})
        empty = int(key.isna().any(axis=1).sum())
        if empty:
            cure = f"Fill it in the source, leave such rows out by a query, or change keys.{place}."
            problems.append(SourceProblem(f"The {place} key {list(names)} is empty in {empty:,} rows.", cure))
        repeated = int(key.duplicated().sum()) if place == "primary" else 0
        if repeated:
            cure = "Remove the repeated rows, or correct keys.primary (several rows a person: use keys.entity)."
            problems.append(SourceProblem(f"The primary key {list(names)} repeats in {repeated:,} rows.", cure))
    return problems
