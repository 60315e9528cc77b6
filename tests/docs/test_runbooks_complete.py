"""Each thing that the product tells or stops at has a runbook, and each runbook names what there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from headwater.ledger.describe import describe as data_model
from headwater.orchestration.describe import describe as dags_page
from headwater.spec.dataset import DatasetSpec
from headwater.spec.notify import FACTS

ROOT = Path(__file__).parents[2]
CHAIN = ROOT / "include" / "headwater" / "chain"
RUNBOOKS = ROOT / "docs" / "runbooks"
PAGES = sorted(page for page in RUNBOOKS.glob("*.md") if page.name != "README.md")
TOLD = {
    "quarantined": "batch-quarantined",
    "approval": "decision",
    "alarm": "alarm",
    "drift": "drift",
    "champion": "new-champion",
    "late": "late",
}
"""By fact that receivers are told of."""
GATES = {
    "contamination": ["leaked-rows"],
    "makers": ["no-champion", "backfill"],
    "promote": ["no-champion"],
    "recall": ["refused", "rollback-and-recall"],
    "release": ["batch-quarantined", "alarm", "rollback-and-recall", "changed-batch"],
    "settling": ["decision"],
    "training_rows": ["synthetic-share"],
}
"""By file of ``chain/`` that closes a gate."""
OUTCOMES = {
    "GateClosedError": "batch-quarantined",
    "RequestRefusedError": "refused",
    "BatchDateError": "backfill",
    "CannotJudgeError": "cannot-judge",
    "SourceError": "source-drift",
    "SourceUnavailable": "ledger-or-store",
    "SpecError": "invalid-dataset",
    "SettingsError": "no-champion",
    "FitError": "no-champion",
    "ModelFileError": "refused",
}
"""By error that a task of any stage ends with (``orchestration/stages.py``)."""
HEADINGS = ["Symptom", "Check", "Fix", "Verify"]


def page(name: str) -> str:
    return (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_runbook_has_the_four_headings_in_order(path: Path) -> None:
    found = re.findall(r"^\*\*(\w+)\.\*\*", path.read_text(), re.MULTILINE)
    assert [each for each in found if each in HEADINGS] == HEADINGS


def test_every_fact_that_is_told_has_a_runbook() -> None:
    assert set(TOLD) == set(FACTS)
    words = (CHAIN / "facts.py").read_text()
    for fact, name in TOLD.items():
        assert f'"{fact}"' in words
        assert page(name)


def test_every_gate_has_a_runbook() -> None:
    closing = {
        file.stem
        for file in CHAIN.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Raise) and node.exc is not None and "GateClosedError(" in ast.unparse(node.exc)
    }
    assert closing == set(GATES), "give the new gate a runbook, and name it here"
    assert all(page(name) for names in GATES.values() for name in names)


def test_every_outcome_of_a_task_has_a_runbook() -> None:
    tree = ast.parse((ROOT / "include/headwater/orchestration/stages.py").read_text())
    named = {name.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names}
    errors = {name for name in named if name.endswith(("Error", "Unavailable"))}
    assert errors == set(OUTCOMES), "give the new outcome a runbook, and name it here"
    assert all(map(page, OUTCOMES.values()))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_dags_tables_and_keys_that_a_runbook_names_are_there(path: Path) -> None:
    text, shown, model = path.read_text(), dags_page(), data_model()
    for dag in re.findall(r"`(\w+__X)`", text):
        assert f"### `{dag}`" in shown, dag
    for table in re.findall(r"\bheadwater\.([a-z_]+)\b(?!\()", text):
        assert f"`{table}`" in model or table in ("synthetic",), table
    for section, key in re.findall(r"`(\w+)\.(\w+)`", text):
        field = DatasetSpec.model_fields.get(section)
        if field is not None:
            assert key in getattr(field.annotation, "model_fields", {}), f"{section}.{key}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_links_and_commands_of_a_runbook_are_there(path: Path) -> None:
    text = path.read_text()
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (RUNBOOKS / link).exists(), link
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for target in re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE):
        assert target in targets, target
