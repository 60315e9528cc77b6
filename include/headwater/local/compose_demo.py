"""``python -m headwater.local.compose_demo``: the service ``demo`` of docker-compose.yaml; nothing else uses it.

The demo of ``make demo`` on an Airflow that others have started: once, then never again in the same ledger.
"""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import typer
from rich.console import Console

from headwater.given import given, required
from headwater.ledger import Ledger, LedgerError
from headwater.local.airflow_api import AirflowApi, AirflowApiError
from headwater.local.demo import DATASET, both_runs, tell_failures
from headwater.local.outcome import print_checks, print_stages

AIRFLOW = "HEADWATER_AIRFLOW"
LEDGER_URL = "HEADWATER_LEDGER_URL"
PASSWORD = "AIRFLOW_ADMIN_PASSWORD"  # noqa: S105  the variable's name
WISHED = "HEADWATER_DEMO"
SHOWN = "AIRFLOW__API__BASE_URL"
"""Where people reach the Airflow that the services know by another name."""
USER = "admin"
TELL_PASSWORD = "docker compose exec api-server cat /opt/secrets/admin_password"  # noqa: S105  a command


def main() -> None:
    """Run the demo. Exit code 0 if its batch was released, now or earlier, or nobody wishes a demo."""
    console = Console(width=120)
    try:
        done = given(WISHED) == "no" or demo(console)
    except httpx.TransportError as error:
        typer.echo(f"Error: Airflow at {given(AIRFLOW)} does not answer: {error}", err=True)
        done = False
    except (AirflowApiError, LedgerError, RuntimeError) as error:
        typer.echo(f"Error: {error}", err=True)
        done = False
    sys.exit(0 if done else 1)


def demo(console: Console) -> bool:
    """Send the demo's table through the chain, unless it has a champion; whether its batch was released.

    Raises:
        AirflowApiError: Airflow refuses, or a run does not end.
        RuntimeError: a setting is missing. The ledger's errors pass through.
    """
    base_url, ledger_url, password = (required(name) for name in (AIRFLOW, LEDGER_URL, PASSWORD))
    shown = (given(SHOWN) or base_url).rstrip("/")
    with closing(Ledger(ledger_url)) as ledger, ledger.transaction() as books:
        if books.generators.champion(DATASET):
            _say(console, f"{DATASET} has a generator: the demo was made before. See {shown}/headwater/")
            return True
    with AirflowApi(base_url, USER, password) as api:
        runs, outcome = both_runs(api, ledger_url, console, DATASET, datetime.now(UTC).date() - timedelta(days=1))
        tell_failures(api, console, runs, shown)
        if outcome is None:
            return False
        print_stages(console, outcome, runs)
        print_checks(console, outcome)
        for run in runs:
            api.unpause(run.dag_id)  # from now on the schedules work
    _say(console, f"Overview:  {shown}/headwater/  (user {USER})")
    _say(console, f"Password:  {TELL_PASSWORD}")
    return outcome.is_released


def _say(console: Console, text: str) -> None:
    # soft_wrap: a URL or command that is broken in two cannot be copied.
    console.print(text, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
