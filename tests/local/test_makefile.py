"""The front door: what `make` lists, which Python it takes, and that a half-made environment never counts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from headwater.local.home import REPOSITORY

TARGETS = {
    "help",
    "demo",
    "dataset",
    "up",
    "down",
    "status",
    "reset",
    "test",
    "lint",
    "lock",
    "bench",
    "pictures",
    "docs",
    "clean",
}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    if shutil.which("make") is None:
        pytest.skip("there is no make on this machine")
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").write_text("./no/such.whl\n")
    (tmp_path / "requirements-dev.txt").write_text("")
    return tmp_path


def make(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: text for name, text in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "YES", "PYTHON")
    }
    return subprocess.run(["make", *words], cwd=clone, env=environment, capture_output=True, text=True, check=False)


def test_make_alone_lists_every_target(clone: Path) -> None:
    done = make(clone)
    assert done.returncode == 0
    assert set(re.findall(r"^  make (\S+)", done.stdout, re.MULTILINE)) == TARGETS


def test_no_python_is_told_with_its_cure(clone: Path) -> None:
    done = make(clone, "up", "PYTHON=no-such-python")
    assert done.returncode != 0
    assert "No Python 3.11, 3.12 or 3.13" in done.stderr
    assert "make PYTHON=" in done.stderr
    assert not (clone / ".venv").exists()


def test_a_failed_installation_does_not_count_as_done(clone: Path) -> None:
    for _ in range(2):
        done = make(clone, "up")
        assert done.returncode != 0
        assert "creating .venv" in done.stdout
        assert not (clone / ".venv" / ".installed").exists()
    # Changed requirements are installed into the same environment; if that fails, it counts as half-made.
    (clone / ".venv" / ".installed").touch()
    os.utime(clone / "requirements.txt", (4e9, 4e9))
    done = make(clone, "up")
    assert "requirements.txt has changed" in done.stdout
    assert not (clone / ".venv" / ".installed").exists()


def test_an_environment_with_its_stamp_is_used_as_it_is(clone: Path) -> None:
    stamp = clone / ".venv" / ".installed"
    stamp.parent.mkdir()
    stamp.touch()
    done = make(clone, "-n", "demo", "reset", "YES=1")
    assert done.returncode == 0
    assert "venv --clear" not in done.stdout
    assert ".venv/bin/python -m headwater.local demo" in done.stdout
    assert ".venv/bin/python -m headwater.local reset --yes" in done.stdout
    assert "--yes" not in make(clone, "-n", "reset").stdout


def test_lint_and_test_run_every_tool(clone: Path) -> None:
    (clone / ".venv").mkdir()
    for name in (".installed", ".installed-dev"):
        (clone / ".venv" / name).touch()
    said = make(clone, "-n", "test").stdout
    tools = ("ruff check", "ruff format --check", "mypy include dags plugins", "lint-imports", "-m pytest")
    assert [said.index(tool) for tool in tools] == sorted(said.index(tool) for tool in tools)


def test_the_lock_leaves_the_gpu_out(clone: Path) -> None:
    (clone / ".venv").mkdir()
    (clone / ".venv" / ".installed").touch()
    said = make(clone, "-n", "lock").stdout
    assert said.count("--no-emit-package") == 2 * 19
    assert "--no-emit-package triton" in said
    locked = (REPOSITORY / "requirements.txt").read_text()
    assert re.findall(r"^(?:nvidia|cuda|triton)[^=]*==", locked, re.MULTILINE) == []
