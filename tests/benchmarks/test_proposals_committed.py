"""The committed result of the bench of proposals, and that it looks at what a person would get."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from benchmarks.proposals import DEMO, NIGHTS, measure, sources
from benchmarks.table import proposals_sentence
from tests.clinic import clinic_rows
from tests.steady import steady_csv

from headwater.chain import baselines
from headwater.checks import baseline
from headwater.checks.baseline import draw

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
FOUND = json.loads((RESULTS / "proposals.json").read_text())["tables"]


def test_the_tables_are_the_demo_and_each_csv_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("rooms.csv", "notes.md"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    monkeypatch.setenv("HEADWATER_BENCH_DATA", str(tmp_path))
    assert sources() == {
        "breast_cancer": "demo#source.breast_cancer",
        "fair": "demo#source.fair",
        "rooms": str(tmp_path / "rooms.csv"),
    }


@pytest.mark.parametrize("row", FOUND, ids=[row["table"] for row in FOUND])
def test_each_proposal_came_to_a_champion_and_its_nights_were_judged(row: dict[str, object]) -> None:
    assert row["promoted"], row["why"]
    assert row["nights"] == NIGHTS
    failed = row["failed_checks"]
    assert isinstance(failed, dict)
    assert isinstance(row["passed"], int)
    assert (row["passed"] == NIGHTS) == (not failed)
    assert sum(failed.values()) >= NIGHTS - row["passed"]


def test_the_sentence_has_every_table() -> None:
    told = proposals_sentence()
    assert set(DEMO) < {row["table"] for row in FOUND}
    assert all(f"{row['passed']} of {row['table']} ({row['rows']:,} ×" in told for row in FOUND)


@pytest.mark.slow
def test_a_table_is_measured_from_its_file_to_its_nights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "draw", partial(draw, draws=30))  # the steps are the matter here, not rates
    monkeypatch.setattr(baseline, "LOSSES", ())
    rows = clinic_rows()
    found = measure("clinic", str(steady_csv(rows)), nights=1)
    assert (found["rows"], found["columns"], found["promoted"]) == (len(rows), rows.shape[1], True)
    assert (found["nights"], found["passed"] + (1 if found["failed_checks"] else 0)) == (1, 1)
