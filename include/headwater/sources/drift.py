"""Schema drift: the source's columns against the spec's. Only names and kinds are compared here, never values."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from headwater.sources.errors import SourceProblem
from headwater.spec import DatasetSpec, Sdtype

Kind = Literal["text", "number", "boolean", "time"]

FITTING: dict[Sdtype, frozenset[Kind]] = {
    "numerical": frozenset({"number"}),
    "categorical": frozenset({"text", "number", "boolean"}),
    "boolean": frozenset({"boolean", "number", "text"}),
    "datetime": frozenset({"time", "text"}),
    "id": frozenset({"text", "number"}),
    "pii": frozenset({"text", "number"}),
}
"""Which kinds of values a column of each sdtype may hold in the source."""

SAYS: dict[str, str] = {"text": "text", "number": "numbers", "boolean": "booleans", "time": "dates or times"}


def name_drift(found: Sequence[str], spec: DatasetSpec) -> list[SourceProblem]:
    """Missing, extra and duplicate columns among the names ``found`` in the source."""
    missing = [name for name in spec.columns if name not in set(found)]
    extra = [name for name in dict.fromkeys(found) if name not in spec.columns]
    problems = [_missing(name, extra) for name in missing]
    problems += [_extra(name, missing) for name in extra]
    problems += [
        SourceProblem(
            f"{count} columns of the source are called {name!r}.",
            "Give each column its own name in the source, for example by a query with aliases.",
        )
        for name, count in Counter(found).items()
        if count > 1
    ]
    return problems


def kind_drift(kinds: Mapping[str, Kind | None], spec: DatasetSpec) -> list[SourceProblem]:
    """Columns whose kind in the source cannot hold what the spec says; None is a kind nobody knows."""
    return [
        retyped(name, column.sdtype, SAYS[kind])
        for name, column in spec.columns.items()
        if (kind := kinds.get(name)) is not None and kind not in FITTING[column.sdtype]
    ]


def retyped(name: str, sdtype: Sdtype, holds: str) -> SourceProblem:
    """The problem of a column that is one thing in the spec and another in the source."""
    return SourceProblem(
        f"Column {name!r} is {sdtype} in the spec and holds {holds} in the source.",
        f"Correct columns.{name}.sdtype in the spec, or cast the column in the source.",
    )


def _missing(name: str, extra: list[str]) -> SourceProblem:
    close = difflib.get_close_matches(name, extra, n=1, cutoff=0.6)
    hint = f"Did you mean {close[0]!r}, which the source has?" if close else "Add it to the source"
    tail = "" if close else ", or remove it from the spec's columns."
    return SourceProblem(f"Column {name!r} of the spec is missing in the source.", hint + tail)


def _extra(name: str, missing: list[str]) -> SourceProblem:
    close = difflib.get_close_matches(name, missing, n=1, cutoff=0.6)
    hint = f"Did you mean it by {close[0]!r}? Otherwise declare" if close else "Declare"
    return SourceProblem(
        f"Column {name!r} of the source is not in the spec.",
        f"{hint} it under columns, or read the source by a query that leaves it out.",
    )
