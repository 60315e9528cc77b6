"""Pairs of equal rows, by hand and by simulation."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from headwater.checks.collisions import Collisions, chance
from headwater.checks.statistic import too_many


def rows(*times: int) -> np.ndarray:
    """So many rows of each kind."""
    return np.repeat(np.arange(len(times), dtype=np.uint64), times)


def test_pairs_and_triples_by_hand() -> None:
    found = Collisions.among(rows(1, 1, 2, 3, 5))
    assert found == Collisions(rows=12, pairs=1 + 3 + 10, triples=1 + 10)
    assert found.all_pairs == comb(12, 2)
    assert found.expected(12) == pytest.approx(14)
    assert found.expected(120) == pytest.approx(14 / comb(12, 2) * comb(120, 2))


def test_rows_that_all_differ_leave_the_exact_test() -> None:
    """Three pairs among 1,000 rows where 4,000 honest rows have none."""
    honest, found = Collisions.among(rows(*[1] * 4_000)), Collisions(1_000, 3, 0)
    wanted = too_many(np.array([3.0]), np.array([0.0]), comb(1_000, 2), comb(4_000, 2))[0]
    assert chance(found, honest) == pytest.approx(wanted)
    assert wanted == pytest.approx((comb(1_000, 2) / (comb(1_000, 2) + comb(4_000, 2))) ** 3)
    assert chance(Collisions(1_000, 0, 0), honest) == 1


def test_the_variance_is_that_of_fresh_samples() -> None:
    """Of a table in which a few kinds of rows are common."""
    draw = np.random.default_rng(1)
    shares = 1 / np.arange(1, 401) ** 1.2
    shares /= shares.sum()
    samples = [Collisions.among(draw.choice(400, 500, p=shares).astype(np.uint64)) for _ in range(800)]
    spread = np.var([sample.pairs / sample.all_pairs for sample in samples])
    large = Collisions.among(draw.choice(400, 100_000, p=shares).astype(np.uint64))
    assert large.variance(500) == pytest.approx(spread, rel=0.15)
    assert large.expected(500) == pytest.approx(np.mean([sample.pairs for sample in samples]), rel=0.03)


@pytest.mark.parametrize("kinds", [300, 20_000, 10**9], ids=["crowds", "pairs", "hardly any"])
@pytest.mark.parametrize("size", [1_000, 20_000])
def test_honest_rows_are_blamed_no_more_often_than_they_may_be(kinds: int, size: int) -> None:
    """Held against a baseline of another size; kinds of uneven shares."""
    draw = np.random.default_rng([kinds, size])

    def sample(count: int) -> Collisions:
        return Collisions.among((kinds * draw.random(count) ** 1.5).astype(np.uint64))

    found = np.array([chance(sample(size), sample(5_000)) for _ in range(400)])
    assert (found < 0.05).mean() <= 0.08
    assert (found < 0.01).mean() <= 0.025


@pytest.mark.parametrize(("kinds", "copied"), [(10**9, 1_000), (20_000, 25_000)], ids=["rare", "common"])
def test_copied_rows_are_found_in_a_large_batch(kinds: int, copied: int) -> None:
    """One in a hundred where rows hardly ever equal each other, one in four where they often do by nature."""
    draw = np.random.default_rng(kinds)
    honest = Collisions.among(draw.integers(0, kinds, 20_000).astype(np.uint64))
    batch = draw.integers(0, kinds, 100_000).astype(np.uint64)
    assert chance(Collisions.among(batch), honest) > 0.01
    batch[:copied] = batch[copied : 2 * copied]
    assert chance(Collisions.among(batch), honest) < 1e-4


def test_the_interval_holds_the_pairs_and_is_wide_where_rows_crowd() -> None:
    few, crowded = Collisions(1_000, 3, 0), Collisions.among(rows(40, *[1] * 960))
    low, high = few.interval()
    assert low < 3 < high
    low, high = crowded.interval()
    assert low < crowded.pairs < high
    assert high - low > 300
