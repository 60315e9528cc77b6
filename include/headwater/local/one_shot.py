"""``python -m headwater.local.one_shot``: the migration service of docker-compose.yaml, which nothing else uses.

Creates the databases of Airflow and of the ledger where they are missing, migrates both, makes the first user, ends.
All it needs is in the environment; it can run any number of times.
"""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import unquote, urlsplit

import typer

from headwater.ledger.errors import LedgerError
from headwater.ledger.migrate import migrate
from headwater.local.programs import binary, run
from headwater.sources.demo_tables import load_demo_tables

AIRFLOW_URL = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
LEDGER_URL = "HEADWATER_LEDGER_URL"
PASSWORD = "AIRFLOW_ADMIN_PASSWORD"  # noqa: S105  the variable's name
USER = "admin"


def main() -> None:
    """Migrate everything. Exit code 0 only if all of it was done."""
    try:
        for name in (AIRFLOW_URL, LEDGER_URL):
            create_database(_required(name))
        _airflow("db", "migrate")
        migrate(_required(LEDGER_URL))
        # So that the shipped datasets work at once; they lie in the schema "source" of the ledger's database.
        load_demo_tables(_required(LEDGER_URL))
        _make_user(_required(PASSWORD))
    except (RuntimeError, LedgerError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise SystemExit(1) from error


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


def _airflow(*words: str, is_shown: bool = True) -> str:
    line = [sys.executable, "-m", "airflow", *words]
    done = subprocess.run(line, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    if is_shown:
        typer.echo(done.stdout)
    if done.returncode != 0:
        raise RuntimeError(f"`airflow {' '.join(words[:2])}` failed:\n{done.stderr[-2000:]}")
    return done.stdout


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"environment variable {name} is not set. Cure: see .env.example")
    return value


if __name__ == "__main__":
    main()
