"""The exported JSON Schema: it accepts what loads, and refuses what does not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from headwater.spec.__main__ import schema_text
from headwater.spec.fields import field_names, json_schema

SHIPPED = sorted(Path("include/datasets").glob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def as_editors_see(text: str) -> Any:
    """YAML as JSON values: dates are texts."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def test_the_command_prints_it() -> None:
    run = subprocess.run([sys.executable, "-m", "headwater.spec"], capture_output=True, text=True, check=True)
    assert run.stdout == schema_text()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_specs_are_valid(validator: jsonschema.Draft202012Validator, path: Path) -> None:
    assert list(validator.iter_errors(as_editors_see(path.read_text(encoding="utf-8")))) == []


SMALL = "dataset: a\nowner: b\nsource: {kind: table, connection: c, schema: s, table: t}\ncolumns: {x: numerical}\n"


@pytest.mark.parametrize(
    "more",
    [
        "",
        "candidates: [trees, {kind: trees, name: other, settings: {leaf: 5}}]",
        "schedule: {start_date: 2026-01-01}",
        "contract: {coverage_min: 1}",
    ],
)
def test_short_forms_are_accepted(validator: jsonschema.Draft202012Validator, more: str) -> None:
    assert list(validator.iter_errors(as_editors_see(SMALL + more))) == []


@pytest.mark.parametrize(
    "text",
    [
        SMALL + "ownre: x",
        SMALL.replace("numerical", "number"),
        SMALL.replace("numerical", "pii"),
        SMALL.replace("numerical", "{sdtype: numerical, mni: 0}"),
        SMALL.replace("schema: s", "schema_: s"),
        SMALL.replace("kind: table", "kind: excel"),
        SMALL + "candidates: [5]",
        SMALL + "batch: {rows: 0}",
        "owner: b",
    ],
)
def test_mistakes_are_seen_by_editors(validator: jsonschema.Draft202012Validator, text: str) -> None:
    assert not validator.is_valid(as_editors_see(text))


def test_field_names_see_through_short_forms() -> None:
    assert "sdtype" in field_names(("columns", "x"))
    assert field_names(("candidates", 0)) == ["kind", "name", "settings"]
    assert {"path", "table", "query", "schema"} <= set(field_names(("source",)))
    assert field_names(("no", "such", "place")) == []


def test_every_column_key_is_described() -> None:
    column = json_schema()["$defs"]["Column"]["anyOf"][1]["properties"]
    assert all(part.get("description") for part in column.values())
