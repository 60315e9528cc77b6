"""What every stage is handed: the ledger, the store, the way to a source. No stage lives here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import headwater
from headwater.ledger import Ledger
from headwater.store import Store


class GateClosedError(Exception):
    """A gate said no: an outcome, recorded in the ledger, not a fault. It must not be retried."""


@dataclass(frozen=True)
class House:
    """The chain's surroundings.

    Attributes:
        ledger: database of facts and decisions.
        store: artifacts by key.
        connect: connection id to SQLAlchemy URL, for sources behind a connection.
        run_id: the run on whose behalf the stage works, written beside every fact.
    """

    ledger: Ledger
    store: Store
    connect: Callable[[str], str]
    run_id: str = "manual"

    @property
    def code_version(self) -> str:
        """The version of Headwater that makes the rows."""
        return headwater.__version__
