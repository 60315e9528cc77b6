"""What all tests share: one embedded Postgres a session, one empty database a test, one real Airflow a session."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.running_airflow import RunningAirflow

from headwater.local.airflow_api import AirflowApi
from headwater.local.home import REPOSITORY, Home
from headwater.local.postgres import EmbeddedPostgres

# Before numpy is imported anywhere: two threads in each of several processes on few cores do not end.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ[_threads] = "1"
# Processes that tests start find the planted faults (tests.faults) beside the product.
os.environ["PYTHONPATH"] = os.pathsep.join(str(REPOSITORY / place) for place in ("include", "plugins", "."))


SERVERS = ("tests/integration", "tests/local", "tests/plugins")
"""Folders whose tests start servers."""
FIRST = (*SERVERS, "tests/chain", "tests/generators", "tests/checks", "tests/expectations")
"""Folders whose tests take longest; where they begin last, one process works while the others have ended."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the tests, those of a file stay together, and all that start servers.

    Fixtures of a module are then made once, and only one process starts an Airflow: two that start at the same moment
    may want the same port. A file of tests that share nothing says so by the mark ``apart``.
    """
    if not hasattr(config, "workerinput"):
        return
    for item in items:
        if "airflow" in getattr(item, "fixturenames", ()) or item.nodeid.startswith(SERVERS):
            group = "servers"
        else:
            group = item.nodeid if item.get_closest_marker("apart") else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))
    folders = [
        next((at for at, first in enumerate(FIRST) if item.nodeid.startswith(first)), len(FIRST)) for item in items
    ]
    items[:] = [items[at] for at in sorted(range(len(items)), key=lambda at: folders[at])]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A running Postgres that belongs to this test session."""
    folder: Path = tmp_path_factory.mktemp("postgres")
    server = EmbeddedPostgres(folder, durable=False, port=0)
    try:
        server.start()
        yield server
    finally:
        server.stop()


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
    stack = Stack(home, durable=False, api_port=0)
    try:
        address = stack.up()
        with AirflowApi(address.base_url, address.user, address.password) as api:
            yield RunningAirflow(
                api=api,
                stack=stack,
                home=home,
                datasets=datasets,
                ledger_url=address.ledger_url,
                store_url=address.store_url,
                source_url=address.ledger_url,
            )
    finally:
        stack.down()
