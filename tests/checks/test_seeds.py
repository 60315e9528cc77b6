"""Every draw follows from the seed and its name."""

from __future__ import annotations

from headwater.checks.seeds import rng, state


def test_the_same_seed_and_name_draw_the_same() -> None:
    assert rng(3, "coverage", 1).random() == rng(3, "coverage", 1).random()
    assert state(3, "coverage") == state(3, "coverage")


def test_another_seed_name_or_number_draws_otherwise() -> None:
    draws = {rng(*labels).random() for labels in ((3, "a"), (4, "a"), (3, "b"), (3, "a", 1), (3, "a1"))}
    assert len(draws) == 5


def test_a_state_fits_scikit_learn() -> None:
    assert all(0 <= state(seed, "x") < 2**31 for seed in range(200))
