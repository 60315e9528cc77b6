"""The committed result of the bench of parsing, and the specs that it makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.parsing import WAYS, summed_up, write_datasets
from benchmarks.table import parsing_sentence

from headwater.spec import load_folder

FOUND = json.loads((Path(__file__).parents[2] / "benchmarks" / "results" / "parsing.json").read_text())


def test_every_way_was_measured_several_times() -> None:
    assert FOUND["repetitions"] >= 5
    for name in WAYS:
        one = FOUND[name]
        assert 0 < one["cpu_seconds"] <= one["slowest_cpu_seconds"]
        assert 0 < one["seconds"] <= one["slowest_seconds"]
        assert one["times_sdk"] == pytest.approx(one["cpu_seconds"] / FOUND["sdk"]["cpu_seconds"], abs=0.02)


def test_all_dags_were_built_or_one() -> None:
    verbs, forms = 6, 5  # deadline__X is there only where somebody is told
    assert FOUND["all"]["dags"] == verbs * FOUND["datasets"] + forms
    assert (FOUND["one_task"]["dags"], FOUND["sdk"]["dags"]) == (1, 0)


def test_the_sentence_names_what_was_measured() -> None:
    assert f"with {FOUND['datasets']} datasets" in parsing_sentence()
    assert f"{FOUND['all']['cpu_seconds']:.1f} CPU s" in parsing_sentence()


def test_the_specs_of_the_bench_are_right(tmp_path: Path) -> None:
    write_datasets(tmp_path, 3)
    folder = load_folder(tmp_path)
    assert [spec.dataset for spec in folder.specs] == ["census_000", "census_001", "census_002"]
    assert folder.problems == ()


def test_a_summary_has_medians_and_ratios() -> None:
    runs = [{"cpu_seconds": cpu, "seconds": 2 * cpu, "dags": 7.0} for cpu in (1.0, 4.0, 2.0)]
    alone = [{"cpu_seconds": 0.5, "seconds": 1.0, "dags": 0.0}]
    assert summed_up(runs, alone) == {
        "dags": 7,
        "cpu_seconds": 2.0,
        "slowest_cpu_seconds": 4.0,
        "seconds": 4.0,
        "slowest_seconds": 8.0,
        "times_sdk": 4.0,
    }
