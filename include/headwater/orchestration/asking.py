"""The form of what a person asks for (dataset, version, reason), and the name of who asks.

Belongs here: params that the DAGs of a person's decisions share. Does not: what an answer changes (the chain's).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, get_current_context

from headwater.orchestration.defaults import task_arguments

REASON_MAX, VERSION_MAX = 2_000, 64
"""Characters; the chain has the same limits (``chain/asking.py``), which cannot be imported while parsing."""
OWNER = "headwater"
"""Owner of DAGs that serve all datasets."""
NOBODY = "unknown (not signed in to Airflow)"


VERSION = Param(
    "previous",
    type="string",
    minLength=1,
    maxLength=VERSION_MAX,
    title="Version",
    description="The number of a champion (1 is the dataset's first), a generator id, or previous: the one before the "
    "present champion. A number that is none lists those that are.",
)
"""Which generator, where a form asks for one."""


def form_arguments(verb: str, datasets: Sequence[str], **asked: Param) -> dict[str, Any]:
    """Arguments of ``DAG(...)`` for a DAG that a person starts with a form: dataset, what else is asked, reason."""
    dataset = Param(type="string", enum=list(datasets), title="Dataset", description="The dataset it is about.")
    reason = Param(
        type="string",
        minLength=1,
        maxLength=REASON_MAX,
        pattern=r"\w",
        title="Reason",
        description="Why. It stands in the ledger beside your name.",
    )
    return {
        "dag_id": verb,
        "schedule": None,
        "start_date": datetime(2026, 1, 1, tzinfo=UTC),
        "catchup": False,
        "max_active_runs": 1,
        "dagrun_timeout": timedelta(hours=3),
        "tags": ["headwater", verb],
        "params": {"dataset": dataset, **asked, "reason": reason},
        "default_args": task_arguments(OWNER),
    }


def who_asks() -> str:
    """The user who triggered this run, as Airflow's login knows them; :data:`NOBODY` for a run from a command line."""
    return getattr(get_current_context()["dag_run"], "triggering_user_name", None) or NOBODY
