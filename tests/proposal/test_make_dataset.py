"""The command behind ``make dataset``: what it writes, what it prints, and what it refuses with a cure."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.proposal.asking import visits
from typer.testing import CliRunner

from headwater.local.__main__ import app
from headwater.local.dataset import DatasetError, propose_dataset
from headwater.local.home import REPOSITORY
from headwater.spec import load_spec


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "visits.csv"
    visits().to_csv(path, index=False)
    return path


def test_it_writes_the_file_and_prints_no_value(csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "new" / "datasets"
    monkeypatch.setenv("HEADWATER_DATASETS", str(folder))
    asked = ["dataset", "--source", str(csv), "--name", "visits", "--owner", "clinic-data"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    spec = load_spec(folder / "visits.yaml")
    assert spec.owner == "clinic-data"
    assert [path.name for path in folder.iterdir()] == ["visits.yaml"]
    assert "600 rows, 14 columns" in done.output
    assert "constraints, targets: readmitted" in done.output
    assert str(folder / "visits.yaml") in done.output
    assert "unsure of " in done.output
    assert "  - source: 'NA' is taken for no value" in done.output
    assert not any(value in done.output for value in ("SECRET", "surgery", "elsewhere"))

    before = (folder / "visits.yaml").read_text()
    (folder / "visits.yaml").write_text(f"{before}# mine\n")
    again = CliRunner().invoke(app, asked)
    assert again.exit_code == 1
    assert "is there already. Cure: choose another NAME, or replace it by FORCE=1." in again.output
    assert (folder / "visits.yaml").read_text().endswith("# mine\n")
    forced = CliRunner().invoke(app, [*asked, "--force"])
    assert forced.exit_code == 0
    assert (folder / "visits.yaml").read_text() == before


@pytest.mark.parametrize(
    ("source", "name", "words"),
    [
        ("none.csv", "visits", "There is no file"),
        ("", "visits", "SOURCE is empty"),
        ("none.csv", "", "NAME is empty"),
        ("none.csv", "../visits", "no name of a dataset"),
        ("nowhere#public.visits", "visits", "no connection 'nowhere'"),
        ("sqlite:///none.db", "visits", "no table"),
    ],
)
def test_what_cannot_be_is_told_with_its_cure_and_writes_nothing(
    tmp_path: Path, source: str, name: str, words: str
) -> None:
    folder = tmp_path / "datasets"
    with pytest.raises(DatasetError, match=rf"{words}.*Cure"):
        propose_dataset(folder, source, name, say=lambda line: None)
    assert not folder.exists()


def test_a_dataset_under_the_other_ending_is_never_doubled(csv: Path, tmp_path: Path) -> None:
    (tmp_path / "visits.yml").touch()
    with pytest.raises(DatasetError, match=r"visits\.yml already holds.*Cure"):
        propose_dataset(tmp_path, str(csv), "visits", is_forced=True, say=lambda line: None)


def test_make_hands_everything_on_as_it_was_written(tmp_path: Path) -> None:
    if shutil.which("make") is None:
        pytest.skip("there is no make on this machine")
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").touch()
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "<%s>" "$@"\n')
    python.chmod(0o755)
    (tmp_path / ".venv" / ".installed").touch()
    source = "postgresql://u:p;a'b`c\"d@h/base#public.Odd Rooms"
    # ``make test`` hands its own settings on, and a make within a make tells of the folders that it enters.
    outer = ("SOURCE", "NAME", "OWNER", "FORCE", "MAKELEVEL", "MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES")
    environment = {name: text for name, text in os.environ.items() if name not in outer}

    def make(*words: str) -> str:
        line = ["make", "dataset", *words]
        return subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout

    begin = "<-m><headwater.local><dataset>"
    assert make(f"SOURCE={source}", "NAME=rooms") == f"{begin}<--source><{source}><--name><rooms><--owner><>"
    assert make("NAME=x", "OWNER=me", "FORCE=1") == f"{begin}<--source><><--name><x><--owner><me><--force>"
