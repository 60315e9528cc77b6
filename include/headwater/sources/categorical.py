"""Categorical columns: which categories there are, of which type, and whether the spec allows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from headwater.sources.conformed import Conformed, outside, with_nul
from headwater.sources.drift import Kind
from headwater.sources.errors import Misfit, SourceProblem
from headwater.sources.numeric import is_whole, to_numbers
from headwater.spec import Column
from headwater.tables.schema import ColumnSchema, Storage

MAX_CATEGORIES = 10_000
_POOL: dict[Storage, str] = {"integer": "int64", "real": "float64", "boolean": "bool"}


def conform_categorical(name: str, column: Column, values: pd.Series, kind: Kind) -> Conformed:
    """The column as ``category`` over the sorted values found; text stays exactly as it came.

    Raises:
        Misfit: too many categories, infinities, or values of another type than the spec's ``values``.
    """
    codes, found = pd.factorize(values)  # missing is -1
    if len(found) > MAX_CATEGORIES:
        what = f"Column {name!r} has {len(found):,} categories; more than {MAX_CATEGORIES:,} cannot be learned."
        raise Misfit(what, f"Declare columns.{name} as id, pii or numerical, or group the values in the source.")
    pool, storage = _pool(name, column, pd.Series(found), kind)
    categories = sorted(set(pool))
    position = {category: index for index, category in enumerate(categories)}
    order = np.array([*(position[category] for category in pool), -1], dtype=np.int64)
    dtype = pd.CategoricalDtype(pd.Index(categories, dtype=_POOL.get(storage, "object")))
    kept = pd.Series(pd.Categorical.from_codes(order[codes], dtype=dtype))
    problems = _not_allowed(name, column, kept)
    if storage == "text":
        problems += with_nul(name, dtype.categories)
    schema = ColumnSchema(
        name=name, sdtype="categorical", storage=storage, nullable=column.nullable, categories=tuple(categories)
    )
    return Conformed(kept, schema, problems)


def _pool(name: str, column: Column, found: pd.Series, kind: Kind) -> tuple[list[Any], Storage]:
    """The distinct values as Python values of one type, in the order of ``found``, and their storage."""
    declared = _declared_kind(column)
    if kind == "text" and declared == "number":
        found, kind = _as_declared(name, column, found), "number"
    if declared is not None and declared != kind:
        raise _other_type(name, declared, kind)
    if kind == "boolean":
        return [bool(value) for value in found], "boolean"
    if kind == "text":
        return [str(value) for value in found], "text"
    numbers = to_numbers(found)
    if not np.isfinite(numbers.to_numpy(dtype="float64")).all():
        raise Misfit(f"Column {name!r} holds infinite values.", "Make them empty in the source.")
    if is_whole(numbers):
        return [int(value) for value in numbers], "integer"
    return [float(value) for value in numbers], "real"


def _declared_kind(column: Column) -> Kind | None:
    if column.values is None:
        return None
    first = column.values[0]
    if isinstance(first, bool):
        return "boolean"
    return "text" if isinstance(first, str) else "number"


def _as_declared(name: str, column: Column, found: pd.Series) -> pd.Series:
    """Texts (of a CSV) as the numbers that the spec declares them to be."""
    numbers = pd.to_numeric(found, errors="coerce")
    foreign = int(numbers.isna().sum())
    if foreign:
        what = (
            f"Column {name!r} holds {foreign:,} different texts that are no number, while its values in the spec are."
        )
        raise Misfit(what, f"Clean them in the source, or write columns.{name}.values in quotes.")
    return numbers


def _other_type(name: str, declared: Kind, kind: Kind) -> Misfit:
    says: Mapping[Kind, str] = {"text": "text", "number": "numbers", "boolean": "booleans", "time": "times"}
    what = f"Column {name!r} holds {says[kind]}, while its values in the spec are {says[declared]}."
    hints = {
        "text": f"Write columns.{name}.values in quotes (YAML reads yes, no, on, off and 1 otherwise).",
        "number": f"Write columns.{name}.values without quotes.",
        "boolean": f"Write columns.{name}.values as [true, false], or declare the column boolean.",
        "time": f"Declare columns.{name} as datetime.",
    }
    return Misfit(what, hints[kind])


def _not_allowed(name: str, column: Column, kept: pd.Series) -> tuple[SourceProblem, ...]:
    if column.values is None:
        return ()
    foreign = int((kept.notna() & ~kept.isin(list(column.values))).sum())
    return outside(name, foreign, "the values that the spec allows")
