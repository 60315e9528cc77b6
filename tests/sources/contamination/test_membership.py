"""Which hashes are among others, which rows are new, and which hashes occur once."""

from __future__ import annotations

import numpy as np

from headwater.sources.contamination.membership import Sieve, alone, members, newcomers, places


def hashes(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def test_members_are_exact() -> None:
    random = np.random.default_rng(1)
    stack = random.integers(0, 2**63, 50_000, dtype=np.uint64)
    needles = np.concatenate([stack[:500], random.integers(0, 2**63, 20_000, dtype=np.uint64)])
    assert np.array_equal(members(needles, stack), np.isin(needles, stack))
    near = stack[:100] ^ np.uint64(1 << 60)  # the same low bits, another hash
    assert not members(near, stack).any()


def test_nothing_is_in_nothing() -> None:
    assert members(hashes(), hashes(1)).tolist() == []
    assert members(hashes(1), hashes()).tolist() == [False]


def test_a_sieve_lets_every_wanted_hash_through_and_few_others() -> None:
    random = np.random.default_rng(2)
    wanted = random.integers(0, 2**63, 10_000, dtype=np.uint64)
    sieve = Sieve(wanted)
    assert sieve.may_hold(wanted).all()
    assert sieve.may_hold(random.integers(0, 2**63, 100_000, dtype=np.uint64)).mean() < 0.08


def test_of_equal_rows_those_beyond_the_earlier_count_are_new() -> None:
    assert newcomers(hashes(7, 7, 8, 7, 9), hashes(7, 8, 8)).tolist() == [False, True, False, True, True]
    assert newcomers(hashes(), hashes(1)).tolist() == []
    assert newcomers(hashes(1, 1), hashes()).tolist() == [True, True]


def test_places_are_those_of_the_first_equal_hash() -> None:
    assert places(hashes(9, 5, 2, 5, 10), hashes(2, 5, 5, 9)).tolist() == [3, 1, 0, 1, -1]
    assert places(hashes(1), hashes()).tolist() == [-1]
    assert places(hashes(), hashes(1)).tolist() == []


def test_a_hash_that_occurs_twice_is_not_alone() -> None:
    assert alone(hashes(7, 7, 8, 7, 9)).tolist() == [False, False, True, False, True]
    assert alone(hashes()).tolist() == []
    assert alone(hashes(1)).tolist() == [True]
