"""Opening the index: GET requests to the real Airflow API server's app with the plugin, signed in.

Belongs here: the questions. Does not: the server and the seconds (``api_server.py``), what the answers should look like
(tests).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.api_server import signed_in, timed

INDEX = "/headwater/docs/"


def open_index(home: str, repository: str, places: dict[str, str], check: str, repetitions: int) -> dict[str, Any]:
    """Median and first seconds of each question, in a process of its own because Airflow reads its settings once."""
    client = signed_in(Path(home), Path(repository), places)
    found = {"first request of the process": timed(client, INDEX, 1)}
    for name, query in _questions(client, check).items():
        found[name] = timed(client, f"{INDEX}{query}", repetitions)
    return found


def _questions(client: Any, check: str) -> dict[str, str]:
    """What a visitor asks; the last page is read from the first answer."""
    pages = client.get(INDEX).text.split("page 1 of ")[1].split("<")[0].replace(",", "")
    return {
        "first page": "",
        "last page": f"?page={pages}",
        "dataset": "?dataset=orders",
        "dates": "?from=2024-03-01&to=2024-03-31",
        "verdict": "?verdict=failed",
        "check": f"?check={check}",
        "all filters": f"?dataset=claims&from=2024-01-01&to=2025-06-30&verdict=failed&check={check}",
    }
