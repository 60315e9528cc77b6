"""Every member in another process, with another hash seed and more threads: fitted or loaded there, the same rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from generator_tables import mixed
from members import MEMBERS

from headwater.generators.base import Generator
from headwater.generators.registry import create
from headwater.tables.frames import to_arrow
from headwater.tables.hashing import block_hash
from headwater.tables.schema import TableSchema

KINDS = tuple(MEMBERS)
SEED = 2**40 + 1
ELSEWHERE = """
import json, pathlib, sys
sys.path.insert(0, sys.argv[1])
from generator_tables import mixed
from headwater.generators.registry import create, load
from headwater.tables.frames import to_arrow
from headwater.tables.hashing import block_hash
frame, schema = mixed(300)
found = {}
for kind, settings in json.loads(sys.argv[3]).items():
    fitted = create(kind, settings).fit(frame, schema, seed=int(sys.argv[4]))
    loaded = load(kind, pathlib.Path(sys.argv[2], kind.replace(":", "_")).read_bytes())
    found[kind] = [block_hash(to_arrow(member.sample(120, 8), schema)) for member in (fitted, loaded)]
print(json.dumps(found))
"""
Table = tuple[pd.DataFrame, TableSchema]


@pytest.fixture(scope="module")
def real() -> Table:
    return mixed(300)


@pytest.fixture(scope="module")
def here(request: pytest.FixtureRequest, real: Table) -> dict[str, Generator]:
    """The members that are asked about: ``-k`` may name one."""
    asked = {each.callspec.params["kind"] for each in request.session.items if each.path == request.path}
    return {kind: create(kind, MEMBERS[kind]).fit(*real, seed=SEED) for kind in KINDS if kind in asked}


@pytest.fixture(scope="module")
def elsewhere(here: dict[str, Generator], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Hashes of rows, by kind: of a member fitted in the other process, and of ours, loaded there."""
    folder = tmp_path_factory.mktemp("models")
    for kind, member in here.items():
        (folder / kind.replace(":", "_")).write_bytes(member.save())
    environment = os.environ | {"PYTHONHASHSEED": "4711", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    arguments = [str(Path(__file__).parent), str(folder), json.dumps({kind: MEMBERS[kind] for kind in here}), str(SEED)]
    command = [sys.executable, "-c", ELSEWHERE, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=True, timeout=500)
    found: dict[str, list[str]] = json.loads(ran.stdout.splitlines()[-1])
    return found


def rows_of(here: dict[str, Generator], kind: str, real: Table) -> str:
    return block_hash(to_arrow(here[kind].sample(120, 8), real[1]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_fit_makes_the_same_rows(
    kind: str, here: dict[str, Generator], elsewhere: dict[str, list[str]], real: Table
) -> None:
    assert elsewhere[kind][0] == rows_of(here, kind, real)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stored_model_makes_the_same_rows(
    kind: str, here: dict[str, Generator], elsewhere: dict[str, list[str]], real: Table
) -> None:
    assert elsewhere[kind][1] == rows_of(here, kind, real)
