"""Boolean, id and pii columns: the sdtypes with nothing to measure."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from headwater.sources.conformed import Conformed, with_nul
from headwater.sources.drift import Kind, retyped
from headwater.sources.errors import Misfit
from headwater.sources.numeric import is_whole, to_numbers
from headwater.spec import Column
from headwater.tables.schema import ColumnSchema

_WORDS = {"true": True, "t": True, "yes": True, "y": True, "1": True}
_WORDS |= {"false": False, "f": False, "no": False, "n": False, "0": False}
_PLAIN_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")


def conform_boolean(name: str, column: Column, values: pd.Series, kind: Kind) -> Conformed:
    """The column as ``boolean``, from booleans, 0 and 1, or the words true/false, t/f, yes/no, y/n in any case.

    Raises:
        Misfit: some values are none of these.
    """
    codes, found = pd.factorize(values)
    truths = [_truth(value, kind) for value in found]
    bad = sum(truth is None for truth in truths)
    if bad:
        what = f"Column {name!r} holds {bad:,} different values that are neither true nor false."
        raise Misfit(what, f"Use true/false, yes/no or 1/0 in the source, or declare columns.{name} as categorical.")
    pool = np.array([*truths, False], dtype=bool)
    kept = pd.Series(pd.arrays.BooleanArray(pool[codes], codes < 0))
    return Conformed(kept, ColumnSchema(name=name, sdtype="boolean", storage="boolean", nullable=column.nullable))


def conform_id(name: str, column: Column, values: pd.Series, kind: Kind, *, parse: bool) -> Conformed:
    """The column as Int64 or text. With ``parse`` (a CSV), texts that all are plain integers become integers.

    Raises:
        Misfit: the column holds numbers that are not whole.
    """
    if kind == "number":
        numbers = to_numbers(values)
        if not is_whole(numbers):
            raise Misfit.of(retyped(name, "id", "numbers that are not whole"))
        kept: pd.Series = numbers.astype("Int64")
        storage = "integer"
    else:
        kept = _text(values)
        storage = "text"
        if parse and all(_PLAIN_INTEGER.fullmatch(text) for text in kept.dropna()):
            kept, storage = kept.astype("Int64"), "integer"
    problems = with_nul(name, pd.Index(kept.dropna())) if storage == "text" else ()
    schema = ColumnSchema.model_validate(
        {"name": name, "sdtype": "id", "storage": storage, "nullable": column.nullable}
    )
    return Conformed(kept, schema, problems)


def conform_pii(name: str, column: Column, values: pd.Series, kind: Kind) -> Conformed:
    """The column as text; whole numbers are written without a point."""
    if kind == "number":
        numbers = to_numbers(values)
        values = numbers.astype("Int64") if is_whole(numbers) else numbers
    kept = _text(values)
    schema = ColumnSchema(name=name, sdtype="pii", storage="text", nullable=column.nullable, pii=column.pii)
    return Conformed(kept, schema, with_nul(name, pd.Index(kept.dropna())))


def _text(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), None).astype(pd.StringDtype("python"))


def _truth(value: Any, kind: Kind) -> bool | None:
    if kind == "text":
        return _WORDS.get(str(value).strip().lower())
    return bool(value) if value in (0, 1) else None
