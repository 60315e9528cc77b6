"""Rows of the database as records. Nothing else."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic import ValidationError as Mismatch

from headwater.ledger.errors import LedgerError
from headwater.ledger.models.base import Base
from headwater.spec.model import Model

Record = TypeVar("Record")

_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def to_record(kind: type[Record], row: Base) -> Record:
    """The record of a row: the attributes of the same names, validated.

    Raises:
        LedgerError: the row is not one this version of Headwater wrote.
    """
    try:
        found: Record = _adapter(kind).validate_python({name: getattr(row, name) for name in _names(kind)})
    except Mismatch as error:
        place = ", ".join(".".join(map(str, detail["loc"])) for detail in error.errors())
        table = row.__tablename__
        raise LedgerError(
            f"A row of {table} does not read as {kind.__name__} ({place}). Cure: migrate the ledger."
        ) from None
    return found


def to_values(record: Any) -> dict[str, Any]:
    """The values of a record by field; a nested model becomes a document."""
    if is_dataclass(record) and not isinstance(record, type):
        return {field.name: _plain(getattr(record, field.name)) for field in fields(record)}
    return {name: _plain(getattr(record, name)) for name in type(record).model_fields}


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.model_dump(mode="json")
    return list(value) if isinstance(value, tuple) else value


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _names(kind: type[Any]) -> list[str]:
    return [field.name for field in fields(kind)] if is_dataclass(kind) else list(kind.model_fields)
