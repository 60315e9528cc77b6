"""The same rows in the anchor each time a test runs: an installation draws its own key, and small tables feel it."""

from __future__ import annotations

from hashlib import sha256

import psycopg

from headwater.ledger import Ledger


def steady_anchor(url: str, dataset: str) -> None:
    """Register ``dataset`` in the ledger at ``url`` with an anchor key that follows from its name."""
    ledger = Ledger(url)
    with ledger.transaction() as books:
        books.datasets.register(dataset, "tests", "")
    ledger.close()
    key = sha256(dataset.encode()).digest()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("UPDATE headwater.datasets SET anchor_key = %s WHERE name = %s", (key, dataset))
