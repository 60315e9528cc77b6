"""The embedded Postgres, on real servers: who may connect, what survives, what it leaves alone."""

from __future__ import annotations

import os
import shutil
import signal
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from headwater.local import accounts, ports
from headwater.local.families import wait_gone
from headwater.local.postgres import EmbeddedPostgres, PostgresError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account for Postgres")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False, port=0)
    try:
        yield server
    finally:
        server.stop()


def ask(server: EmbeddedPostgres, question: str, database: str = "postgres") -> object:
    with psycopg.connect(server.url(database, "postgresql")) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def test_it_is_postgres_18_in_utf_8(postgres: EmbeddedPostgres) -> None:
    assert str(ask(postgres, "SHOW server_version")).startswith("18")
    assert ask(postgres, "SHOW server_encoding") == "UTF8"
    assert ask(postgres, "SHOW timezone") == "UTC"


def test_it_listens_on_loopback_only(postgres: EmbeddedPostgres) -> None:
    assert postgres.pid is not None
    listening = [c for c in psutil.Process(postgres.pid).net_connections("all") if c.status == psutil.CONN_LISTEN]
    assert {c.laddr.ip for c in listening} == {"127.0.0.1"}
    assert ask(postgres, "SHOW unix_socket_directories") == ""


def test_a_wrong_password_is_refused(postgres: EmbeddedPostgres) -> None:
    url = f"postgresql://headwater:wrong@127.0.0.1:{postgres.port}/postgres"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_the_password_is_private_and_not_in_the_log(postgres: EmbeddedPostgres) -> None:
    password = postgres.pgpass.read_text().strip().rsplit(":", 1)[1]
    assert stat.S_IMODE(postgres.pgpass.stat().st_mode) == 0o600
    assert len(password) >= 32
    assert password not in postgres.log.read_text()
    assert password not in postgres.psql_command("headwater")
    assert sorted(path.name for path in postgres.folder.iterdir()) == ["data", "lock", "pgpass", "port", "postgres.log"]


@pytest.mark.parametrize("name", ["plain", 'we"ird', "select", "with space; DROP", "größe-表", "-x"])
def test_odd_database_names_are_only_names(postgres: EmbeddedPostgres, name: str) -> None:
    postgres.create_database(name)
    postgres.create_database(name)
    assert postgres.has_database(name)
    assert ask(postgres, "SELECT current_database()", name) == name
    postgres.drop_database(name)
    postgres.drop_database(name)
    assert not postgres.has_database(name)


def test_dropping_ends_open_sessions(postgres: EmbeddedPostgres) -> None:
    postgres.create_database("busy")
    with psycopg.connect(postgres.url("busy", "postgresql")) as open_session:
        postgres.drop_database("busy")
        with pytest.raises(psycopg.OperationalError):
            open_session.execute("SELECT 1")


def test_data_and_port_survive_a_restart(server: EmbeddedPostgres) -> None:
    server.start()
    server.create_database("kept")
    port, pid = server.port, server.pid
    server.start()
    assert server.pid == pid, "a second start must do nothing"
    server.stop()
    server.stop()
    assert not server.is_running()
    server.start()
    assert server.port == port
    assert server.has_database("kept")


def test_a_port_in_use_is_left_alone(server: EmbeddedPostgres, postgres: EmbeddedPostgres) -> None:
    server._preferred_port = postgres.port
    server.start()
    assert server.port != postgres.port
    assert ports.remembered(server.folder / "port") == server.port
    assert ask(server, "SELECT 1") == 1


def test_it_recovers_from_kill_9(server: EmbeddedPostgres) -> None:
    server.start()
    server.create_database("kept")
    assert server.pid is not None
    process = psutil.Process(server.pid)
    os.kill(process.pid, signal.SIGKILL)
    assert wait_gone([process], 10) == []
    assert (server.data / "postmaster.pid").exists()
    assert not server.is_running()
    server.start()
    assert server.has_database("kept")


def test_a_stale_number_that_now_is_another_process_does_no_harm(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    lines = [str(os.getpid()), str(server.data), "1", str(server.port), "", "127.0.0.1", "", "ready"]
    (server.data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    assert not server.is_running()
    server.stop()
    server.start()
    assert ask(server, "SELECT 1") == 1
    assert psutil.pid_exists(os.getpid())


def test_a_cut_first_start_leaves_nothing_that_counts(server: EmbeddedPostgres) -> None:
    (server.folder / "data.new").mkdir(parents=True)
    (server.folder / "data.new" / "PG_VERSION").write_text("18\n")
    server.start()
    assert ask(server, "SELECT 1") == 1
    assert not (server.folder / "data.new").exists()


def test_two_starts_at_once_make_one_server(server: EmbeddedPostgres) -> None:
    twin = EmbeddedPostgres(server.folder, durable=False, port=0)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: each.start(), [server, twin]))
    assert server.pid == twin.pid
    assert ask(server, "SELECT 1") == 1


def test_asking_before_the_first_start_says_what_to_do(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "never")
    assert not server.is_running()
    with pytest.raises(PostgresError, match=r"never started.*make up"):
        _ = server.port


def test_a_broken_setting_is_told_with_the_log(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    with (server.data / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(PostgresError, match="no_such_setting"):
        server.start()


@as_root
def test_as_root_it_runs_unprivileged_below_a_closed_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "postgres", durable=False, port=0)
    try:
        server.start()
        assert server.pid is not None
        assert psutil.Process(server.pid).uids().effective == accounts.account_ids()[0]
        assert ask(server, "SELECT 1") == 1
        server.stop()
        server.start()
        assert ask(server, "SELECT 1") == 1
    finally:
        server.stop()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert closed.stat().st_uid == 0


@as_root
def test_as_root_programs_in_a_closed_folder_are_reached_with_one_capability(tmp_path: Path) -> None:
    closed, own = tmp_path / "closed", tmp_path / "own"
    closed.mkdir(mode=0o700)
    own.mkdir()
    program = closed / "env"
    shutil.copy(shutil.which("env") or "/usr/bin/env", program)
    program.chmod(0o755)
    account = accounts.unprivileged(program, program, own)
    assert account is not None
    assert any("dac_" in word for word in account.prefix)
    assert sum("ambient-caps" in word for word in account.prefix) == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
def test_as_root_where_all_is_open_no_capability_is_taken() -> None:
    own = Path("/tmp") / f"headwater-open-{os.getpid()}"
    own.mkdir()
    try:
        program = Path(shutil.which("env") or "/usr/bin/env")
        account = accounts.unprivileged(program, program, own)
        assert account is not None
        assert not any("caps" in word for word in account.prefix)
    finally:
        own.rmdir()


@as_root
def test_an_unreachable_program_is_told_with_its_cure(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    with pytest.raises(accounts.AccountError, match=r"Cure: clone into a folder that every account may enter"):
        accounts.unprivileged(tmp_path / "missing", tmp_path / "missing", own)
