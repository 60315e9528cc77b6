"""What the fixture ``airflow`` of conftest.py hands to a test, and how this Airflow differs from the shipped one."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headwater.local import environment
from headwater.local.airflow_api import AirflowApi, AirflowApiError
from headwater.local.home import REPOSITORY, Home

if TYPE_CHECKING:
    from headwater.local.stack import Stack


SECOND, PASSWORD = "ben", "only-the-tests-know-it"
"""A second user, with the role that operates DAGs; the password of both."""


PARSED_EVERY = "60"
"""Seconds. Shipped are ten, which take a fifth of a core; here ``ParsingOnDemand`` asks for what a test waits for."""


@contextmanager
def for_the_tests() -> Iterator[None]:
    """Around every ``stack.up()`` of the tests' Airflow, whose DAGs are parsed seldom and whose tasks are forked with
    our own modules too, as in the image.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment, "PRELOADED", ("headwater.local.image_modules",))
        patch.setattr(environment, "PARSED_EVERY", PARSED_EVERY)
        yield


class ParsingOnDemand(AirflowApi):
    """A client that has the DAGs parsed when a test waits for one."""

    def wait_for_dag(self, dag_id: str, seconds: float = 120) -> None:
        """As ever. A file that seems to have changed is parsed at once; again, since one may be at it just now."""
        deadline = time.monotonic() + seconds
        while True:
            for file in (REPOSITORY / "dags").glob("*.py"):
                os.utime(file)
            try:
                return super().wait_for_dag(dag_id, min(10, seconds))
            except AirflowApiError:
                if time.monotonic() > deadline:
                    raise


def end_backfill(api: AirflowApi, backfill_id: int) -> None:
    """End one whose runs have all ended: Airflow looks for it every half minute only, and takes no other before."""
    with suppress(AirflowApiError):  # Airflow has just looked; whether it is over is asked next
        api.call("PUT", f"/backfills/{backfill_id}/cancel")
    assert api.call("GET", f"/backfills/{backfill_id}")["completed_at"]


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
