"""Numbers that no real row has, by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from townspeople import crooked, people, sampled

from headwater.checks import foreign
from headwater.checks.foreign import Known
from headwater.checks.judge import Judge
from headwater.checks.prepared import Prepared
from headwater.checks.result import CheckResult
from headwater.checks.statistic import deviate, too_many


def found(judge: Judge, batch: pd.DataFrame) -> CheckResult:
    return judge.by_name(batch)["foreign.numbers"]


def test_known_values_by_hand() -> None:
    """Of five real rows 1 stands twice, 2 and 7 once; missing is no value."""
    known = Known.of(np.array([[1.0], [2.0], [np.nan]]), np.array([[1.0], [7.0]]))
    assert [values.tolist() for values in known.values] == [[1, 2, 7]]
    assert (known.alone.tolist(), known.rows) == ([2], 5)
    assert known.foreign(np.array([[1.0], [3.0], [np.nan], [8.0], [0.0], [-0.0]])).tolist() == [4]
    new = known.new_rows()
    assert (new.found.tolist(), new.rows.tolist()) == ([1], [2]), "halved"


def test_a_column_without_any_value_knows_none() -> None:
    known = Known.of(np.full((3, 1), np.nan))
    assert known.foreign(np.array([[np.nan], [1.0]])).tolist() == [1]


def test_deviate_by_hand(prepared: Prepared) -> None:
    batch = people(200, 5)
    batch["weight"] = batch["weight"] + 300
    sample = sampled(prepared, batch)
    known = prepared.counter.known
    counts = known.foreign(prepared.yardstick.code(batch).numbers)
    p = too_many(counts, np.ceil(known.alone / 2), 200.0, float(known.rows // 2))
    assert foreign.measure_exact(sample)["foreign.numbers"] == pytest.approx(deviate(p.min(), len(counts)))


def test_new_rows_have_few_new_values(nightly: Judge) -> None:
    result = found(nightly, crooked(2_000, 71))
    assert result.passed
    assert (result.n, result.limit_origin, result.severity) == (2_000, "exact", "critical")
    assert result.value <= result.limit


def test_values_that_no_real_row_has_are_foreign(nightly: Judge) -> None:
    """Sixty weights in another unit."""
    batch = crooked(2_000, 71)
    batch["weight"] = batch["weight"].where(batch.index >= 60, 10 * batch["weight"])
    result = found(nightly, batch)
    assert not result.passed
    assert 54 <= result.value <= 75, "some have no weight, and a few new rows have a value of their own"
    assert "rows of 2,000 hold a value of weight that no real row has; of rows of its generator" in result.sentence


def test_continuous_measurements_are_new_in_nearly_every_row_and_that_is_right(
    nightly: Judge, prepared: Prepared
) -> None:
    batch = crooked(2_000, 71)
    heights = prepared.counter.known.foreign(prepared.yardstick.code(batch).numbers)[0]
    assert heights > 1_000
    assert found(nightly, batch).passed


def test_without_numbers_there_is_nothing_to_look_at(prepared: Prepared) -> None:
    bare = dataclasses.replace(prepared, counter=dataclasses.replace(prepared.counter, known=Known((), np.zeros(0), 0)))
    assert foreign.watched(bare) == ()
    assert foreign.watched(prepared) == foreign.STATISTICS
