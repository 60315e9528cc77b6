"""The small parts of the local installation: ports, private files, folders, environment, interruptions, health."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headwater.local import environment, health, ports
from headwater.local.home import FOLDERS, REPOSITORY, Home
from headwater.local.interruption import uninterrupted
from headwater.local.postgres import EmbeddedPostgres
from headwater.local.private_files import kept_secret, write_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_taken_port_is_not_chosen() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not ports.is_free(port)
        assert ports.choose(port) != port
    free = ports.any_free()
    assert ports.choose(free) == free
    assert ports.choose(0) > 0


@pytest.mark.parametrize(("text", "port"), [("8080\n", 8080), ("", None), ("x", None), ("0", None), ("70000", None)])
def test_remembered_port(tmp_path: Path, text: str, port: int | None) -> None:
    file = tmp_path / "port"
    assert ports.remembered(file) is None
    file.write_text(text)
    assert ports.remembered(file) == port


def test_what_is_preloaded_exists_and_is_none_of_our_own_code_but_what_freezes_it() -> None:
    # The process that preloads passes over what it does not find, without a word.
    for name in environment.PRELOADED:
        assert importlib.util.find_spec(name) is not None, name
    assert [name for name in environment.PRELOADED if name.startswith("headwater")] == [environment.PRELOADED[-1]]


def test_what_was_imported_before_is_frozen() -> None:
    last = environment.PRELOADED[-1]
    told = f"import gc, json, {last}; print(gc.get_freeze_count() > 5 * len(gc.get_objects()))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_in_an_image_the_stages_are_preloaded_too_and_nothing_that_few_tasks_need() -> None:
    told = """
import gc, json, sys
import headwater.local.image_modules
print(json.dumps([gc.get_freeze_count(), len(gc.get_objects()), sorted(sys.modules)]))
"""
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    frozen, others, modules = json.loads(done.stdout.splitlines()[-1])
    assert frozen > 5 * others
    stages = {f"headwater.chain.{file.stem}" for file in (REPOSITORY / "include/headwater/chain").glob("[!_]*.py")}
    assert stages | set(environment.PRELOADED) | {"headwater.orchestration.nightly"} <= set(modules)
    assert {"sdv", "torch", "headwater_plugin"} & set(modules) == set()


def test_secrets_are_private_made_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "key"
    former = os.umask(0)
    try:
        first = kept_secret(file)
    finally:
        os.umask(former)
    assert mode(file) == 0o600
    assert len(first) >= 32
    assert kept_secret(file) == first
    file.write_text("")
    assert kept_secret(file) not in ("", first)
    write_private(file, "other")
    assert file.read_text() == "other"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_home_finds_its_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADWATER_VAR", raising=False)
    monkeypatch.delenv("HEADWATER_DATASETS", raising=False)
    home = Home.at()
    assert home.root == REPOSITORY
    assert (home.root / "Makefile").exists()
    assert home.var == REPOSITORY / "var"
    assert home.datasets == REPOSITORY / "include" / "datasets"
    monkeypatch.setenv("HEADWATER_VAR", str(tmp_path / "v"))
    monkeypatch.setenv("HEADWATER_DATASETS", str(tmp_path / "d"))
    assert Home.at().var == tmp_path / "v"
    assert Home.at().datasets == tmp_path / "d"
    assert Home.at(var=tmp_path / "w", datasets=tmp_path / "e").var == tmp_path / "w"


def test_folders_are_closed_to_others_and_old_ones_keep_their_mode(tmp_path: Path) -> None:
    home = Home.at(var=tmp_path / "a" / "var")
    home.make_folders()
    assert mode(home.var) == 0o711
    assert {name: mode(home.var / name) for name in FOLDERS if name != "postgres"} == dict.fromkeys(
        [name for name in FOLDERS if name != "postgres"], 0o700
    )
    home.var.chmod(0o700)
    home.secrets.chmod(0o755)
    home.make_folders()
    assert mode(home.var) == 0o700
    assert mode(home.secrets) == 0o700


def test_environment(tmp_path: Path, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    home = Home.at(var=tmp_path / "var")
    home.make_folders()
    found = environment.settings(home, postgres, 8123)
    assert found["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert found["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8123/execution/"
    assert found["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"
    assert found["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith("postgresql+psycopg2://headwater:")
    assert found["HEADWATER_LEDGER_URL"].startswith("postgresql+psycopg://headwater:")
    assert found["HEADWATER_STORE_URL"] == f"file://{home.store}"
    assert found["PYTHONPATH"] == f"{REPOSITORY / 'include'}:/elsewhere"
    assert {found[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")} == {"1"}
    assert found == environment.settings(home, postgres, 8123), "secrets must be kept"
    assert [name for name, text in found.items() if "://0" in text] == []
    secrets = list(home.secrets.iterdir())
    assert len(secrets) == 4
    assert {mode(file) for file in secrets} == {0o600}
    assert len(environment.api_password(home)) >= 16


def test_an_interruption_waits_for_the_end_of_the_block() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012  the block is what is tested
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.05)
            done.append("whole")
        done.append("never")
    assert done == ["whole"]
    with uninterrupted():
        done.append("quiet")
    assert done == ["whole", "quiet"]


def test_health_without_an_answer() -> None:
    found = health.check(f"http://127.0.0.1:{ports.any_free()}", {})
    assert not found.is_good
    assert set(found.words.values()) == {"no answer"}


@pytest.mark.parametrize(
    ("status", "heartbeat", "born", "word"),
    [
        ("healthy", "2026-01-01T00:00:10+00:00", 1767225605.0, "healthy"),  # born five seconds before
        ("healthy", "2026-01-01T00:00:00+00:00", 1767225605.0, "starting"),  # a forerunner's heartbeat
        ("unhealthy", "2026-01-01T00:00:10+00:00", 0.0, "unhealthy"),
        (None, None, 0.0, "starting"),
    ],
)
def test_health_believes_only_new_heartbeats(status: str | None, heartbeat: str | None, born: float, word: str) -> None:
    assert health._word(status, heartbeat, born) == word
