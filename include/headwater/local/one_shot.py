"""``python -m headwater.local.one_shot``: the migration service of docker-compose.yaml; with ``--ledger`` Helm's.

Creates the databases of Airflow and of the ledger where they are missing, migrates both, loads the demo's tables, makes
the first user and the connection to the real rows, ends. ``--ledger`` creates and migrates the ledger's alone. All it
needs is in the environment or in files that it names; it can run any number of times.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

import typer

from headwater.given import required
from headwater.ledger.errors import LedgerError
from headwater.ledger.migrate import migrate
from headwater.local.private_files import write_private
from headwater.local.programs import binary, run
from headwater.sources.demo_tables import load_demo_tables

AIRFLOW_URL = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
LEDGER_URL = "HEADWATER_LEDGER_URL"
SOURCE_URL = "HEADWATER_SOURCE_URL"
PASSWORD = "AIRFLOW_ADMIN_PASSWORD"  # noqa: S105  the variable's name
USER = "admin"
CONNECTION = "headwater_source"
app = typer.Typer(add_completion=False, help=__doc__, pretty_exceptions_enable=False)


@app.command()
def main(ledger: Annotated[bool, typer.Option("--ledger", help="The ledger's database alone.")] = False) -> None:
    """Migrate everything. Exit code 0 only if all of it was done."""
    try:
        ledger_url = required(LEDGER_URL)
        create_database(ledger_url)
        migrate(ledger_url)
        if not ledger:
            _prepare_airflow(ledger_url)
    except (RuntimeError, LedgerError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from error


def _prepare_airflow(ledger_url: str) -> None:
    # Airflow itself is asked: its settings may come from a file, a variable or a command.
    url = _airflow("config", "get-value", "database", "sql_alchemy_conn", is_shown=False).strip()
    if not url.startswith("postgresql"):
        raise RuntimeError(f"Airflow's database is no Postgres. Cure: set {AIRFLOW_URL}; see docker-compose.yaml")
    create_database(url)
    _airflow("db", "migrate")
    # So that the shipped datasets work at once; they lie in the schema "source" of the ledger's database.
    load_demo_tables(ledger_url)
    _make_user(required(PASSWORD))
    _connect(required(SOURCE_URL))


def create_database(url: str) -> None:
    """Create the database that a SQLAlchemy URL names, if it is missing. Raises RuntimeError if Postgres refuses."""
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    place = {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
    }
    environment = {**os.environ, **place}
    exists = run([str(binary("psql")), "-XAtq", "-d", name, "-c", "SELECT 1"], environment).returncode == 0
    if exists:
        return
    done = run([str(binary("createdb")), "--", name], environment)
    if done.returncode != 0 and "already exists" not in done.stderr:
        raise RuntimeError(f"database {name!r} on {parts.hostname} cannot be created: {done.stderr.strip()}")


def _make_user(password: str) -> None:
    known = _airflow("users", "list", "--output", "json", is_shown=False)
    if f'"{USER}"' in known:
        return
    names = ("--firstname", "Head", "--lastname", "Water", "--email", f"{USER}@localhost")
    # On the command line of a container of its own, which ends at once; the password is printed nowhere.
    _airflow("users", "create", "--username", USER, "--role", "Admin", *names, "--password", password, is_shown=False)


def _connect(url: str) -> None:
    """Make the connection of the shipped specs, encrypted in Airflow's database; an older one is replaced."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "connections.json"
        write_private(file, json.dumps({CONNECTION: url}))
        _airflow("connections", "import", str(file), "--overwrite", is_shown=False)


def _airflow(*words: str, is_shown: bool = True) -> str:
    line = [sys.executable, "-m", "airflow", *words]
    done = subprocess.run(line, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    if is_shown:
        typer.echo(done.stdout)
    if done.returncode != 0:
        raise RuntimeError(f"`airflow {' '.join(words[:2])}` failed:\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    app()
