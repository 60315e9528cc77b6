"""What is shipped with the house is current: specs load, requirements are pinned."""

from __future__ import annotations

import re
from pathlib import Path

from headwater.spec import load_folder

ROOT = Path(__file__).resolve().parents[2]


def test_the_shipped_specs_are_right_and_fit_on_a_screen() -> None:
    folder = load_folder(ROOT / "include" / "datasets")
    assert folder.problems == ()
    assert [spec.dataset for spec in folder.specs] == ["breast_cancer", "census", "fair"]
    assert all(len(path.read_text().splitlines()) <= 50 for path in (ROOT / "include" / "datasets").glob("*.yaml"))


def test_every_requirement_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-celery.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith((" ", "#"))]
        assert len(lines) > 10
        assert [line for line in lines if not re.match(r"^[A-Za-z0-9_.\[\]-]+==\S+", line)] == []
