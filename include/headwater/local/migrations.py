"""Both databases brought to the version of the code: Airflow's by its own command, ours by the ledger's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version

from headwater.ledger.migrate import migrate
from headwater.local.environment import AIRFLOW_DATABASE, HEADWATER_DATABASE
from headwater.local.home import Home
from headwater.local.postgres import EmbeddedPostgres
from headwater.local.processes import last_lines
from headwater.sources.demo_tables import load_demo_tables


class MigrationError(RuntimeError):
    """`airflow db migrate` failed; the message holds its last lines."""


def migrate_databases(
    home: Home, postgres: EmbeddedPostgres, settings: Mapping[str, str], report: Callable[[str], None]
) -> None:
    """Create and migrate both databases and load the demo's tables; quick where nothing is to be done.

    Raises MigrationError if Airflow's migration fails; the ledger's own errors pass through.
    """
    existed = postgres.has_database(AIRFLOW_DATABASE)
    for name in (AIRFLOW_DATABASE, HEADWATER_DATABASE):
        postgres.create_database(name)
    stamp = home.airflow / "migrated"
    if not existed or not stamp.exists() or stamp.read_text() != version("apache-airflow"):
        report("migrating the database of Airflow")
        _migrate_airflow(home, settings)
        stamp.write_text(version("apache-airflow"))
    report("migrating the ledger")
    migrate(postgres.url(HEADWATER_DATABASE))
    report("loading the demo's tables")
    load_demo_tables(postgres.url(HEADWATER_DATABASE))


def _migrate_airflow(home: Home, settings: Mapping[str, str]) -> None:
    log = home.log / "airflow-migrate.log"
    with log.open("wb") as output:
        # In our session: an interruption from the terminal ends it with us.
        done = subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=home.airflow,
            env={**os.environ, **settings},
            check=False,
        )
    if done.returncode != 0:
        raise MigrationError(f"`airflow db migrate` failed. The last lines of {log}:\n{last_lines(log)}")
