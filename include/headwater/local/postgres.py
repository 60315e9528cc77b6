"""One PostgreSQL 18 from the wheel, in one folder, for this machine only. What is stored in it stands elsewhere.

The folder holds ``data``, ``postgres.log``, ``port`` and ``pgpass`` (the generated password, mode 0600). The server
listens on 127.0.0.1 and on nothing else: no Unix socket either, whose path may be at most 107 bytes long.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil

from headwater.local import accounts, ports
from headwater.local.interruption import uninterrupted
from headwater.local.private_files import write_private
from headwater.local.programs import binary, run

SUPERUSER = "headwater"
PREFERRED_PORT = 54320
START_SECONDS = 60
STOP_SECONDS = 60
# Not durable: for tests, whose data nobody will miss after a power cut.
_CARELESS = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class PostgresError(RuntimeError):
    """The embedded Postgres cannot do what was asked; the message holds the end of its log and the cure."""


class EmbeddedPostgres:
    """A Postgres server whose state lies in ``folder`` (created with mode 0700; as root, 0711).

    ``durable=False`` gives up safety against power cuts for speed: only for tests.
    """

    def __init__(self, folder: Path, *, durable: bool = True, port: int = PREFERRED_PORT) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.pgpass = self.folder / "pgpass"
        self._port_file = self.folder / "port"
        self._durable = durable
        self._preferred_port = port

    def start(self) -> None:
        """Start the server, creating it the first time; do nothing if it is running.

        Raises PostgresError if it does not start, AccountError if root finds no account to run it.
        """
        self._make_folder()
        with self._lock(), uninterrupted():
            if self.is_running():
                return
            self._initialise()
            self._forget_stale_pid()
            port = ports.choose(ports.remembered(self._port_file) or self._preferred_port)
            self._port_file.write_text(f"{port}\n")
            self._launch(port)

    def stop(self) -> None:
        """Stop the server (fast mode: sessions are ended, data is safe) and wait; do nothing if it is not running.

        Raises PostgresError if it has not stopped after 60 seconds.
        """
        if not self.is_running():
            return
        words = ["stop", "-D", str(self.data), "-m", "fast", "-w", "-t", str(STOP_SECONDS)]
        done = self._as_account([str(binary("pg_ctl")), *words])
        if done.returncode != 0 and self.is_running():
            raise PostgresError(f"Postgres in {self.folder} does not stop: {self._tail()} Cure: see {self.log}.")

    def is_running(self) -> bool:
        """Say whether this server is running; a process that only inherited its number does not count."""
        return self._postmaster() is not None

    @property
    def port(self) -> int:
        """The port on 127.0.0.1. Raises PostgresError if the server was never started."""
        port = ports.remembered(self._port_file)
        if port is None:
            raise PostgresError(f"Postgres in {self.folder} was never started. Cure: start it first (`make up`).")
        return port

    @property
    def pid(self) -> int | None:
        """Process number of the running server, or None."""
        process = self._postmaster()
        return process.pid if process else None

    def url(self, database: str, driver: str = "postgresql+psycopg") -> str:
        """Return the SQLAlchemy URL of ``database``, password included: for environments, never for logs."""
        return f"{driver}://{SUPERUSER}:{self._password()}@{ports.LOOPBACK}:{self.port}/{quote(database, safe='')}"

    def create_database(self, name: str) -> None:
        """Create the empty database ``name``; do nothing if it exists. Raises PostgresError if Postgres refuses."""
        done = self._client("createdb", ["--", name])
        if done.returncode != 0 and not self.has_database(name):
            raise PostgresError(f"Database {name!r} cannot be created: {done.stderr.strip()}")

    def drop_database(self, name: str) -> None:
        """Drop the database ``name`` and end its sessions; do nothing if there is none."""
        done = self._client("dropdb", ["--force", "--if-exists", "--", name])
        if done.returncode != 0:
            raise PostgresError(f"Database {name!r} cannot be dropped: {done.stderr.strip()}")

    def has_database(self, name: str) -> bool:
        """Say whether a database of this name exists."""
        done = self._client("psql", ["-XAt0", "-d", "postgres", "-c", "SELECT datname FROM pg_database"])
        if done.returncode != 0:
            raise PostgresError(f"Postgres in {self.folder} does not answer: {done.stderr.strip()}")
        return name in done.stdout.split("\0")

    def psql_command(self, database: str) -> str:
        """Return a shell line that opens psql on ``database``; it names the password's file, not the password."""
        place = f"-h {ports.LOOPBACK} -p {self.port} -U {SUPERUSER} -d {database}"
        return f"PGPASSFILE='{self.pgpass}' '{binary('psql')}' {place}"

    # -- the first start ---------------------------------------------------------------------------------------------

    def _make_folder(self) -> None:
        new = not self.folder.exists()
        # Another start may make it in this very moment.
        self.folder.mkdir(parents=True, exist_ok=True)
        if new:
            # Root's server is another account: it must be able to pass through, but sees no names.
            self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)

    def _initialise(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        self._write_password()
        unfinished = self.folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        account = self._account(unfinished)
        copy = self.folder / "initdb.password"
        try:
            write_private(copy, self._password())
            if account:
                account.own(copy)
            self._initdb(unfinished, copy)
        finally:
            copy.unlink(missing_ok=True)
        # Renamed only when complete: a killed initdb leaves nothing that a later start would take for a server.
        unfinished.rename(self.data)

    def _initdb(self, place: Path, password_file: Path) -> None:
        words = ["-D", str(place), "-U", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={password_file}"]
        # The built-in locale sorts alike on Linux and macOS.
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        sync = [] if self._durable else ["--no-sync"]
        done = self._as_account([str(binary("initdb")), *words, *locale, *sync, "--set", "timezone=UTC"], place)
        if done.returncode != 0:
            reason = (done.stderr or done.stdout).strip()[-1500:]
            raise PostgresError(f"Postgres cannot be set up in {self.folder}: {reason}")

    def _write_password(self) -> None:
        if not self.pgpass.exists():
            write_private(self.pgpass, f"*:*:*:{SUPERUSER}:{secrets.token_urlsafe(24)}\n")

    def _password(self) -> str:
        try:
            return self.pgpass.read_text().strip().rsplit(":", 1)[1]
        except FileNotFoundError as error:
            raise PostgresError(f"{self.pgpass} is missing. Cure: `make reset` starts anew.") from error

    # -- every start -------------------------------------------------------------------------------------------------

    def _launch(self, port: int) -> None:
        self.log.touch(mode=0o600)
        account = self._account(self.data)
        if account:
            account.own(self.log)
        options = ["-h", ports.LOOPBACK, "-p", str(port), "-c", "unix_socket_directories=", "-c", "jit=off"]
        if not self._durable:
            options += _CARELESS
        words = ["start", "-D", str(self.data), "-w", "-t", str(START_SECONDS), "-l", str(self.log)]
        for patience in (2, 3, 5, 0):
            done = self._as_account([str(binary("pg_ctl")), *words, "-o", " ".join(options)])
            if done.returncode == 0:
                return
            # After kill -9 of the server its sessions live on for a moment, and hold the shared memory.
            if "shared memory block" not in self._tail() or not patience:
                break
            time.sleep(patience)
        raise PostgresError(f"Postgres in {self.folder} does not start: {self._tail()} Cure: see {self.log}.")

    def _forget_stale_pid(self) -> None:
        # After a crash Postgres sees for itself that the process is gone, unless another now bears its number.
        pid = self._pid_in_file()
        if pid is not None and psutil.pid_exists(pid):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _pid_in_file(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _postmaster(self) -> psutil.Process | None:
        pid = self._pid_in_file()
        if pid is None:
            return None
        try:
            process = psutil.Process(pid)
            words = process.cmdline()
            alive = process.status() != psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return None
        return process if alive and str(self.data) in words and "postgres" in words[0] else None

    # -- running things ----------------------------------------------------------------------------------------------

    def _account(self, writable: Path) -> accounts.Account | None:
        return accounts.unprivileged(
            binary("initdb").parents[1] / "share/postgresql/postgres.bki", binary("postgres"), writable
        )

    def _as_account(self, words: Sequence[str], writable: Path | None = None) -> subprocess.CompletedProcess[str]:
        account = self._account(writable or self.data)
        prefix = account.prefix if account else ()
        return run([*prefix, *words], os.environ)

    def _client(self, name: str, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        place = {
            "PGHOST": ports.LOOPBACK,
            "PGPORT": str(self.port),
            "PGUSER": SUPERUSER,
            "PGPASSFILE": str(self.pgpass),
        }
        return run([str(binary(name)), *words], {**os.environ, **place})

    def _tail(self, size: int = 1500) -> str:
        return self.log.read_text(errors="replace")[-size:].strip() if self.log.exists() else "no log."

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
