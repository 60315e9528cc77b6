"""The runbooks: every SQL statement in them runs on a migrated ledger, every page is in the list."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from headwater.ledger.migrate import migrate

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"
STATEMENTS = [
    (page.name, statement)
    for page in sorted(RUNBOOKS.glob("*.md"))
    for statement in re.findall(r"```sql\n(.*?)```", page.read_text(), re.S)
]


@pytest.mark.parametrize(("page", "statement"), STATEMENTS, ids=[page for page, _ in STATEMENTS])
def test_the_sql_of_a_runbook_runs(database: str, page: str, statement: str) -> None:
    migrate(database)
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        found = connection.execute(statement)  # type: ignore[call-overload]
        assert found.description is not None, page


def test_the_list_names_every_runbook() -> None:
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (RUNBOOKS / "README.md").read_text())
    assert sorted(listed) == sorted(page.name for page in RUNBOOKS.glob("*.md") if page.name != "README.md")
