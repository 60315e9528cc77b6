"""The frozen profile counts every training row once in each column and pair, and holds counts only."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.repair.conftest import SCHEMA, rows

from headwater.checks.refusal import CannotJudgeError
from headwater.repair.frozen import COARSE_MAX, PAIRS_MAX, Bins, FrozenProfile, freeze


def test_every_row_is_counted_once_in_each_column_and_pair(bins: Bins) -> None:
    profile = bins.profile
    assert profile.rows == 3_000
    assert [margin.column for margin in profile.margins] == [column.name for column in SCHEMA.learned]
    assert all(sum(margin.counts) == 3_000 for margin in profile.margins)
    assert 0 < len(profile.pairs) <= PAIRS_MAX
    assert all(sum(pair.counts) == 3_000 for pair in profile.pairs)


def test_the_training_rows_themselves_have_these_counts(bins: Bins) -> None:
    for placed, counts in bins.of(rows(3_000, 1)):
        assert np.array_equal(np.bincount(placed, minlength=len(counts)), counts)


def test_missing_values_have_the_last_bin(bins: Bins) -> None:
    frame = rows(3_000, 1)
    by_name = {margin.column: margin for margin in bins.profile.margins}
    for name in ("ward", "cost", "at"):
        assert by_name[name].counts[-1] == frame[name].isna().sum() > 0
    assert by_name["age"].counts[-1] == 0


def test_the_most_dependent_pair_comes_first(bins: Bins) -> None:
    names = [margin.column for margin in bins.profile.margins]
    first = bins.profile.pairs[0]
    assert {names[first.first], names[first.second]} == {"day", "at"}
    assert all(coarse.max() <= COARSE_MAX for coarse in bins.coarse)


def test_it_survives_json(bins: Bins) -> None:
    text = json.dumps(bins.profile.model_dump(mode="json"), allow_nan=False)
    assert FrozenProfile.model_validate(json.loads(text)) == bins.profile


def test_a_column_without_any_value_and_a_constant_one_are_no_fault() -> None:
    frame = rows(200, 2)
    frame["cost"] = np.nan
    frame["weight"] = 1.0
    found = Bins(freeze(frame, SCHEMA), SCHEMA)
    by_name = {margin.column: margin for margin in found.profile.margins}
    assert by_name["cost"].edges == ()
    assert by_name["cost"].counts == (0, 200)
    assert sum(by_name["weight"].counts) == 200


def test_a_value_that_is_no_category_is_refused(bins: Bins) -> None:
    frame = rows(50, 3).assign(ward="elsewhere")
    with pytest.raises(CannotJudgeError, match="ward"):
        bins.of(frame)
