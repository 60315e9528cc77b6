"""What all tests share: one Postgres and one real Airflow a session, an empty database a test, a browser a file."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.reaper import watch
from tests.running_airflow import PASSWORD, SECOND, ParsingOnDemand, RunningAirflow, for_the_tests

from headwater.local import environment
from headwater.local.home import REPOSITORY, Home
from headwater.local.postgres import EmbeddedPostgres
from headwater.local.private_files import kept_secret

# Before numpy is imported anywhere: two threads in each of several processes on few cores do not end.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ[_threads] = "1"
# Processes that tests start find the planted faults (tests.faults) beside the product.
os.environ["PYTHONPATH"] = os.pathsep.join(str(REPOSITORY / place) for place in ("include", "plugins", "."))


@pytest.hookimpl(optionalhook=True)  # called where several processes share the tests
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """See ``tests/scheduling.py``."""
    from tests.scheduling import Scheduling

    return Scheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a process among several, what takes longest comes first."""
    if hasattr(config, "workerinput"):
        from tests.scheduling import longest_first

        items.sort(key=lambda item: longest_first(item.nodeid))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """In a process among several, Airflow ends with the tests that need it: idle, it takes a quarter of a core."""
    from tests.scheduling import needs_airflow

    if hasattr(item.config, "workerinput") and needs_airflow(item) and not (nextitem and needs_airflow(nextitem)):
        _AIRFLOW.close()


_AIRFLOW = ExitStack()
"""What ends with the session's Airflow."""


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A running Postgres that belongs to this test session."""
    folder: Path = tmp_path_factory.mktemp("postgres")
    server, reaper = EmbeddedPostgres(folder, durable=False, port=0), watch("postgres", folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        reaper.communicate()


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """SQLAlchemy URL of a fresh, empty database; dropped afterwards, its sessions ended."""
    name = f"test_{uuid.uuid4().hex}"
    postgres.create_database(name)
    try:
        yield postgres.url(name)
    finally:
        postgres.drop_database(name)


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAirflow]:
    """A running Airflow on the repository's ``dags/`` with copies of the shipped specs; started on first use."""
    from headwater.local.stack import Stack  # brings pandas and the ledger, which few tests need

    folder = tmp_path_factory.mktemp("airflow")
    datasets = folder / "datasets"
    datasets.mkdir()
    for shipped in ("breast_cancer", "fair"):
        shutil.copy(REPOSITORY / "include" / "datasets" / f"{shipped}.yaml", datasets)
    home = Home.at(var=folder / "var", datasets=datasets)
    stack, reaper = Stack(home, durable=False, api_port=0), watch("stack", folder)
    home.password_file.parent.mkdir(parents=True, exist_ok=True)
    kept_secret(home.password_file, lambda: json.dumps(dict.fromkeys((environment.USER, SECOND), PASSWORD)))
    with _AIRFLOW, pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment, "USERS", f"{environment.USERS},{SECOND}:op")  # decisions need a second person
        _AIRFLOW.callback(reaper.communicate)
        _AIRFLOW.callback(stack.down)
        with for_the_tests():
            address = stack.up()
        with ParsingOnDemand(address.base_url, address.user, address.password) as api:
            yield RunningAirflow(
                api=api,
                stack=stack,
                home=home,
                datasets=datasets,
                ledger_url=address.ledger_url,
                store_url=address.store_url,
                source_url=address.ledger_url,
            )


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser for each file: while it is driven, nothing else in the process can have an event loop."""
    from playwright.sync_api import sync_playwright
    from tests.plugins.browsing import CHROMIUM, CLOSED

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=CLOSED)
        yield opened
        opened.close()
