"""Importing the packages of ledger and store costs nothing; their names are found when asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import headwater.ledger
import headwater.store

PROGRAM = """
import sys, headwater.ledger, headwater.store
print(sorted({"sqlalchemy", "psycopg", "alembic", "pyarrow", "pandas", "fsspec", "pydantic"} & set(sys.modules)))
"""


def test_importing_the_packages_imports_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("package", [headwater.ledger, headwater.store])
def test_every_promised_name_is_there_and_no_other(package: object) -> None:
    names = package.__all__  # type: ignore[attr-defined]
    assert [getattr(package, name).__name__ for name in names] == names
    with pytest.raises(AttributeError, match="has no attribute 'rumour'"):
        package.rumour  # type: ignore[attr-defined]  # noqa: B018
