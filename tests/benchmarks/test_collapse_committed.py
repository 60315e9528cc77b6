"""The committed result of the collapse bench: its page, its picture, its summary, what each row holds."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.collapse.figures import NAMES
from benchmarks.collapse.picture import picture
from benchmarks.collapse.regimes import GUARDED, REPLACE
from benchmarks.collapse.report import markdown
from benchmarks.collapse.summary import chains, change, noise, summaries

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
FOUND = json.loads((RESULTS / "collapse.json").read_text())


def test_page_and_picture_are_rendered_from_the_figures() -> None:
    assert (RESULTS / "collapse.md").read_text() == markdown(FOUND, "collapse.svg")
    assert (RESULTS / "collapse.svg").read_text() == picture(FOUND["rows"])


def test_the_summary_follows_from_the_rows() -> None:
    assert FOUND["summary"] == json.loads(json.dumps(summaries(FOUND["rows"])))
    assert FOUND["noise"] == json.loads(json.dumps(noise(FOUND["rows"])))


def test_every_cell_has_all_its_generations_and_figures() -> None:
    found = chains(FOUND["rows"])
    assert found
    for chain in found:
        assert [row["generation"] for row in chain] == list(range(1, len(chain) + 1))
        assert len(chain) >= 20
        assert all(row[name] is not None for row in chain for name in NAMES)


def test_nobody_protected_collapses_and_the_guard_holds() -> None:
    for chain in chains(FOUND["rows"]):
        found = change(chain)
        if chain[0]["regime"] == REPLACE:
            assert found["coverage_kept"] < 0.98 or found["tstr_fall"] > 0.01
        if chain[0]["regime"] == GUARDED:
            assert found["coverage_kept"] > 0.95
