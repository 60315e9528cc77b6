"""Where the API server finds the ledger and the store: the same environment variables as the tasks.

Belongs here: opening the two, and what a visitor is told when that fails. Does not: what is read from them.
Ledger and store bring SQLAlchemy and pyarrow: they are imported when first used, since every Airflow process imports
the plugin.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from fastapi import HTTPException, status

from headwater.given import given
from headwater.orchestration.settings import LEDGER_URL, STORE_URL

if TYPE_CHECKING:
    from headwater.ledger import Books, Ledger
    from headwater.store import Store

log = logging.getLogger(__name__)


def open_store() -> Store:
    """The store of pages.

    Raises:
        HTTPException: 503, the API server does not know where it is.
    """
    from headwater.store import Store

    return Store(_required(STORE_URL))


@contextmanager
def reading() -> Iterator[Books]:
    """The ledger's books for one request.

    Raises:
        HTTPException: 503, the ledger does not answer or is not migrated; the log says more than the visitor is told.
    """
    from headwater.ledger import LedgerError

    try:
        with _ledger(_required(LEDGER_URL)).transaction() as books:
            yield books
    except LedgerError as error:
        log.warning("the ledger could not be read: %s", error)
        told = "the ledger cannot be read now; the API server's log says why"
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, told) from error


@lru_cache(maxsize=1)
def _ledger(url: str) -> Ledger:
    """One a process: it holds a pool of connections."""
    from headwater.ledger import Ledger

    return Ledger(url)


def _required(name: str) -> str:
    try:
        value = given(name)
    except RuntimeError as error:
        log.warning("%s", error)
        value = ""
    if not value:
        message = f"environment variable {name} is not set for the API server"
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, message)
    return value
