"""One column after conforming, and the small judgements every sdtype shares."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from headwater.sources.errors import SourceProblem
from headwater.tables.schema import ColumnSchema


@dataclass(frozen=True)
class Conformed:
    """A column in its canonical dtype, with its schema and what is wrong with its values.

    Attributes:
        values: as ``headwater.tables.frames`` defines the storage; a RangeIndex.
        schema: the column's schema.
        problems: what the spec does not allow; counts only, never a value.
        note: what was changed on the way that a reader should know, else empty.
    """

    values: pd.Series
    schema: ColumnSchema
    problems: tuple[SourceProblem, ...] = ()
    note: str = ""


def outside(name: str, count: int, what: str) -> tuple[SourceProblem, ...]:
    """The problem of ``count`` values outside the spec's range or set; none when ``count`` is 0."""
    if not count:
        return ()
    cure = f"Clean them in the source, or widen columns.{name} in the spec."
    return (SourceProblem(f"Column {name!r} holds {count:,} values outside {what}.", cure),)


def with_nul(name: str, texts: pd.Index) -> tuple[SourceProblem, ...]:
    """The problem of texts that hold a NUL character, which no Postgres text can."""
    count = sum("\x00" in text for text in texts)
    if not count:
        return ()
    what = f"Column {name!r} holds {count:,} different texts with a NUL character."
    return (SourceProblem(what, "Remove the NUL characters in the source."),)
