"""docs/tutorial.md: its table, its commands, what it quotes of their output, and every name in it are real."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from headwater.chain import keys
from headwater.ledger.migrate import migrate
from headwater.local.__main__ import app
from headwater.local.stack import PROCESSES
from headwater.orchestration.describe import describe as dags_page
from headwater.spec import load_spec
from headwater.spec.dataset import Schedule

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What `make dataset` prints for the page's own CSV, and the file that it writes."""
    folder = tmp_path_factory.mktemp("clone")
    (script,) = blocks("python")
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True)
    asked = ["dataset", "--source", str(folder / "visits.csv"), "--name", "visits"]
    done = CliRunner().invoke(app, asked, env={"HEADWATER_DATASETS": str(folder / "datasets")})
    assert done.exit_code == 0, done.output
    return done.output, folder / "datasets" / "visits.yaml"


def test_the_proposal_prints_what_the_page_quotes(proposed: tuple[str, Path]) -> None:
    printed, path = proposed
    quoted = blocks("text")[0].replace("…/include/datasets/visits.yaml", str(path))
    assert printed.splitlines() == quoted.splitlines()


def test_the_file_has_the_lines_that_the_page_quotes(proposed: tuple[str, Path]) -> None:
    text = proposed[1].read_text(encoding="utf-8")
    quoted = blocks("yaml")
    assert len(quoted) == 2
    assert all(block in text for block in quoted)
    assert text.count("# unsure:") == 2
    assert "owner: not-named-yet" in text


def test_what_the_page_advises_loads(proposed: tuple[str, Path], tmp_path: Path) -> None:
    advice = re.findall(r"`((?:owner|targets): [^`]+)`", PAGE)
    assert advice == ["owner: me", "targets: [readmitted, cost]"]
    text = proposed[1].read_text(encoding="utf-8")
    for line in advice:
        text = re.sub(rf"^{line.partition(':')[0]}: .*$", line, text, flags=re.MULTILINE)
    (tmp_path / "visits.yaml").write_text(text)
    spec = load_spec(tmp_path / "visits.yaml")
    assert (spec.owner, spec.targets) == ("me", ("readmitted", "cost"))


def test_make_up_says_what_the_page_quotes() -> None:
    told = blocks("text")[1].splitlines()
    source = "".join(file.read_text() for file in sorted((ROOT / "include/headwater/local").glob("*.py")))
    assert told[-2] == f"starting Airflow ({', '.join(PROCESSES)})"
    for line in told:
        words = re.split(r"[:(]", line)[0].strip()
        assert f'"{words}' in source, line


def test_every_command_is_a_target_of_make() -> None:
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    asked = re.findall(r"(?:\$ |`)make ([a-z]+)", PAGE)
    assert set(asked) == {"dataset", "up", "status", "down", "reset"}
    assert set(asked) <= set(targets)


def test_every_dag_and_task_that_is_named_is_there() -> None:
    shown = dags_page()
    named = set(re.findall(r"`(\w+)__visits`", PAGE))
    assert named == {"retrain", "nightly", "drift", "watch", "maintain"}
    sections = dict(re.findall(r"^### `(\w+)__X`\n(.*?)(?=^###? |\Z)", shown, re.MULTILINE | re.DOTALL))
    assert named <= set(sections)
    table = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert table == re.findall(r"^\| `(\w+)`", sections["retrain"], re.MULTILINE)
    (night,) = re.findall(r"((?:`\w+`, ){4}`\w+`): five green tasks", PAGE)
    assert re.findall(r"\w+", night) == re.findall(r"^\| `(\w+)`(?! \| (?:date|string))", sections["nightly"], re.M)
    assert "### `invalid_datasets`" in shown
    schedule = Schedule()
    assert "02:00 UTC and a retraining on Sundays" in PAGE
    assert (schedule.nightly, schedule.retrain[-2:], schedule.timezone) == ("0 2 * * *", " 0", "UTC")


def test_the_sql_runs_and_files_lie_where_the_page_says(database: str, proposed: tuple[str, Path]) -> None:
    migrate(database)
    columns = ", ".join(f"{name} {'bigint' if name == 'age' else 'text'}" for name in load_spec(proposed[1]).columns)
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS synthetic")
        connection.execute(f"CREATE TABLE synthetic.visits ({columns})")  # type: ignore[arg-type]
        for statement in blocks("sql"):
            assert connection.execute(statement).fetchall() == []  # type: ignore[arg-type]
    assert keys.released("visits", date(2026, 1, 31), "id").startswith("visits/batches/2026-01-31/")
    assert "var/store/visits/batches/" in PAGE
    assert keys.part("folder", 0) == "folder/part-00000.parquet"


def test_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGE):
        assert (ROOT / "docs" / link).exists(), link
