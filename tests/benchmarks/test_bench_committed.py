"""The committed page and picture are those of the committed figures, and every row has what readers are promised."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from benchmarks.fidelity.frontier import frontier
from benchmarks.fidelity.report import markdown

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
LABELS = ("default", "10 epochs")
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


def test_the_readme_shows_the_committed_figures() -> None:
    readme = (RESULTS.parents[1] / "README.md").read_text()
    shown = re.findall(
        r"^\| (?:`(\w+)`|real rows)[^|]* \| (\.\d{3}) \| (\.\d{3}) \| (\.\d{3}) \| (\.\d{3}) \|", readme, re.M
    )
    assert len(shown) == 6
    census = {row["generator"]: row for row in FIGURES["rows"] if row["table"] == "census" and row["label"] in LABELS}
    for generator, *values in shown:
        names = ("c2st_gb_auc", "coverage", "tstr_auc", "nearness_share")
        row = census[generator or "real"]
        assert values == [f"{row[name]:.3f}".replace("0.", ".", 1) for name in names], generator


@pytest.mark.parametrize(
    "row", FIGURES["rows"], ids=[f"{row['table']}-{row['generator']}-{row['label']}" for row in FIGURES["rows"]]
)
def test_every_row_has_what_is_promised(row: dict[str, object]) -> None:
    made = {"fit_cpu_s", "sample_rows_per_cpu_s"} if row["generator"] in ("real", "independent") else set()
    assert PROMISED - made <= set(row)
    assert "error" not in row
