"""Addresses inside of Airflow that pages of ours lead to.

Belongs here: a run's address. Does not: the button at a task (``headwater.orchestration.links``).
"""

from __future__ import annotations

import re
from urllib.parse import quote

_RUN_OF_AIRFLOW = re.compile(r"(scheduled|manual|backfill|asset_triggered|alarm)__[\x21-\x7e]{1,240}")


def run_link(dag_id: str, run_id: str) -> dict[str, str]:
    """A run's id, and its address in Airflow where it looks like one that Airflow gave; else an empty one."""
    is_airflows = _RUN_OF_AIRFLOW.fullmatch(run_id) is not None
    return {"id": run_id, "url": f"/dags/{dag_id}/runs/{quote(run_id, safe='')}" if is_airflows else ""}
