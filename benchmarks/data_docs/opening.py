"""Opening the index: GET requests to the real Airflow API server's app with the plugin, signed in.

Belongs here: the questions and their seconds. Does not: what the answers should look like (tests do).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

INDEX = "/headwater/docs/"


def open_index(home: str, repository: str, places: dict[str, str], check: str, repetitions: int) -> dict[str, Any]:
    """Median and first seconds of each question, in a process of its own because Airflow reads its settings once."""
    _settings(Path(home), Path(repository), places)
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True)
    from airflow.api_fastapi.app import create_app, get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from fastapi.testclient import TestClient

    client = TestClient(create_app(apps="core"))
    client.cookies.set("_token", get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="ann", role="viewer")))
    client.get("/headwater/static/docs.js").raise_for_status()
    found = {"first request of the process": _timed(client, INDEX, 1)}
    for name, query in _questions(client, check).items():
        found[name] = _timed(client, f"{INDEX}{query}", repetitions)
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


def _timed(client: Any, path: str, repetitions: int) -> dict[str, Any]:
    seconds = []
    for _ in range(repetitions):
        started = time.perf_counter()
        answer = client.get(path)
        seconds.append(time.perf_counter() - started)
        answer.raise_for_status()
    count = answer.text.split('id="count">')[1].split(" validation")[0]
    return {
        "seconds": round(statistics.median(seconds), 4),
        "slowest_seconds": round(max(seconds), 4),
        "found": int(count.replace(",", "")),
        "bytes": len(answer.content),
    }


def _settings(home: Path, repository: Path, places: dict[str, str]) -> None:
    os.environ.update(
        AIRFLOW_HOME=str(home),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__DAGS_FOLDER=str(home / "dags"),
        AIRFLOW__CORE__PLUGINS_FOLDER=str(repository / "plugins"),
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS="ann:viewer",
        AIRFLOW__API_AUTH__JWT_SECRET="x" * 64,
        AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
        HEADWATER_LEDGER_URL=places["ledger"],
        HEADWATER_STORE_URL=places["store"],
    )
