"""The commands ``python -m headwater.local up|down|status|demo|dataset|reset``. They only call and print."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from headwater.local.accounts import AccountError
from headwater.local.airflow_api import AirflowApiError
from headwater.local.dataset import DatasetError, propose_dataset
from headwater.local.demo import demo as run_demo
from headwater.local.environment import HEADWATER_DATABASE
from headwater.local.families import memory
from headwater.local.home import Home
from headwater.local.interruption import end_like_ctrl_c
from headwater.local.migrations import MigrationError
from headwater.local.postgres import PostgresError
from headwater.local.stack import PROCESSES, Stack, StackError

INTERRUPTED = 130
app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
# A pipe has no width; lines of tables should not be broken at 80.
console = Console(width=None if sys.stdout.isatty() else 120)


@app.command()
def up() -> None:
    """Start Postgres and Airflow; return when all is healthy. Ctrl-C stops what was started."""
    with _errors_told():
        address = Stack(Home.at()).up(_say)
        _say(f"Airflow is up: {address.base_url} (user {address.user}; password in {Home.at().password_file})")


@app.command()
def down() -> None:
    """Stop every process that `up` started, and no other."""
    with _errors_told():
        stopped = Stack(Home.at()).down(_say)
        _say(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


@app.command()
def status() -> None:
    """Show what runs. Exit code 0 if all is healthy or all is stopped, else 1."""
    stack = Stack(Home.at())
    running = {name: process for name in PROCESSES if (process := stack.table.alive(name))}
    postgres = stack.postgres.pid
    words = stack.health().words if running else {}
    table = Table("process", "pid", "MB", "state", "log")
    state = "running" if postgres else "stopped"
    table.add_row("postgres", str(postgres or ""), "", state, str(stack.postgres.log))
    for name in PROCESSES:
        process = running.get(name)
        size = f"{memory(process) / 2**20:.0f}" if process else ""
        word = words.get(name, "running") if process else "stopped"
        table.add_row(name, str(process.pid if process else ""), size, word, str(stack.table.log_file(name)))
    console.print(table)
    if running:
        _say(f"Airflow: {stack.address().base_url}")
    if postgres:
        _say(f"psql: {stack.postgres.psql_command(HEADWATER_DATABASE)}")
    is_whole = bool(postgres) and len(running) == len(PROCESSES) and set(words.values()) == {"healthy"}
    is_stopped = not postgres and not running
    raise typer.Exit(0 if is_whole or is_stopped else 1)


@app.command()
def demo() -> None:
    """Send the breast-cancer table through the whole chain. Exit code 0 only if its batch was released."""
    stack = Stack(Home.at())
    with _errors_told(stack):
        is_released = run_demo(stack, console)
        raise typer.Exit(0 if is_released else 1)


@app.command()
def dataset(
    source: Annotated[str, typer.Option(help="File, connection#schema.table, or database URL#schema.table.")],
    name: Annotated[str, typer.Option(help="Name of the dataset, and of its file.")],
    owner: Annotated[str, typer.Option(help="Who answers for it.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Propose a spec for a table: look at it, and write a commented YAML into the datasets folder."""
    with _errors_told():
        propose_dataset(Home.at().datasets, source, name, owner=owner, is_forced=force, say=_say)


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Stop everything and delete all state: databases, batches, models, logs, passwords."""
    stack = Stack(Home.at())
    if not yes:
        typer.confirm(f"Delete all state below {stack.home.var}?", abort=True)
    with _errors_told():
        stack.reset(_say)
        _say(f"deleted: {stack.home.var}")


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _errors_told(stack: Stack | None = None) -> Iterator[None]:
    """Errors of ours as a sentence instead of a traceback; an interruption stops ``stack`` where one is given."""
    end_like_ctrl_c()
    try:
        yield
    except (StackError, PostgresError, AccountError, MigrationError, AirflowApiError, DatasetError) as error:
        _say(f"Error: {error}")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        if stack:
            stack.down(_say)
        _say("interrupted; nothing that this command started is left running")
        raise typer.Exit(INTERRUPTED) from None


if __name__ == "__main__":
    app(prog_name="headwater.local")
