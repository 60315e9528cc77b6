"""What each rule of the table demands, in one plain sentence. Bounds and values that may not be shown are not in it.

The sentences are plain text: who shows them escapes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from headwater.expectations.bounds import Allowed, Bound, Range

SHOWN_MAX = 12
"""Values of a set that are named; of a longer set the rest is counted."""


def in_range(name: str, allowed: Range, *, hidden: bool) -> str:
    """``age lies between 17 and 90 (spec).``"""
    if hidden:
        return f"{name} lies in its range ({allowed.origin}); the bounds are not shown."
    if allowed.low is None:
        return f"{name} is at most {_bound(allowed.high)} ({allowed.origin})."
    if allowed.high is None:
        return f"{name} is at least {_bound(allowed.low)} ({allowed.origin})."
    return f"{name} lies between {_bound(allowed.low)} and {_bound(allowed.high)} ({allowed.origin})."


def in_set(name: str, allowed: Allowed, *, hidden: bool) -> str:
    """``salary is one of 2 values (training rows): <=50K, >50K.``"""
    start = f"{name} is one of {len(allowed.values)} values ({allowed.origin})"
    if hidden:
        return f"{start}; they are not shown."
    named = ", ".join(str(value) for value in allowed.values[:SHOWN_MAX])
    left = len(allowed.values) - SHOWN_MAX
    return f"{start}: {named}, and {left} more." if left > 0 else f"{start}: {named}."


def never_missing(name: str) -> str:
    """The rule of a column that is not nullable."""
    return f"{name} is never missing."


def stored_as(name: str, dtype: str) -> str:
    """The rule of a column's type."""
    return f"{name} is stored as {dtype}."


def unique(names: Sequence[str]) -> str:
    """The rule of the primary key."""
    if len(names) == 1:
        return f"{names[0]} is the primary key: no value occurs twice."
    return f"{', '.join(names)} together are the primary key: no combination occurs twice."


def ordered_columns(count: int) -> str:
    """The rule of the table's shape."""
    return f"The batch has the {count} columns of its schema, in their order."


def row_count(rows: int) -> str:
    """The rule of the batch's size."""
    return f"The batch has the {rows:,} rows that were asked for."


def _bound(bound: Bound | None) -> str:
    if isinstance(bound, datetime):
        return bound.isoformat(sep=" ")
    if isinstance(bound, date):
        return bound.isoformat()
    return f"{bound:,}" if isinstance(bound, int) else f"{bound:.10g}"
