"""The committed result of the detection bench: what it promises, its page, and what the README says of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.detection.__main__ import CASES
from benchmarks.detection.case import _doses
from benchmarks.detection.report import mean_detection, page_of, upper_limit
from benchmarks.table import battery_sentence, detection_sentence

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
FOUND = json.loads((RESULTS / "detection.json").read_text())


def test_the_page_is_rendered_from_the_figures() -> None:
    assert (RESULTS / "detection.md").read_text() == page_of(FOUND)


def test_the_readme_says_what_was_measured() -> None:
    readme = (RESULTS.parents[1] / "README.md").read_text().replace("\n", " ")
    assert detection_sentence() in readme
    assert battery_sentence() in readme


def test_the_head_follows_from_the_rows() -> None:
    alarms = sum(sum(case["false_alarms"].values()) for case in FOUND["cases"])
    assert FOUND["honest_batches"] == sum(case["honest_batches"] for case in FOUND["cases"]) >= 1_000
    assert FOUND["false_alarm"] == pytest.approx(alarms / FOUND["honest_batches"])
    assert FOUND["false_alarm_upper95"] == pytest.approx(upper_limit(alarms, FOUND["honest_batches"]))
    for n, share in FOUND["mean_detection"].items():
        assert share == pytest.approx(mean_detection(FOUND["rows"], int(n)))


def test_every_fault_was_planted_twenty_times_or_the_table_cannot_have_it() -> None:
    planted = {(row["table"], row["n"], row["fault"], row["dose"]): row for row in FOUND["rows"]}
    skipped = {(one["table"], one["n"], one["fault"], one["dose"]) for one in FOUND["skipped"]}
    wanted = {(table, n, fault.name, dose) for table, n in CASES for fault, dose in _doses(n)}
    assert set(planted) | skipped == wanted
    assert not set(planted) & skipped
    assert all(row["repetitions"] >= 20 for row in planted.values())
    assert all(bool(row["detected"]) == (row["first_check"] is not None) for row in planted.values())
    assert len({table for table, _ in CASES}) >= 3
