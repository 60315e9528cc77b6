"""What would differ from session to session, and must not: small tables feel it.

The key by which rows are drawn into the anchor, and the path of a source: it is in the spec's hash, from which follow
the ids of batches and what is seeded by them.
"""

from __future__ import annotations

import tempfile
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pandas as pd
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


def steady_csv(rows: pd.DataFrame, separator: str = ",") -> Path:
    """The rows as a file that is called as its content: sessions side by side write the same."""
    text = rows.to_csv(index=False, sep=separator)
    path = Path(tempfile.gettempdir()) / "headwater_tests" / f"{sha256(text.encode()).hexdigest()[:16]}.csv"
    path.parent.mkdir(exist_ok=True)
    beside = path.with_name(f"{uuid4().hex}.new")
    beside.write_text(text)
    beside.replace(path)
    return path
