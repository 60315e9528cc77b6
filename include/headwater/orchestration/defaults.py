"""What every DAG states explicitly, because Airflow's own defaults are none: retries, timeouts, owner, tags."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from headwater.spec import DatasetSpec

SIMPLE_SCHEMA: dict[str, Any] = {"$schema": "http://json-schema.org/draft-07/schema#"}
"""For params of DAGs that each dataset has: Airflow checks their schemas at every parse, and with this draft, which has
all that they say, it takes half of the time."""


def dag_arguments(spec: DatasetSpec, verb: str) -> dict[str, Any]:
    """Arguments of ``DAG(...)`` for ``verb__dataset``."""
    return {
        "dag_id": f"{verb}__{spec.dataset}",
        "start_date": datetime.combine(spec.schedule.start_date, datetime.min.time(), UTC),
        "catchup": False,
        "max_active_runs": 1,
        "dagrun_timeout": timedelta(hours=12),
        "tags": ["headwater", verb, spec.dataset],
        "default_args": task_arguments(spec.owner),
    }


def task_arguments(owner: str) -> dict[str, Any]:
    """Default arguments of every task: faults are retried, outcomes are not (see ``stages``)."""
    return {
        "owner": owner,
        "retries": 2,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": True,
        "execution_timeout": timedelta(hours=2),
    }
