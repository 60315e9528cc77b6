"""The exact shape of a table's columns, as found in a snapshot. Light: imports no pandas."""

from __future__ import annotations

from typing import Literal

from headwater.spec.columns import Sdtype, Value
from headwater.spec.model import Model

Storage = Literal["integer", "real", "boolean", "text", "date", "timestamp"]


class ColumnSchema(Model):
    """One column: what it means (sdtype), how it is stored, and how exact its numbers are.

    ``categories`` are all values seen in the snapshot, sorted, for categorical columns only.
    ``decimals`` is the number of digits after the point of a ``real`` column, None when they vary past 10.
    ``pii`` is the kind of personal data a pii column holds, as its spec says.
    """

    name: str
    sdtype: Sdtype
    storage: Storage
    nullable: bool
    decimals: int | None = None
    categories: tuple[Value, ...] | None = None
    pii: str | None = None

    @property
    def is_learned(self) -> bool:
        """False for ids and PII: those are made anew, never learned or compared."""
        return self.sdtype not in ("id", "pii")


class TableSchema(Model):
    """The columns of a table, in order."""

    columns: tuple[ColumnSchema, ...]

    def __getitem__(self, name: str) -> ColumnSchema:
        """The column called ``name``. Raises: KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    @property
    def learned(self) -> tuple[ColumnSchema, ...]:
        """The columns that generators learn and checks compare."""
        return tuple(column for column in self.columns if column.is_learned)
