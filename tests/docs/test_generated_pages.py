"""Pages that are made from code are what the code makes now, and `make docs` makes all of them."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from airflow.sdk import DAG
from tests.clinic import clinic_spec

from headwater.ledger.describe import describe as data_model
from headwater.orchestration.describe import NAME
from headwater.orchestration.describe import describe as dags
from headwater.orchestration.settings import DATASETS
from headwater.spec.__main__ import schema_text

ROOT = Path(__file__).parents[2]
PAGES: dict[str, Callable[[], str]] = {
    "docs/dataset.schema.json": schema_text,
    "docs/data_model.md": data_model,
    "docs/dags.md": dags,
}


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_what_the_code_makes(page: str) -> None:
    assert (ROOT / page).read_text(encoding="utf-8") == PAGES[page](), f"{page} is stale. Cure: run `make docs`"


def test_make_docs_writes_each_of_them() -> None:
    recipe = re.search(r"^docs:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    assert sorted(re.findall(r"mv \S+ (\S+)", recipe.group(1))) == sorted(PAGES)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, DAG]:
    """By id, what the files of ``dags/`` build for one right spec and one broken."""
    receiver = {"kind": "webhook", "connection": "ops"}
    spec = clinic_spec(tmp_path / "clinic.csv", notify=[receiver])
    (tmp_path / f"{spec['dataset']}.yaml").write_text(yaml.safe_dump(spec))
    (tmp_path / "broken.yaml").write_text("dataset: broken\n")
    monkeypatch.setenv(DATASETS, str(tmp_path))
    found = [made for file in sorted((ROOT / "dags").glob("*.py")) for made in runpy.run_path(str(file)).values()]
    return {made.dag_id.replace(f"__{spec['dataset']}", f"__{NAME}"): made for made in found if isinstance(made, DAG)}


def test_every_dag_and_every_task_is_on_the_page(built: dict[str, DAG]) -> None:
    sections = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^###? |\Z)", dags(), re.MULTILINE | re.DOTALL))
    assert sorted(sections) == sorted(built)
    for dag_id, made in built.items():
        told = re.findall(r"^\| `([\w.]+)`.*\| ?(.*) \|$", sections[dag_id], re.MULTILINE)
        assert sorted(name for name, _ in told) == sorted([*made.task_dict, *made.params])
        assert all(words.strip().endswith(".") for _, words in told), dag_id
