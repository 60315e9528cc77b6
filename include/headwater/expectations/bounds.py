"""What a column of a batch may hold: its range and its set of values, and who says so.

Belongs here: reading spec, schema and facts. Does not: the expectations made of it (``suite.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from headwater.checks.facts import ColumnFacts
from headwater.spec.columns import Column, Value
from headwater.tables.schema import ColumnSchema

Bound = int | float | date | datetime
Origin = Literal["spec", "training rows"]


@dataclass(frozen=True)
class Range:
    """Closed range; None is open. ``origin`` says who set it."""

    low: Bound | None
    high: Bound | None
    origin: Origin


@dataclass(frozen=True)
class Allowed:
    """A set of values, and who named it."""

    values: tuple[Value, ...]
    origin: Origin


def range_of(column: Column, schema: ColumnSchema, facts: ColumnFacts | None) -> Range | None:
    """The spec's bounds; where it sets neither, what was seen in training. None where nothing is known."""
    if schema.sdtype not in ("numerical", "datetime"):
        return None
    if column.min is not None or column.max is not None:
        return Range(column.min, column.max, "spec")
    if facts is None or facts.minimum is None:
        return None
    return Range(_seen(facts.minimum, schema, -1), _seen(facts.maximum, schema, +1), "training rows")


def allowed_of(column: Column, schema: ColumnSchema) -> Allowed | None:
    """The spec's values, else the categories of the snapshot; None for columns that are not categorical."""
    if column.values is not None:
        return Allowed(column.values, "spec")
    return None if schema.categories is None else Allowed(schema.categories, "training rows")


def _seen(bound: float | str | None, schema: ColumnSchema, outward: int) -> Bound | None:
    """A bound of the facts as a value. Facts hold instants to the second, so those are moved out by one."""
    if bound is None:
        return None
    if not isinstance(bound, str):
        return int(bound) if schema.storage == "integer" else float(bound)
    instant = datetime.fromisoformat(bound)
    return instant.date() if schema.storage == "date" else instant + timedelta(seconds=outward)
