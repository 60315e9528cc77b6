"""The committed result of the watch's bench: its page, its rates, what it promises of slides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.watch.report import page_of
from benchmarks.watch.years import rate_of

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
FOUND = json.loads((RESULTS / "watch.json").read_text())


def test_the_page_is_rendered_from_the_figures() -> None:
    assert (RESULTS / "watch.md").read_text() == page_of(FOUND)


def test_rates_follow_from_their_counts_and_keep_what_is_allowed() -> None:
    for rate in FOUND["false_alarms"].values():
        again = rate_of(rate["alarms"], rate["years"])
        assert {key: rate[key] for key in again} == pytest.approx(again)
    assert sum(rate["rate"] for rate in FOUND["false_alarms"].values()) <= 0.01
    assert sum(FOUND["unions"]["alarms"].values()) == 0


def test_a_worse_slide_is_found_no_later() -> None:
    delays = FOUND["delays"]
    for subject in ("coverage", "every indicator"):
        shares = [delays[f"{subject} worse by {size} sd"]["found_within_the_year"] for size in (0.2, 0.5, 1.0)]
        assert shares == sorted(shares)
    assert delays["every indicator worse by 1.0 sd"]["found_within_the_year"] == 1


def test_generations_that_learn_from_one_another_alarm_in_every_chain() -> None:
    assert all(at is not None and at <= 6 for at in FOUND["replaced"])
