"""The classifier two-sample test on rows that are the same, different, and in between."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.checks.joint import two_sample_auc

NONE = np.zeros(1, dtype=bool)


def normal(rows: int, seed: int, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, 1, (rows, 1))


def test_the_same_kind_cannot_be_told() -> None:
    assert two_sample_auc(normal(2_000, 1), normal(2_000, 2), NONE, 0) == pytest.approx(0.5, abs=0.03)


def test_rows_apart_are_told_nearly_always() -> None:
    assert two_sample_auc(normal(400, 1), normal(400, 2, 20), NONE, 0) > 0.99


def test_a_shift_by_its_known_auc() -> None:
    """Two normals one standard deviation apart: Phi(1 / sqrt 2) = .760, and a model does not reach it."""
    found = two_sample_auc(normal(2_000, 1), normal(2_000, 2, 1), NONE, 0)
    assert 0.70 < found < 0.77


def test_rows_that_cannot_be_told_apart_at_all_are_half() -> None:
    constant = np.zeros((100, 1))
    assert two_sample_auc(constant, constant, NONE, 0) == 0.5
    nothing = np.full((100, 1), np.nan)
    assert two_sample_auc(nothing, nothing, NONE, 0) == 0.5


def test_sizes_may_differ_and_the_seed_decides() -> None:
    real, made = normal(300, 1), normal(101, 2)
    assert two_sample_auc(real, made, NONE, 3) == two_sample_auc(real, made, NONE, 3)
