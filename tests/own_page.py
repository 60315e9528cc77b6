"""The example of docs/own_generator.md as a package that can be imported, and its lines of YAML."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

PAGE = Path(__file__).resolve().parents[1] / "docs" / "own_generator.md"
KIND = "my_generators.grouped:Grouped"


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language, in the order of the page."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)


def write_package(folder: Path) -> Path:
    """The example under the name the page gives it; ``folder`` is then one for ``sys.path``."""
    package = folder / "my_generators"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "grouped.py").write_text(blocks("python")[0])
    return folder


def candidates() -> list[Any]:
    """The candidates of the page's YAML."""
    found: list[Any] = yaml.safe_load(blocks("yaml")[0])["candidates"]
    return found
