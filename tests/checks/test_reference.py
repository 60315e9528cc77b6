"""How many rows are judged, and when there are too few."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from townspeople import people

from headwater.checks.prepared import Prepared
from headwater.checks.reference import JUDGE_ROWS_MAX, Reference
from headwater.checks.refusal import CannotJudgeError


def test_the_smallest_side_decides(judged_reference: Reference) -> None:
    """1,200 training rows, of which samples take half; 400 anchor rows."""
    assert judged_reference.judge_rows(10_000) == 400
    assert judged_reference.judge_rows(150) == 150
    few = dataclasses.replace(judged_reference, train=judged_reference.train.head(500))
    assert few.judge_rows(10_000) == 250
    assert JUDGE_ROWS_MAX == 20_000


@pytest.mark.parametrize("rows", [0, 1, 19])
def test_too_few_batch_rows(judged_reference: Reference, rows: int) -> None:
    with pytest.raises(CannotJudgeError, match=f"the batch has {rows} rows; at least 20 are needed"):
        judged_reference.judge_rows(rows)


def test_too_few_anchor_rows_say_how_many_are_needed(judged_reference: Reference) -> None:
    small = dataclasses.replace(judged_reference, anchor=people(10, 1))
    with pytest.raises(CannotJudgeError, match=r"the anchor has 10 rows; at least 20 .* about 100 real rows"):
        small.judge_rows(1_000)


def test_too_few_training_rows(judged_reference: Reference) -> None:
    small = dataclasses.replace(judged_reference, train=people(39, 1))
    with pytest.raises(CannotJudgeError, match="there are 39 training rows; at least 40 are needed"):
        small.judge_rows(1_000)


def test_ids_alone_cannot_be_judged(judged_reference: Reference) -> None:
    schema = judged_reference.schema.model_copy(update={"columns": judged_reference.schema.columns[:1]})
    with pytest.raises(CannotJudgeError, match="no column is learned"):
        dataclasses.replace(judged_reference, schema=schema).judge_rows(1_000)


def test_infinite_real_rows_are_refused(judged_reference: Reference) -> None:
    anchor = judged_reference.anchor.copy()
    anchor.loc[3, "height"] = np.inf
    with pytest.raises(CannotJudgeError, match="column 'height' holds 1 infinite values"):
        Prepared.of(dataclasses.replace(judged_reference, anchor=anchor), 300)
