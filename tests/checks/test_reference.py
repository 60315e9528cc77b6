"""Equal-size draws: seeded, without replacement, bounded."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from headwater.checks.reference import JUDGE_ROWS_MAX, REPEATS_MAX, Reference


def with_anchor(reference: Reference, rows: int) -> Reference:
    index = np.arange(rows) % len(reference.anchor)
    return dataclasses.replace(reference, anchor=reference.anchor.iloc[index].reset_index(drop=True))


@pytest.mark.parametrize(
    ("anchor", "batch", "rows", "repeats"),
    [
        (114, 5_000, 114, REPEATS_MAX),
        (114, 300, 114, 2),
        (114, 100, 100, 1),
        (400, 50, 50, 8),
        (900, 1_000_000, 900, 2),
        (6_500, 1_000_000, JUDGE_ROWS_MAX, 1),
    ],
)
def test_pairs_have_equal_sizes_and_bounded_repeats(
    reference: Reference, anchor: int, batch: int, rows: int, repeats: int
) -> None:
    pairs = with_anchor(reference, anchor).pairs(batch, "x")
    assert len(pairs) == repeats
    for real, made in pairs:
        assert len(set(real)) == len(set(made)) == rows
        assert max(real) < anchor
        assert max(made) < batch


def test_repeats_never_use_a_row_of_the_larger_side_twice(reference: Reference) -> None:
    drawn = np.concatenate([made for _, made in with_anchor(reference, 114).pairs(5_000, "x")])
    assert len(set(drawn)) == len(drawn) == 1_140


def test_the_seed_and_the_check_decide_the_draw(reference: Reference) -> None:
    first, again = reference.pairs(2_000, "x")[0][1], reference.pairs(2_000, "x")[0][1]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, reference.pairs(2_000, "y")[0][1])
    assert not np.array_equal(first, dataclasses.replace(reference, seed=8).pairs(2_000, "x")[0][1])


def test_some_rows_are_all_rows_where_they_are_few(reference: Reference) -> None:
    assert reference.some_rows(3, 5, "x").tolist() == [0, 1, 2]
    some = reference.some_rows(1_000, 10, "x")
    assert len(set(some)) == 10
    assert list(some) == sorted(some)


def test_the_encoder_is_fitted_once_and_kept_when_pretending(reference: Reference) -> None:
    assert reference.encoder is reference.encoder
    other = reference.pretend(pd.DataFrame(), reference.anchor, seed=1)
    assert other.encoder is reference.encoder
    assert (other.seed, other.floors) == (1, {})
