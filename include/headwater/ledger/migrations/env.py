"""How Alembic runs here: on the connection and within the transaction of ``headwater.ledger.migrate``."""

from __future__ import annotations

from typing import Any

from alembic import context

from headwater.ledger.models.base import SCHEMA
from headwater.ledger.models.registry import METADATA


def _is_ours(name: str | None, kind: str, parents: Any) -> bool:
    """Only the ledger's schema: readers' tables and whatever else lies in the database are left alone."""
    return name == SCHEMA if kind == "schema" else True


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    include_schemas=True,
    include_name=_is_ours,
    version_table_schema=SCHEMA,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
