"""What the fixture ``airflow`` of conftest.py hands to a test. Only the type: starting it is the fixture's."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headwater.local import environment
from headwater.local.airflow_api import AirflowApi
from headwater.local.home import Home

if TYPE_CHECKING:
    from headwater.local.stack import Stack


SECOND, PASSWORD = "ben", "only-the-tests-know-it"
"""A second user, with the role that operates DAGs; the password of both."""


OWN = ("headwater.chain", "headwater.orchestration")


@contextmanager
def our_own_preloaded() -> Iterator[None]:
    """Around every ``stack.up()`` of the tests' Airflow: tasks are forked with our own modules too. In tests nobody
    edits them meanwhile, and a task starts for a third of the CPU time. What freezes all that is there stays the last.
    """
    found = [(name, pkgutil.iter_modules(importlib.import_module(name).__path__)) for name in OWN]
    own = [f"{name}.{each.name}" for name, modules in found for each in modules]
    shipped = environment.PRELOADED
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment, "PRELOADED", (*shipped[:-1], *own, shipped[-1]))
        yield


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
