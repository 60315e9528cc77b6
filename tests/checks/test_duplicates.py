"""Rows that repeat each other or yesterday, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from townspeople import people, sampled

from headwater.checks import duplicates
from headwater.checks.crowd import LEVELS
from headwater.checks.duplicates import twins
from headwater.checks.prepared import Prepared
from headwater.checks.statistic import deviate


def test_twins() -> None:
    keys = np.array([3, 1, 3, 2, 1, 3], dtype=np.uint64)
    assert twins(keys).tolist() == [True, True, True, False, True, True]
    assert twins(keys[:1]).tolist() == [False]
    assert twins(keys[:0]).tolist() == []


def roots(*counts: int) -> list[float]:
    return [2 * np.sqrt(count + 0.375) for count in counts]


def test_exact_twins_are_counted_with_and_without_a_real_explanation(prepared: Prepared) -> None:
    """Ten rows stand twice, and an anchor row three times."""
    rows, real = people(200, 5), prepared.reference.anchor.iloc[[0, 0, 0]]
    batch = pd.concat([rows, rows.head(10), real], ignore_index=True)
    found = duplicates.measure(sampled(prepared, batch))
    assert found["duplicates.exact"][[0, LEVELS]] == pytest.approx(roots(23, 20))


def test_twins_that_stand_alone_are_counted_apart(prepared: Prepared) -> None:
    rows = people(200, 5)
    alone = prepared.yardstick.code(rows).alone
    batch = pd.concat([rows, rows[alone == LEVELS - 1], rows[alone == 0].head(7)], ignore_index=True)
    lonely = int((alone == LEVELS - 1).sum())
    assert lonely > 0
    found = duplicates.measure(sampled(prepared, batch))["duplicates.exact"]
    assert found[:LEVELS] == pytest.approx(roots(2 * (lonely + 7), *[2 * lonely] * (LEVELS - 1)))


def test_near_twins_are_no_exact_ones(prepared: Prepared) -> None:
    rows = people(100, 5)
    moved = rows.head(20).assign(height=rows["height"].head(20) + 1e-6)
    plain, doubled = (
        duplicates.measure(sampled(prepared, pd.concat([rows, more], ignore_index=True)))
        for more in (rows.head(0), moved)
    )
    assert doubled["duplicates.exact"] == pytest.approx(roots(*[0] * (2 * LEVELS)))
    counts = (doubled["duplicates.near"] / 2) ** 2 - 0.375, (plain["duplicates.near"] / 2) ** 2 - 0.375
    assert counts[0][0] >= 36, "a few fall on the border of a cell in every grid"
    assert counts[1][0] <= 4


def test_distinct_values_of_continuous_columns(prepared: Prepared) -> None:
    """Height and the day of joining have one for nearly every row; weight has too few for their count to mean much."""
    batch = people(300, 5)
    batch["height"] = np.repeat(batch["height"].to_numpy()[:100], 3)
    found = np.exp(duplicates.measure(sampled(prepared, batch))["duplicates.distinct"])
    assert found[0] == pytest.approx(100)
    assert found[-1] == pytest.approx(batch["joined"].nunique())


def test_rare_pairs_by_hand(prepared: Prepared) -> None:
    """Four pairs stand in the batch and nowhere else; a training row's twin makes three, a triple is no pair."""
    rows = people(200, 5)
    batch = pd.concat([rows, rows.head(5), rows.iloc[[4]], prepared.reference.train.head(1)], ignore_index=True)
    sample = sampled(prepared, batch)
    honest = np.append(sample.honest, sample.honest[10:13])  # three training rows twice
    found = duplicates.measure_exact(replace(sample, honest=honest))["duplicates.rare"]
    n, rest = len(batch), len(honest)
    share = n * (n - 1) / (n * (n - 1) + rest * (rest - 1))
    assert found == pytest.approx(deviate(binom.sf(3, 4 + 3, share)))


def test_a_pair_that_has_a_third_in_the_baseline_is_not_rare(prepared: Prepared) -> None:
    batch = pd.concat([people(200, 5), prepared.reference.train.iloc[[0, 0, 1, 1]]], ignore_index=True)
    assert duplicates.measure_exact(sampled(prepared, batch))["duplicates.rare"].tolist() == [-8.0]


def test_yesterday_again_by_hand(prepared: Prepared) -> None:
    """40 of 200 rows stood in the last batch; no training row did: (200 / 1,400)^40."""
    last = people(200, 6)
    batch = pd.concat([people(160, 5), last.head(40)], ignore_index=True)
    found = duplicates.measure_exact(sampled(prepared, batch, last))["duplicates.repeated"]
    assert found == pytest.approx(deviate((200 / 1_400) ** 40))


def test_other_rows_than_yesterday(prepared: Prepared) -> None:
    found = duplicates.measure_exact(sampled(prepared, people(200, 5), people(200, 6)))
    assert found["duplicates.repeated"].tolist() == [-8.0]
    assert "duplicates.repeated" not in duplicates.measure_exact(sampled(prepared, people(200, 5)))
