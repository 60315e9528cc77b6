"""Which column of Postgres holds which column of a table: type, and a name that Postgres can hold."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from headwater.tables.schema import Storage, TableSchema

NAME_BYTES = 63
"""Postgres cuts longer names without a word (NAMEDATALEN - 1)."""

POSTGRES_TYPE: dict[Storage, str] = {
    "integer": "bigint",
    "real": "double precision",
    "boolean": "boolean",
    "text": "text",
    "date": "date",
    "timestamp": "timestamp without time zone",
}

# Names that Postgres gives to every table itself, and those that Headwater adds.
_TAKEN = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "batch_date", "_batch_id"})


@dataclass(frozen=True)
class ReaderColumn:
    """A column of a readers' table: the table's own name of it, its name in Postgres, its type there."""

    name: str
    postgres_name: str
    postgres_type: str


def reader_columns(schema: TableSchema) -> list[ReaderColumn]:
    """The columns of the readers' table, in the order of the schema.

    A name longer than 63 bytes, or one that Postgres keeps for itself, is cut at a whole character and ends in eight
    hex digits of its SHA-256. It depends on the name alone, so that a column keeps its name when others come.
    """
    return [ReaderColumn(each.name, postgres_name(each.name), POSTGRES_TYPE[each.storage]) for each in schema.columns]


def postgres_name(name: str) -> str:
    """The name in Postgres of the column called ``name``: at most 63 bytes of UTF-8."""
    encoded = name.encode()
    if len(encoded) <= NAME_BYTES and name not in _TAKEN:
        return name
    suffix = "_" + hashlib.sha256(encoded).hexdigest()[:8]
    return encoded[: NAME_BYTES - len(suffix)].decode(errors="ignore") + suffix
