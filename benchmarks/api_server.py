"""A real Airflow API server's app with the plugin, in this process, and a client that is signed in.

Airflow reads its settings once, so each home needs a process of its own. Belongs here: the settings, the client, the
seconds of a question. Does not: what is asked.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def signed_in(home: Path, repository: Path, places: dict[str, str]) -> Any:
    """A client of an Airflow with an empty database below ``home``; ``places`` names ledger and store."""
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
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True)
    from airflow.api_fastapi.app import create_app, get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from fastapi.testclient import TestClient

    client = TestClient(create_app(apps="core"))
    client.cookies.set("_token", get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="ann", role="viewer")))
    client.get("/headwater/static/docs.js").raise_for_status()
    return client


def timed(client: Any, path: str, repetitions: int) -> dict[str, Any]:
    """Median and slowest seconds of the question, how many things its page counts, and its bytes."""
    seconds = []
    for _ in range(repetitions):
        started = time.perf_counter()
        answer = client.get(path)
        seconds.append(time.perf_counter() - started)
        answer.raise_for_status()
    told = answer.text.split('id="count">')[1].split("</p>")[0]
    (count,) = re.findall(r"[\d,]+", told)[:1]  # "1,234 validations", or "More than 10,000 validations"
    return {
        "seconds": round(statistics.median(seconds), 4),
        "slowest_seconds": round(max(seconds), 4),
        "found": int(count.replace(",", "")),
        "bytes": len(answer.content),
    }
