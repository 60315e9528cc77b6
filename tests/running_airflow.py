"""What the fixture ``airflow`` of conftest.py hands to a test. Only the type: starting it is the fixture's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headwater.local.airflow_api import AirflowApi
from headwater.local.home import Home

if TYPE_CHECKING:
    from headwater.local.stack import Stack


SECOND, PASSWORD = "ben", "only-the-tests-know-it"
"""A second user, with the role that operates DAGs; the password of both."""


@dataclass(frozen=True)
class RunningAirflow:
    """A real Airflow with its own Postgres and datasets folder.

    ``datasets`` may be written to at any time: a spec put there is a DAG some seconds later (``api.wait_for_dag``).
    ``source_url`` is the database that the connection ``headwater_source`` names, the demo's tables in it.
    """

    api: AirflowApi
    stack: Stack
    home: Home
    datasets: Path
    ledger_url: str
    store_url: str
    source_url: str
