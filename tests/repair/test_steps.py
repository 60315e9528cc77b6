"""Both steps: nearer to the profile, within the limit, ids untouched, no row twice, the same each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.repair.conftest import SCHEMA, asked, rows

from headwater.generators.table_codec import TableCodec
from headwater.repair.exchange import Repaired, drawn, exchange
from headwater.repair.frozen import Bins, FrozenProfile, Margin, freeze
from headwater.repair.raking import CAP, rake
from headwater.repair.reweigh import reweigh
from headwater.repair.standing import Short, standing
from headwater.repair.top_up import condition, top_up
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

N, LIMIT = 2_000, 200
Step = Callable[[Bins, Repaired, int], Repaired]


def whole(frame: pd.DataFrame) -> Repaired:
    return Repaired(frame, np.zeros(len(frame), dtype=bool))


def lacking() -> Repaired:
    """A batch without the rare ward."""
    return whole(rows(N, 5, rare=0.0))


def weighed(bins: Bins, batch: Repaired, limit: int) -> Repaired:
    return reweigh(bins, batch, lambda count: rows(count, 6), limit, np.random.default_rng(0))


def topped(bins: Bins, batch: Repaired, limit: int) -> Repaired:
    return top_up(bins, batch, asked, limit, np.random.default_rng(0))


STEPS = pytest.mark.parametrize("step", [weighed, topped])


@STEPS
def test_a_lost_category_comes_back(bins: Bins, step: Step) -> None:
    batch = lacking()
    before, found = standing(bins, batch.frame), step(bins, batch, LIMIT)
    after = standing(bins, found.frame)
    expected = 0.05 * N
    assert (batch.frame["ward"] == "rare").sum() == 0
    assert (found.frame["ward"] == "rare").sum() > 0.6 * expected
    assert after.margin_tvd < before.margin_tvd
    assert after.told()["lacking_rows"] < 0.3 * before.told()["lacking_rows"]


@STEPS
def test_ids_stay_and_only_touched_rows_change(bins: Bins, step: Step) -> None:
    batch = lacking()
    found = step(bins, batch, LIMIT)
    assert found.frame["key"].equals(batch.frame["key"])
    assert list(found.frame.dtypes) == list(batch.frame.dtypes)
    assert 0 < found.touched.sum() <= LIMIT
    same = found.frame[~found.touched].equals(batch.frame[~found.touched])
    assert same
    assert not batch.touched.any(), "the batch itself is as it was"


@STEPS
@pytest.mark.parametrize("limit", [1, 7, 50])
def test_no_more_rows_than_allowed(bins: Bins, step: Step, limit: int) -> None:
    assert step(bins, lacking(), limit).touched.sum() <= limit


@STEPS
def test_an_honest_batch_stays_nearly_as_it_is(bins: Bins, step: Step) -> None:
    batch = whole(rows(N, 8))
    found = step(bins, batch, LIMIT)
    assert found.touched.sum() < 0.03 * N


@STEPS
def test_the_same_each_time(bins: Bins, step: Step) -> None:
    first, again = step(bins, lacking(), LIMIT), step(bins, lacking(), LIMIT)
    assert first.frame.equals(again.frame)


def test_the_second_step_leaves_what_the_first_exchanged(bins: Bins) -> None:
    first = weighed(bins, lacking(), 40)
    both = topped(bins, first, 60)
    assert (both.touched & ~first.touched).sum() <= 60
    assert both.frame[first.touched].equals(first.frame[first.touched])


def test_no_row_of_the_pool_is_taken_twice(bins: Bins) -> None:
    found = weighed(bins, lacking(), LIMIT)
    weights = found.frame.loc[found.touched, "weight"]
    assert weights.is_unique


def test_a_generator_that_makes_no_such_rows_changes_nothing(bins: Bins) -> None:
    batch = lacking()
    found = top_up(bins, batch, lambda conditions, count: batch.frame[:0], LIMIT, np.random.default_rng(0))
    assert not found.touched.any()
    assert found.frame.equals(batch.frame)


def test_every_condition_asks_for_its_own_bin(bins: Bins) -> None:
    """For each bin that training rows are in: what meets the condition falls into the bin, edges and all."""
    looked = 0
    for table, (_, counts) in enumerate(bins.of(rows(10, 1))):
        for place in np.flatnonzero(counts > 20):
            found = asked(condition(bins, Short(table, int(place), 1)), 300)
            assert len(found) > 0, (table, place)
            assert set(bins.of(found)[table][0].tolist()) == {int(place)}
            looked += 1
    assert looked > 100


def counted(visits: list[int], seed: int = 0) -> pd.DataFrame:
    """A table with one integer column, as the sources find it: without decimals."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"visits": random.permutation(visits), "weight": random.normal(70, 10, len(visits))})
    return conform(frame, VISITS)


VISITS = TableSchema(
    columns=(
        ColumnSchema(name="visits", sdtype="numerical", storage="integer", nullable=False),
        ColumnSchema(name="weight", sdtype="numerical", storage="real", nullable=False),
    )
)


def test_lost_zeros_of_an_integer_column_come_back_as_zeros() -> None:
    """The condition is read as a generator reads it, which takes a number just below 1 for 1."""
    train = counted([0] * 240 + [1] * 1_000 + [2] * 1_000 + [7] * 760)
    bins, codec = Bins(freeze(train, VISITS), VISITS), TableCodec.learn(train, VISITS)
    more = counted([0, 1, 2, 7] * 3_000, 1)

    def made(conditions: Mapping[str, Any], count: int) -> pd.DataFrame:
        return more[codec.meets(more, codec.wanted(conditions))].head(count).reset_index(drop=True)

    batch = whole(counted([1] * 760 + [2] * 700 + [7] * 540, 2))
    found = top_up(bins, batch, made, LIMIT, np.random.default_rng(0))
    assert (found.frame["visits"] == 0).sum() == pytest.approx(0.08 * N, abs=20)
    assert (found.frame.loc[found.touched, "visits"] == 0).mean() > 0.95


@pytest.mark.parametrize(("edge", "low", "high"), [(3.0, 3, 2), (3.2, 4, 3), (-3.0, -3, -4), (-3.2, -3, -4)])
def test_edges_between_whole_numbers_are_asked_for_in_whole_numbers(edge: float, low: int, high: int) -> None:
    margins = [Margin(column=name, edges=(edge,), counts=(1, 1, 0)) for name in ("visits", "weight")]
    bins = Bins(FrozenProfile(rows=2, margins=tuple(margins), pairs=()), VISITS)
    assert condition(bins, Short(0, 0, 1)) == {"visits": (None, high)}
    assert condition(bins, Short(0, 1, 1)) == {"visits": (low, None)}


def test_rows_outside_of_the_bin_that_was_asked_for_are_not_taken(bins: Bins) -> None:
    """A generator of the user's own may take a condition for another one."""
    batch, other = lacking(), rows(3_000, 12, rare=0.0)
    found = top_up(bins, batch, lambda conditions, count: other.head(count), LIMIT, np.random.default_rng(0))
    assert not (found.touched & (found.frame["ward"] == "rare")).any()
    assert standing(bins, found.frame).lacking <= standing(bins, batch.frame).lacking


@STEPS
def test_no_two_rows_share_a_key(bins: Bins, step: Step) -> None:
    """Keys of learned columns: of the batch's rows and the donors each is there once."""
    names = ["age", "cost"]
    frame = rows(N, 5, rare=0.0).drop_duplicates(names).dropna(subset=names).reset_index(drop=True)
    found = step(bins, replace(whole(frame), keys=(tuple(names),)), LIMIT)
    assert found.touched.any()
    assert not found.frame[names].dropna().duplicated().any()


def test_a_pool_that_has_no_free_key_changes_nothing(bins: Bins) -> None:
    batch = replace(lacking(), keys=(("weight",),))
    same = batch.frame
    found = reweigh(bins, batch, lambda count: same, LIMIT, np.random.default_rng(0))
    assert found is batch


def test_raked_rows_have_the_margins(bins: Bins) -> None:
    frame = rows(4_000, 9, rare=0.15)
    known = len(bins.profile.margins)
    tables = bins.of(frame)[:known]
    weights = rake(tables)
    assert weights.mean() == pytest.approx(1.0)
    assert weights.min() > 0
    assert weights.max() <= 2 * CAP
    for placed, counts in tables:
        share = np.bincount(placed, weights, minlength=len(counts)) / weights.sum()
        assert np.abs(share - counts / counts.sum()).sum() / 2 < 0.01


def test_a_bin_that_no_row_has_is_left_out_by_raking(bins: Bins) -> None:
    weights = rake(bins.of(lacking().frame))
    assert np.isfinite(weights).all()
    assert weights.mean() == pytest.approx(1.0)


def test_weighted_draws_go_by_weight_and_never_take_a_weightless_place() -> None:
    weights = np.array([0.0, 1.0, 4.0, 0.0, 4.0])
    random = np.random.default_rng(0)
    found = [drawn(weights, 1, random)[0] for _ in range(3_000)]
    counts = np.bincount(found, minlength=5)
    assert counts[[0, 3]].sum() == 0
    assert counts[2] / counts[1] == pytest.approx(4, rel=0.2)
    assert sorted(drawn(weights, 9, random)) == [1, 2, 4]


def test_rows_are_exchanged_place_by_place() -> None:
    batch, donors = whole(rows(6, 1)), rows(2, 2)
    found = exchange(batch, np.array([4, 1]), donors, SCHEMA)
    assert found.frame["weight"].iloc[[4, 1]].tolist() == donors["weight"].tolist()
    assert found.frame["key"].tolist() == batch.frame["key"].tolist()
    assert found.touched.tolist() == [False, True, False, False, True, False]


def test_an_honest_batch_is_short_of_little(bins: Bins) -> None:
    short = [len(standing(bins, rows(N, seed)).short) for seed in range(20, 40)]
    tests = sum(len(counts) for _, counts in bins.of(rows(10, 1)))
    assert np.mean(short) < 0.02 * tests
    told = standing(bins, rows(N, 5, rare=0.0))
    assert told.short[0].table < len(bins.profile.margins)
    assert told.told()["short_bins"] > 0
