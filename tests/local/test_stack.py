"""Up and down as a whole: what runs, who may reach it, what is left after a failure or Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest
from tests.running_airflow import RunningAirflow, for_the_tests

from headwater.local import families, ports, stack
from headwater.local.home import REPOSITORY, Home
from headwater.local.processes import ProcessTable
from headwater.local.stack import PROCESSES, Stack, StackError

slow = pytest.mark.slow


def command(*words: str, var: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "HEADWATER_VAR": str(var), "PYTHONPATH": str(REPOSITORY / "include")}
    return subprocess.Popen(
        [sys.executable, "-m", "headwater.local", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        start_new_session=True,
    )


def living_of(var: Path) -> list[int]:
    """Processes that name this folder in their command line or work in it."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(var) in " ".join(process.cmdline()) or process.cwd().startswith(str(var)):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            found += []
    return [process.pid for process in families.alive(found)]


@slow
def test_up_again_changes_nothing(airflow: RunningAirflow) -> None:
    before = {name: airflow.stack.table.record(name) for name in PROCESSES}
    told: list[str] = []
    with for_the_tests():
        address = airflow.stack.up(told.append)
    assert {name: airflow.stack.table.record(name) for name in PROCESSES} == before
    assert not [step for step in told if step.startswith("starting")]
    assert address.base_url == airflow.api.base_url
    assert airflow.stack.health().is_good


@slow
def test_status_says_how_to_reach_airflow_and_rows(airflow: RunningAirflow) -> None:
    shown = command("status", var=airflow.stack.home.var)
    output, _ = shown.communicate(timeout=120)
    assert shown.returncode == 0, output
    assert f"Airflow: {airflow.api.base_url}" in output.splitlines()
    line = output.splitlines()[-1].removeprefix("psql: ")
    asked = subprocess.run(f"{line} -XAtc 'SELECT 1'", shell=True, capture_output=True, text=True, check=True)  # noqa: S602
    assert asked.stdout == "1\n"


@slow
def test_a_process_that_was_killed_is_started_again_and_only_it(airflow: RunningAirflow) -> None:
    before = {name: airflow.stack.table.record(name) for name in PROCESSES}
    victim = airflow.stack.table.alive("triggerer")
    assert victim is not None
    victim.kill()
    assert families.wait_gone([victim], 10) == []
    with for_the_tests():
        airflow.stack.up()
    after = {name: airflow.stack.table.record(name) for name in PROCESSES}
    assert {name for name in PROCESSES if after[name] != before[name]} == {"triggerer"}
    assert airflow.stack.health().is_good


@slow
def test_nothing_listens_beyond_this_machine(airflow: RunningAirflow) -> None:
    leaders = [process for name in PROCESSES if (process := airflow.stack.table.alive(name))]
    everybody = [each for leader in leaders for each in [leader, *families.descendants(leader)]]
    listening = {address for process in everybody for address in listens_on(process)}
    assert len(leaders) == len(PROCESSES)
    assert listening == {"127.0.0.1"}


def listens_on(process: psutil.Process) -> set[str]:
    """Addresses on which the process listens; none if it has ended meanwhile, as a task's worker does."""
    try:
        return {each.laddr.ip for each in process.net_connections("inet") if each.status == psutil.CONN_LISTEN}
    except psutil.NoSuchProcess:
        return set()


@slow
def test_no_secret_is_in_a_log(airflow: RunningAirflow) -> None:
    home = airflow.home
    secrets = {file.read_text().strip() for file in home.secrets.iterdir() if file != home.password_file}
    secrets |= set(json.loads(home.password_file.read_text()).values())  # two users, one password
    secrets.add(airflow.stack.postgres.pgpass.read_text().strip().rsplit(":", 1)[1])
    logs = [file for folder in (home.log, home.airflow / "logs") for file in folder.rglob("*.log")]
    assert len(secrets) == 5
    assert len(logs) >= len(PROCESSES)
    leaks = [
        (file.name, len(secret)) for file in logs for secret in secrets if secret in file.read_text(errors="ignore")
    ]
    assert leaks == []
    assert stat.S_IMODE(home.secrets.stat().st_mode) == 0o700


@slow
def test_strangers_get_nothing(airflow: RunningAirflow) -> None:
    answer = httpx.get(f"{airflow.api.base_url}/api/v2/dags", trust_env=False)
    assert answer.status_code == 401


@slow
def test_ctrl_c_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    var = tmp_path / "var"
    process = command("up", var=var)
    deadline = time.monotonic() + 200
    # The migration is the longest step: Postgres runs, Airflow does not yet.
    while not (var / "log" / "airflow-migrate.log").exists():
        assert families.wait_until(deadline, 0.1), "the migration never began"
    assert living_of(var) != []
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 130, output
    assert "Traceback" not in output
    assert living_of(var) == []


def test_a_process_that_dies_early_is_told_with_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = (sys.executable, "-c", "print('no such table: dag'); raise SystemExit(3)")
    monkeypatch.setattr(stack, "PROCESSES", {"scheduler": dying})
    home = Home.at(var=tmp_path / "var")
    home.make_folders()
    tower = Stack(home, durable=False, api_port=ports.any_free())
    record = tower.table.start("scheduler", dying, {}, tmp_path)
    assert families.wait_gone([psutil.Process(record.pid)], 20) == []
    tower.table.stop([])
    with pytest.raises(StackError, match=r"(?s)scheduler ended right after its start.*no such table: dag"):
        tower._wait_healthy(lambda _: None)


def test_a_failure_stops_what_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("the migration failed")

    monkeypatch.setattr(stack, "migrate_databases", fails)
    tower = Stack(Home.at(var=tmp_path / "var"), durable=False)
    told: list[str] = []
    with pytest.raises(RuntimeError, match="the migration failed"):
        tower.up(told.append)
    assert not tower.postgres.is_running()
    assert told == ["starting Postgres", "stopping what was started"]


def test_a_failure_leaves_running_what_ran_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("the migration failed")

    monkeypatch.setattr(stack, "migrate_databases", fails)
    tower = Stack(Home.at(var=tmp_path / "var"), durable=False)
    tower.postgres.start()
    try:
        with pytest.raises(RuntimeError, match="the migration failed"):
            tower.up()
        assert tower.postgres.is_running()
    finally:
        tower.postgres.stop()


def test_down_and_reset_where_nothing_ever_ran(tmp_path: Path) -> None:
    tower = Stack(Home.at(var=tmp_path / "var"))
    assert tower.down() == []
    tower.reset()
    assert not (tmp_path / "var").exists()


def test_reset_deletes_our_state_and_nothing_else(tmp_path: Path) -> None:
    home = Home.at(var=tmp_path)
    (tmp_path / "thesis.txt").write_text("years of work")
    home.make_folders()
    tower = Stack(home, durable=False)
    tower.postgres.start()
    (home.store / "model.bin").write_text("x")
    tower.reset()
    assert not tower.postgres.is_running()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_reset_asks_first(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    asked = command("reset", var=tmp_path)
    output, _ = asked.communicate(timeout=60)
    assert asked.returncode == 1
    assert f"Delete all state below {tmp_path}?" in output
    assert (tmp_path / "store").exists()
    forced = command("reset", "--yes", var=tmp_path)
    output, _ = forced.communicate(timeout=60)
    assert forced.returncode == 0, output
    assert not (tmp_path / "store").exists()


def test_status_and_down_where_nothing_runs(tmp_path: Path) -> None:
    shown = command("status", var=tmp_path)
    output, _ = shown.communicate(timeout=60)
    assert shown.returncode == 0
    assert output.count("stopped") == 1 + len(PROCESSES)
    stopped = command("down", var=tmp_path)
    output, _ = stopped.communicate(timeout=60)
    assert stopped.returncode == 0
    assert "nothing was running" in output


def test_an_api_port_in_use_is_left_alone(tmp_path: Path, postgres: object) -> None:
    home = Home.at(var=tmp_path / "var")
    home.make_folders()
    taken = postgres.port  # type: ignore[attr-defined]
    tower = Stack(home, api_port=taken)
    chosen = tower._choose_api_port()
    assert chosen != taken
    assert Stack(home, api_port=taken)._api_port() == chosen
    assert ProcessTable(home.run, home.log).alive("api-server") is None
