"""Migrations: up, down, up; equal to the models in every column, constraint, index and comment; one at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from tests.ledger.facts import CONTENT, batch, furnish, uid

from headwater.ledger import Ledger, LedgerError, LedgerUnavailable
from headwater.ledger.engine import SESSION
from headwater.ledger.migrate import LOCK, downgrade, migrate
from headwater.ledger.models.registry import METADATA
from headwater.local.postgres import EmbeddedPostgres

TABLES = {table.name for table in METADATA.tables.values()}

CATALOGUE = """
    SELECT 'column', c.relname, a.attname,
        concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END, a.attidentity,
            pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum))
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'headwater'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'headwater'::regnamespace
    UNION ALL
    SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'headwater'
    UNION ALL
    SELECT 'table', relname, '', obj_description(oid, 'pg_class')
    FROM pg_class WHERE relnamespace = 'headwater'::regnamespace AND relkind = 'r'
"""


def catalogue(url: str) -> set[tuple[str, ...]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        rows = connection.execute(CATALOGUE).fetchall()
    return {row for row in rows if "alembic_version" not in row[1]}


def tables(url: str) -> set[str]:
    return {name for kind, name, *_ in catalogue(url) if kind == "table"}


def test_up_down_up(database: str) -> None:
    migrate(database)
    first = catalogue(database)
    assert tables(database) == TABLES
    assert len(TABLES) == 19
    downgrade(database)
    assert tables(database) == set()
    downgrade(database)
    migrate(database)
    migrate(database)
    assert catalogue(database) == first


REVISIONS = [f"v{number:04d}" for number in range(1, 15)]


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_can_be_gone_back_to(database: str, revision: str) -> None:
    migrate(database, revision)
    then = catalogue(database)
    migrate(database)
    downgrade(database, revision)
    assert catalogue(database) == then


def test_a_recalled_batch_is_superseded_where_there_is_no_recall(database: str) -> None:
    migrate(database)
    ledger = Ledger(database)
    with ledger.transaction() as books:
        furnish(books)
        books.batches.open(batch())
        for status in ("passed", "released", "recalled"):
            books.batches.mark(uid("batch"), status, content_hash=CONTENT)
    downgrade(database, "v0008")
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT status FROM headwater.batches").fetchall() == [("superseded",)]
        assert connection.execute("SELECT to_regclass('headwater.champion_versions')").fetchone() == (None,)
    migrate(database)
    with ledger.transaction() as books:
        assert books.batches.mark(uid("batch"), "recalled").status == "recalled"
    ledger.close()


def test_alembic_finds_no_difference_to_the_models(database: str) -> None:
    migrate(database)
    engine = create_engine(database, connect_args={"options": SESSION})
    with engine.connect() as connection:
        options = {
            "include_schemas": True,
            "include_name": lambda name, kind, parents: name == "headwater" if kind == "schema" else True,
            "version_table_schema": "headwater",
            "compare_type": True,
            "compare_server_default": True,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_constraints_defaults_and_comments_are_those_of_the_models(postgres: EmbeddedPostgres, database: str) -> None:
    """Alembic does not compare check constraints; the catalogue does."""
    migrate(database)
    made = catalogue(database)
    downgrade(database)
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA headwater CASCADE"))
        connection.execute(text("CREATE SCHEMA headwater"))
        METADATA.create_all(connection)
    engine.dispose()
    assert made == catalogue(database)


def test_the_version_table_is_in_the_ledgers_own_schema(database: str) -> None:
    migrate(database)
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT version_num FROM headwater.alembic_version").fetchall() == [("v0018",)]
        assert connection.execute("SELECT to_regclass('public.alembic_version')").fetchone() == (None,)


def test_several_processes_may_migrate_at_once(database: str) -> None:
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(migrate, [database] * 3))
    assert tables(database) == TABLES


def test_a_migration_waits_for_the_one_that_runs(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headwater.ledger.migrate.WAIT_SECONDS", 1)
    with psycopg.connect(database.replace("+psycopg", "")) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with pytest.raises(LedgerUnavailable, match="another session holds a lock"):
            migrate(database)
    migrate(database)
    assert tables(database) == TABLES


def test_a_failing_migration_leaves_nothing(database: str) -> None:
    with psycopg.connect(database.replace("+psycopg", "")) as other:
        other.execute("CREATE SCHEMA headwater")
        other.execute("CREATE TABLE headwater.decisions (x int)")
    with pytest.raises(LedgerError, match='relation "decisions" already exists'):
        migrate(database)
    assert tables(database) == {"decisions"}


def test_the_readers_tables_survive_a_downgrade(database: str) -> None:
    migrate(database)
    with psycopg.connect(database.replace("+psycopg", "")) as other:
        other.execute("CREATE SCHEMA synthetic")
        other.execute("CREATE TABLE synthetic.adult (x int)")
    downgrade(database)
    with psycopg.connect(database.replace("+psycopg", "")) as other:
        assert other.execute("SELECT count(*) FROM synthetic.adult").fetchone() == (0,)
