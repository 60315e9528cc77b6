"""A migrated ledger for each test, copied from a template that is migrated once a session."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from tests.ledger.facts import furnish

from headwater.ledger import Ledger
from headwater.ledger.migrate import migrate
from headwater.local.postgres import EmbeddedPostgres

TEMPLATE = "ledger_template"


@pytest.fixture(scope="session")
def ledger_template(postgres: EmbeddedPostgres) -> str:
    """A migrated database that nobody connects to."""
    postgres.create_database(TEMPLATE)
    migrate(postgres.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def ledger_url(postgres: EmbeddedPostgres, ledger_template: str) -> Iterator[str]:
    """The URL of a fresh, migrated database."""
    name = f"ledger_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url("postgres", driver="postgresql"), autocommit=True) as connection:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(ledger_template)))
    try:
        yield postgres.url(name)
    finally:
        postgres.drop_database(name)


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """A ledger on a fresh, migrated database."""
    opened = Ledger(ledger_url)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def furnished(ledger: Ledger) -> Ledger:
    """A ledger with a dataset, its spec, a snapshot and a generator."""
    with ledger.transaction() as books:
        furnish(books)
    return ledger


@pytest.fixture
def reader(ledger_url: str) -> Iterator[psycopg.Connection]:
    """A second session that sees only what is committed."""
    with psycopg.connect(ledger_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection
