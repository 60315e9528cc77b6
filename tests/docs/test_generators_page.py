"""docs/generators.md names every member, every setting and its default, as the code has them."""

from __future__ import annotations

import inspect
import re
from itertools import pairwise
from typing import Any

import pytest
import yaml
from tests.own_page import PAGE

from headwater.generators import registry
from headwater.spec import Candidate

TEXT = PAGE.with_name("generators.md").read_text()
PARTS = {
    "ctgan": ("All three", "`ctgan` and"),
    "copula_gan": ("All three", "`ctgan` and", "`copula_gan` alone"),
    "tvae": ("All three", "`tvae` alone"),
}
"""What stands before the tables of the neural members, which share a section."""


def settings_on_page(kind: str) -> dict[str, Any]:
    """Setting to default, as the tables of the kind's section say."""
    name = "ctgan`, `copula_gan`, `tvae" if kind in PARTS else kind
    section = TEXT.partition(f"### `{name}`\n")[2].partition("\n### ")[0]
    paragraphs = section.split("\n\n")
    tables = [
        table
        for before, table in pairwise(paragraphs)
        if table.startswith("| setting") and (kind not in PARTS or any(part in before for part in PARTS[kind]))
    ]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| .+ \|$", "\n".join(tables), flags=re.MULTILINE)
    return {setting: yaml.safe_load(default) for setting, default in rows}


@pytest.mark.parametrize("kind", registry.BUILT_IN)
def test_settings_and_defaults_are_those_of_the_code(kind: str) -> None:
    parameters = inspect.signature(registry.find(kind)).parameters.values()
    defaults = {one.name: list(one.default) if isinstance(one.default, tuple) else one.default for one in parameters}
    assert settings_on_page(kind) == defaults


@pytest.mark.parametrize("kind", registry.BUILT_IN)
def test_the_table_of_members_says_how_each_is_saved(kind: str) -> None:
    (row,) = re.findall(rf"^\| `{kind}` \|.*\|$", TEXT.partition("## What every")[0], flags=re.MULTILINE)
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    capabilities = registry.find(kind).capabilities
    assert ("pickle" in cells[4]) == capabilities.pickled
    assert cells[3].startswith("exact") or not capabilities.exact_conditions


def test_the_yaml_of_the_page_can_be_used() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    found = [Candidate.model_validate(each) for each in yaml.safe_load(block)["candidates"]]
    assert [registry.create(one.kind, one.settings).kind for one in found] == ["trees", "mixture", "ctgan"]
