"""What all tests share: one embedded Postgres a session, one empty database a test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.local.postgres import EmbeddedPostgres


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
