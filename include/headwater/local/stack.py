"""Up and down: Postgres, databases, migrations, demo tables and Airflow's four processes, in this order and back."""

from __future__ import annotations

import fcntl
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from headwater.local import environment, health, ports
from headwater.local.families import wait_until
from headwater.local.home import FOLDERS, Home
from headwater.local.interruption import uninterrupted
from headwater.local.migrations import migrate_databases
from headwater.local.postgres import EmbeddedPostgres
from headwater.local.processes import ProcessTable, fingerprint

PREFERRED_API_PORT = 8080
HEALTHY_SECONDS = 180
_AIRFLOW = (sys.executable, "-m", "airflow")
# Logs are read from the folder: the small log servers would listen on every address of the machine.
PROCESSES: dict[str, tuple[str, ...]] = {
    "api-server": (*_AIRFLOW, "api-server"),
    "scheduler": (*_AIRFLOW, "scheduler", "--skip-serve-logs"),
    "dag-processor": (*_AIRFLOW, "dag-processor"),
    "triggerer": (*_AIRFLOW, "triggerer", "--skip-serve-logs"),
}
Report = Callable[[str], None]


class StackError(RuntimeError):
    """The installation does not come up; the message holds the last words of the process and where its log is."""


@dataclass(frozen=True)
class Address:
    """Where a running installation is reached. ``password`` and ``ledger_url`` are secrets."""

    base_url: str
    user: str
    password: str
    ledger_url: str
    store_url: str


class Stack:
    """One local installation in ``home``. ``durable=False`` trades safety against power cuts for speed (tests)."""

    def __init__(self, home: Home, *, durable: bool = True, api_port: int = PREFERRED_API_PORT) -> None:
        self.home = home
        self.postgres = EmbeddedPostgres(home.postgres, durable=durable)
        self.table = ProcessTable(home.run, home.log)
        self._preferred_port = api_port
        self._port_file = home.run / "api_port"

    def up(self, report: Report = lambda _: None) -> Address:
        """Start what is not running and return when all is healthy; ``report`` is told each step.

        On any failure or interruption, what this call started is stopped again.
        Raises StackError, PostgresError, AccountError.
        """
        self.home.make_folders()
        with self._lock():
            started: list[Callable[[], object]] = []
            try:
                self._up(report, started)
            except BaseException:
                report("stopping what was started")
                with uninterrupted():
                    for undo in reversed(started):
                        undo()
                raise
        return self.address()

    def down(self, report: Report = lambda _: None) -> list[str]:
        """Stop every process that `up` started, and no other; return the names of those that were running."""
        if not self.home.run.exists():
            return []
        with self._lock(), uninterrupted():
            report("stopping Airflow")
            stopped = self.table.stop(PROCESSES)
            if self.postgres.is_running():
                report("stopping Postgres")
                self.postgres.stop()
                stopped.append("postgres")
        return stopped

    def reset(self, report: Report = lambda _: None) -> None:
        """Stop everything and delete all state below ``var``: databases, batches, models, logs, passwords."""
        self.down(report)
        for folder in (self.home.var / name for name in FOLDERS):
            if folder.exists():
                shutil.rmtree(folder)

    def address(self) -> Address:
        """Return where the installation is reached. Raises PostgresError if it never was up."""
        found = environment.settings(self.home, self.postgres, self._api_port())
        return Address(
            base_url=found["AIRFLOW__API__BASE_URL"],
            user=environment.USER,
            password=environment.api_password(self.home),
            ledger_url=found["HEADWATER_LEDGER_URL"],
            store_url=found["HEADWATER_STORE_URL"],
        )

    def health(self) -> health.Health:
        """Ask Airflow how it is."""
        born = {name: record.born for name in PROCESSES if (record := self.table.record(name))}
        return health.check(f"http://{ports.LOOPBACK}:{self._api_port()}", born)

    def _up(self, report: Report, started: list[Callable[[], object]]) -> None:
        if not self.postgres.is_running():
            report("starting Postgres")
            started.append(self.postgres.stop)
            self.postgres.start()
        port = self._choose_api_port()
        settings = environment.settings(self.home, self.postgres, port)
        migrate_databases(self.home, self.postgres, settings, report)
        # Processes with other settings would work on another database or folder.
        wanted = fingerprint(settings)
        changed = [name for name in PROCESSES if (record := self.table.record(name)) and record.settings != wanted]
        self.table.stop(changed)
        missing = [name for name in PROCESSES if not self.table.alive(name)]
        if missing:
            report(f"starting Airflow ({', '.join(missing)})")
            # What a crashed forerunner left behind must not work beside its successor.
            self.table.stop(missing)
            started.append(lambda: self.table.stop(missing))
        for name in missing:
            self.table.start(name, PROCESSES[name], settings, self.home.airflow)
        self._wait_healthy(report)

    def _wait_healthy(self, report: Report) -> None:
        deadline = time.monotonic() + HEALTHY_SECONDS
        told: set[str] = set()
        while True:
            self._insist_alive()
            state = self.health()
            good = {name for name, word in state.words.items() if word == "healthy"}
            if state.is_good:
                return
            if good - told:
                report(f"healthy: {', '.join(sorted(good))}")
                told |= good
            if not wait_until(deadline):
                late = next(name for name, word in state.words.items() if word != "healthy")
                raise StackError(
                    f"Airflow is not healthy after {HEALTHY_SECONDS} s: {dict(state.words)}. Last lines of {late}:\n"
                    f"{self.table.last_lines(late)}"
                )

    def _insist_alive(self) -> None:
        for name in PROCESSES:
            if not self.table.alive(name):
                raise StackError(
                    f"The process {name} ended right after its start. The last lines of {self.table.log_file(name)}:\n"
                    f"{self.table.last_lines(name)}"
                )

    def _api_port(self) -> int:
        return ports.remembered(self._port_file) or self._preferred_port

    def _choose_api_port(self) -> int:
        port = self._api_port()
        if not self.table.alive("api-server"):
            port = ports.choose(port)
            self._port_file.write_text(f"{port}\n")
        return port

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One `up` or `down` at a time: the second waits for the first."""
        with (self.home.run / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
