"""Faults of whole rows: holes, classes that collapse, copies. They hold what they say, and other rows stay."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from benchmarks.detection.faults import Honest
from benchmarks.detection.faults.honest import classes, take
from benchmarks.detection.faults.space import densities, distances_to
from planting import ROWS, by_name, differs, honest, keys, planted

from headwater.checks.arrays import codes, numbers
from headwater.checks.encoding import Encoder


@pytest.fixture(params=["clinic", "health"])
def given(request: pytest.FixtureRequest) -> Honest:
    return honest(request.param)


@pytest.mark.parametrize("dose", by_name("cluster_dropped").doses)
def test_a_dropped_cluster_is_a_hole(given: Honest, dose: float) -> None:
    rows = planted("cluster_dropped", dose, given)
    gone = np.flatnonzero(differs(rows, given.batch).any(axis=1))
    assert 0.4 * dose < len(gone) / ROWS < 1.8 * dose
    everything = pd.concat([given.batch, given.spare, rows.take(gone)], ignore_index=True)
    kept = np.append(np.setdiff1d(np.arange(ROWS), gone), np.arange(2 * ROWS, len(everything)))
    is_hole = []
    for centre in gone:
        apart = distances_to(int(centre), everything, given.schema)
        is_hole.append(apart[gone].max() <= apart[kept].min() + 1e-3)  # the new rows alter the ranks a little
    assert any(is_hole)


def test_rare_categories_are_gone_and_other_rows_stay() -> None:
    given = honest("clinic")
    rows = planted("rare_categories_dropped", 0.005, given)
    assert (given.batch["town"] == "Wels").any()
    assert not (rows["town"] == "Wels").any()
    changed = differs(rows, given.batch).any(axis=1)
    assert changed.equals((given.batch["town"] == "Wels").fillna(False).astype(bool))
    assert np.isin(keys(rows[changed]), keys(given.spare)).all()


@pytest.mark.parametrize(("name", "whose"), [("rows_duplicated", "batch"), ("exact_copies", "train")])
def test_exact_copies_are_rows_of_their_source(given: Honest, name: str, whose: str) -> None:
    for dose in by_name(name).doses:
        rows = planted(name, dose, given)
        changed = differs(rows, given.batch).any(axis=1).to_numpy()
        assert 0.9 * dose * ROWS <= changed.sum() <= round(dose * ROWS)
        assert np.isin(keys(rows[changed]), keys(getattr(given, whose))).all()
        if whose == "batch":
            assert len(np.unique(keys(rows))) <= len(np.unique(keys(given.batch))) - 0.6 * changed.sum()


@pytest.mark.parametrize(("name", "whose"), [("near_duplicates", "batch"), ("near_copies", "train")])
def test_near_copies_are_next_to_a_row_of_their_source(given: Honest, name: str, whose: str) -> None:
    rows, source = planted(name, 0.05, given), getattr(given, whose)
    changed = take(rows, np.flatnonzero(differs(rows, given.batch).any(axis=1)))
    assert len(changed) == pytest.approx(0.05 * ROWS, abs=3)
    near = np.ones((len(changed), len(source)), dtype=bool)
    for column in given.discrete:
        near &= codes(changed[column.name], column)[:, None] == codes(source[column.name], column)
    for column in given.measured:
        a, b, spread = numbers(changed[column.name]), numbers(source[column.name]), numbers(given.train[column.name])
        step = 86_400 if column.storage == "date" else 60 if column.sdtype == "datetime" else 1
        reach = 0.05 * np.nanstd(spread) + step * (column.storage != "real" or column.decimals == 1)
        near &= (np.abs(a[:, None] - b) <= reach) | (np.isnan(a)[:, None] & np.isnan(b))
        assert np.nanmin(a) >= min(np.nanmin(spread), np.nanmin(b))
    assert near.any(axis=1).all()
    assert np.isin(keys(changed), keys(source)).mean() < 0.35  # rows of atoms alone have nothing to move


@pytest.mark.parametrize("dose", by_name("class_collapsed").doses)
def test_one_class_collapses(given: Honest, dose: float) -> None:
    rows = planted("class_collapsed", dose, given)
    found = classes(given.batch, given)
    assert np.array_equal(found, classes(rows, given))
    changed = differs(rows, given.batch).any(axis=1).to_numpy()
    assert len(np.unique(found[changed])) == 1
    members = found == found[changed][0]
    assert changed.sum() == pytest.approx(dose * members.sum(), rel=0.05)
    both = pd.concat([given.batch[members], rows[changed]], ignore_index=True)
    apart = distances_to(len(both) - 1, both, given.schema)
    assert apart[members.sum() :].mean() < 0.7 * apart[: members.sum()].mean()


def test_sharpened_rows_are_honest_and_denser(given: Honest) -> None:
    rows = planted("sharpened", 1.0, given)
    both = pd.concat([given.batch, given.spare], ignore_index=True)
    counts = pd.Series(keys(rows)).value_counts()
    assert (counts <= pd.Series(keys(both)).value_counts().reindex(counts.index)).all()
    encoder = Encoder.fit(given.train, given.schema)
    density = densities(both, encoder, np.random.default_rng(0))
    kept = pd.Series(density).groupby(keys(both)).mean().reindex(keys(rows)).to_numpy()
    assert 1.03 < kept.mean() / density.mean() < 1.5


@pytest.mark.parametrize("dose", by_name("yesterday_repeated").doses)
def test_rows_are_those_of_yesterday(given: Honest, dose: float) -> None:
    rows = planted("yesterday_repeated", dose, given)
    changed = differs(rows, given.batch).any(axis=1).to_numpy()
    assert changed.sum() == pytest.approx(dose * ROWS, rel=0.01)
    assert np.isin(keys(rows[changed]), keys(given.yesterday)).all()
    if dose == 1.0:
        assert np.array_equal(np.sort(keys(rows)), np.sort(keys(given.yesterday)))
        assert not np.array_equal(keys(rows), keys(given.yesterday))
