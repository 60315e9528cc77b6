"""The committed page and picture are those of the committed figures, and every row has what readers are promised."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.fidelity.frontier import frontier
from benchmarks.fidelity.report import markdown

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
FIGURES = json.loads((RESULTS / "generators.json").read_text())
PROMISED = {
    *("table", "generator", "seeds", "fit_cpu_s", "sample_rows_per_cpu_s", "shape", "trend", "coverage"),
    *("c2st_gb_score", "c2st_gb_auc", "tstr_auc", "trtr_auc", "nearness_share", "exact_copies", "real_exact_copies"),
    "mia_auc",
}


def test_page_and_picture_are_rendered_from_the_figures() -> None:
    page = markdown(FIGURES["rows"], FIGURES["machine"], "generators_frontier.svg")
    assert (RESULTS / "generators.md").read_text() == page
    assert (RESULTS / "generators_frontier.svg").read_text() == frontier(FIGURES["rows"])


@pytest.mark.parametrize(
    "row", FIGURES["rows"], ids=[f"{row['table']}-{row['generator']}-{row['label']}" for row in FIGURES["rows"]]
)
def test_every_row_has_what_is_promised(row: dict[str, object]) -> None:
    made = {"fit_cpu_s", "sample_rows_per_cpu_s"} if row["generator"] in ("real", "independent") else set()
    assert PROMISED - made <= set(row)
    assert "error" not in row
