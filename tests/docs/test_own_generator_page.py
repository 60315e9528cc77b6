"""The example of docs/own_generator.md: it is what the page says, and passes what built-in members pass."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from tests.clinic import clinic_rows, clinic_spec
from tests.own_page import KIND, PAGE, blocks, candidates, write_package

from headwater.generators import registry
from headwater.generators.base import Generator
from headwater.generators.errors import SettingsError
from headwater.spec.loading import load_spec
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

REPOSITORY = PAGE.parents[1]
WARDS = ("children", "medicine", "rare", "surgery")
SCHEMA = TableSchema(
    columns=(
        ColumnSchema(name="ward", sdtype="categorical", storage="text", nullable=False, categories=WARDS),
        ColumnSchema(name="age", sdtype="numerical", storage="integer", nullable=False),
        ColumnSchema(name="cost", sdtype="numerical", storage="real", nullable=False, decimals=2),
        ColumnSchema(name="readmitted", sdtype="boolean", storage="boolean", nullable=False),
    )
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_package(tmp_path_factory.mktemp("own"))


@pytest.fixture(autouse=True)
def _importable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(folder))
    yield
    for name in ("my_generators.grouped", "my_generators"):
        sys.modules.pop(name, None)


def test_the_example_is_short_enough_to_read() -> None:
    lines = [line for line in blocks("python")[0].splitlines() if line.strip()]
    body = [line for line in lines if not line.startswith(("import", "from"))]
    assert len(body) <= 40
    assert max(map(len, lines)) <= 120


def test_the_yaml_of_the_page_is_a_valid_spec_and_leads_to_the_class(tmp_path: Path) -> None:
    path = tmp_path / "clinic.yaml"
    path.write_text(yaml.safe_dump(clinic_spec(tmp_path / "clinic.csv", candidates=candidates())))
    own = load_spec(path).candidates[1]
    assert (own.kind, own.label, own.settings) == (KIND, "by-ward", {"by": "ward"})
    made = registry.create(own.kind, own.settings)
    assert isinstance(made, Generator)
    assert made.kind == KIND


def test_it_learns_what_the_page_says() -> None:
    real = conform(clinic_rows(), SCHEMA)
    made = registry.create(KIND, {"by": "ward"}).fit(real, SCHEMA, seed=1).sample(4_000, seed=2)
    pd.testing.assert_frame_equal(conform(made, SCHEMA), made)
    for ward in WARDS:
        ages, made_ages = real["age"][real["ward"] == ward], made["age"][made["ward"] == ward]
        assert abs(ages.mean() - made_ages.mean()) < 2
        assert abs((real["ward"] == ward).mean() - (made["ward"] == ward).mean()) < 0.03
    inside = made[made["ward"] == "surgery"].astype({"age": float})
    assert abs(np.corrcoef(inside["age"], inside["cost"])[0, 1]) < 0.1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bye": "ward"}, "no setting 'bye'; did you mean 'by'"),
        ({"by": 3}, "by is the name of a column, not 3"),
        ({"by": "age"}, "names 'age'; name a categorical"),
        ({"by": "shoe"}, "names 'shoe'; name a categorical"),
    ],
)
def test_wrong_settings_are_named_with_their_cure(settings: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        registry.create(KIND, settings).fit(conform(clinic_rows(50), SCHEMA), SCHEMA, seed=1)


@pytest.mark.slow
def test_the_command_of_the_page_runs_the_shared_checks(folder: Path) -> None:
    """All of the shared suite, but the one check that starts a process which knows only ``include/``."""
    (command,) = [line for line in PAGE.read_text().splitlines() if line.startswith("$ HEADWATER_TEST_MEMBER")]
    assignment, _, arguments = command.removeprefix("$ ").partition(" .venv/bin/python -m pytest ")
    name, _, kind = assignment.partition("=")
    place, _, wanted = arguments.partition(" -k ")
    path = os.pathsep.join([str(folder), os.environ["PYTHONPATH"]])
    environment = os.environ | {name: kind.strip("'"), "PYTHONPATH": path}
    program = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", place]
    ran = subprocess.run(
        [*program, "-k", f"{wanted} and not new_process"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert ran.returncode == 0, ran.stdout[-3_000:] + ran.stderr[-1_000:]
    assert int(ran.stdout.rpartition(" passed")[0].split()[-1]) >= 90
