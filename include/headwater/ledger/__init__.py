"""The ledger: what happened, in Postgres. Tables, migrations, repositories (typed in, typed out), the readers' tables.

Belongs here: all SQL of the product's own database. Does not: real rows, files, or what a fact is decided by.
The names below are imported when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headwater.ledger.errors import LedgerError, LedgerUnavailable, NotInLedger
    from headwater.ledger.ledger import Books, Ledger

__all__ = ["Books", "Ledger", "LedgerError", "LedgerUnavailable", "NotInLedger"]

_HOME = {
    "Books": "ledger",
    "Ledger": "ledger",
    "LedgerError": "errors",
    "LedgerUnavailable": "errors",
    "NotInLedger": "errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
