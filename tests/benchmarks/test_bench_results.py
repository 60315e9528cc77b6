"""The generators' bench as a command: what stands in its files, and that a cut run loses nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from benchmarks.fidelity.entries import Entry
from benchmarks.fidelity.frontier import frontier
from benchmarks.fidelity.labels import Box, place_labels
from benchmarks.fidelity.report import markdown
from benchmarks.fidelity.results import Results, summary

from benchmarks import generators

TREES, FACTS = Entry("trees", "leaf 20", {"leaf": 20}), {"rows": 10, "train_rows": 8, "holdout_rows": 2, "columns": 3}
REQUIRED = {
    "table",
    "generator",
    "seeds",
    "fit_cpu_s",
    "sample_rows_per_cpu_s",
    "shape",
    "trend",
    "coverage",
    "c2st_gb_score",
    "c2st_gb_auc",
    "tstr_auc",
    "trtr_auc",
    "nearness_share",
    "exact_copies",
    "real_exact_copies",
    "mia_auc",
    "settings",
    "peak_mb",
    "file_bytes",
    "density",
    "alpha_precision_naive",
    "beta_recall_naive",
    "c2st_lr_auc",
    "c2st_lr_score",
    "near_copies",
    "real_near_copies",
    "ranges",
    "rows",
    "columns",
}


def run(seed: int, **numbers: Any) -> dict[str, Any]:
    return {"seed": seed, "c2st_gb_auc": 0.52, "nearness_share": 0.51} | numbers


def test_numbers_are_medians_with_their_ranges() -> None:
    found = summary([run(0, coverage=0.9), run(1, coverage=0.7), run(2, coverage=0.8), run(3, coverage=None)])
    assert found["seeds"] == 4
    assert found["coverage"] == 0.8
    assert found["ranges"]["coverage"] == [0.7, 0.9]
    assert "seed" not in found


def test_what_every_seed_lacks_is_null() -> None:
    found = summary([run(0, tstr_auc=None)])
    assert found["tstr_auc"] is None
    assert "tstr_auc" not in found["ranges"]


def test_seeds_are_added_one_by_one_and_survive_a_cut(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    Results(path, {}).add("t", TREES, FACTS, run(0, coverage=0.5))
    later = Results(path, {})
    assert later.has("t", TREES, 0, FACTS)
    assert not later.has("t", TREES, 1, FACTS)
    later.add("t", TREES, FACTS, run(1, coverage=0.7))
    later.add("t", TREES, FACTS, run(1, coverage=0.9))  # measured anew: replaced
    (row,) = json.loads(path.read_text())["rows"]
    assert (row["seeds"], row["coverage"], row["generator"], row["label"]) == (2, 0.7, "trees", "leaf 20")
    assert [one["seed"] for one in row["runs"]] == [0, 1]
    assert list(tmp_path.iterdir()) == [path]


def test_other_settings_or_another_size_begin_anew(tmp_path: Path) -> None:
    results = Results(tmp_path / "r.json", {})
    results.add("t", TREES, FACTS, run(0))
    changed = Entry("trees", "leaf 20", {"leaf": 21})
    assert not results.has("t", changed, 0, FACTS)
    assert not results.has("t", TREES, 0, FACTS | {"train_rows": 9})
    assert results.add("t", changed, FACTS, run(1))["seeds"] == 1


def test_a_failure_is_a_row_and_goes_away_when_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    results = Results(path, {})
    assert results.fail("t", TREES, FACTS, "no such thing")["seeds"] == 0
    stored = json.loads(path.read_text())
    assert stored["rows"][0]["error"] == "no such thing"
    assert "machine" in stored
    page = markdown(results.rows, results.machine, "p.svg")
    assert "- trees, leaf 20: no such thing" in page
    assert "error" not in results.add("t", TREES, FACTS, run(0))


def test_the_picture_is_svg_with_a_ground_the_targets_and_every_entry() -> None:
    rows = [
        {
            "table": table,
            "generator": kind,
            "label": "default",
            "c2st_gb_auc": auc,
            "nearness_share": near,
            "ranges": {},
        }
        for table in ("cardio", "census")
        for kind, auc, near in (("real", 0.498, 0.5), ("a<b", 0.52, 0.53), ("trees", 1.0, 0.7))
    ]
    picture = frontier([*rows, {"table": "x", "generator": "broken", "label": "default", "error": "e"}])
    tree = ElementTree.fromstring(picture)  # noqa: S314 - our own text
    texts = ["".join(text.itertext()) for text in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert tree[1].get("fill") == "#ffffff"
    assert [text for text in texts if text in ("cardio", "census", "x")] == ["census", "cardio"]
    assert {"target: AUC ≤ .53", "target: AUC ≤ .56", "target: nearness ≤ .51", "a<b"} <= set(texts)
    assert texts.count("trees") == 2
    assert "broken" not in texts
    for circle in tree.iter("{http://www.w3.org/2000/svg}circle"):
        assert 0 <= float(circle.get("cx", "-1")) <= float(tree.get("width", "0"))
        assert 0 <= float(circle.get("cy", "-1")) <= float(tree.get("height", "0"))


def test_labels_of_crowded_points_do_not_overlap() -> None:
    frame = Box(0, 0, 500, 400)
    places = [(250.0 + step, 200.0 + step) for step in range(6)]
    line = Box(0, 199, 500, 201)
    labels = place_labels(places, ["a longer name"] * 6, frame, [line])
    boxes = [Box(label.x, label.y - 11, label.x + 13 * 6.6, label.y + 3) for label in labels]
    assert not any(one.meets(two) for place, one in enumerate(boxes) for two in boxes[:place])
    assert all(box.within(frame) and not box.meets(line) for box in boxes)


@pytest.mark.slow
def test_the_command_measures_writes_resumes_and_reports_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = (Entry("real"), TREES, Entry("trees", "odd", {"none": 1}, optional=True))
    broken = Entry("trees", "broken", {"leaf": -1})
    monkeypatch.setattr("benchmarks.fidelity.entries.ENTRIES", (*entries, broken))
    monkeypatch.setenv("HEADWATER_BENCH_DATA", str(tmp_path))
    out = tmp_path / "out" / "g.json"
    command = ["bench", "--tables", "breast_cancer", "--seeds", "1", "--rows", "300", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", command)
    assert generators.main() == 1
    rows = json.loads(out.read_text())["rows"]
    assert [(row["generator"], row["label"]) for row in rows] == [
        ("real", "default"),
        ("trees", "leaf 20"),
        ("trees", "broken"),
    ]
    assert set(rows[1]) >= REQUIRED
    assert rows[1]["seeds"] == 1
    assert rows[1]["sample_rows_per_cpu_s"] > 0
    assert rows[1]["peak_mb"] > 50
    assert "leaf" in rows[2]["error"]
    assert "has no setting 'none'" in capsys.readouterr().out
    page = out.with_suffix(".md").read_text()
    assert "| trees, leaf 20 | 1 |" in page
    assert "(g_frontier.svg)" in page
    assert out.with_name("g_frontier.svg").exists()
    monkeypatch.setattr(sys, "argv", [*command, "--resume", "--generators", "real", "leaf 20"])
    assert generators.main() == 0
    assert "(0 s)" not in capsys.readouterr().out
    assert json.loads(out.read_text())["rows"] == rows
    monkeypatch.setattr(sys, "argv", [*command, "--render"])
    assert generators.main() == 0
    assert out.with_suffix(".md").read_text() == page
