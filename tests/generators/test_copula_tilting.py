"""Truncated normals and the tilted proposal: figures against SciPy's, the bound against many draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from headwater.generators.copula.factor import correlated, factor
from headwater.generators.copula.tilting import tilted
from headwater.generators.copula.truncated import draw, log_mass


def test_the_log_mass_is_right_in_the_middle_and_in_both_tails() -> None:
    low = np.array([-1.0, -np.inf, 0.5, -9.0, 30.0, 2.0, 3.0])
    high = np.array([1.0, 0.0, np.inf, -8.0, 31.0, 2.0, 1.0])
    found = log_mass(low, high)
    expected = [np.log(0.6826894921370859), np.log(0.5), stats.norm.logsf(0.5), np.log(stats.norm.cdf(-8.0))]
    np.testing.assert_allclose(found[:4], expected, rtol=1e-3)
    np.testing.assert_allclose(found[:3], expected[:3], rtol=1e-12)
    np.testing.assert_allclose(found[4], stats.norm.logsf(30.0), rtol=1e-12)
    assert np.isneginf(found[5:]).all()


@pytest.mark.parametrize(("low", "high"), [(-1.0, 2.0), (-np.inf, -3.0), (6.0, np.inf), (0.1, 0.2), (40.0, 41.0)])
def test_draws_follow_the_truncated_normal(low: float, high: float) -> None:
    uniform = 1.0 - np.random.Generator(np.random.PCG64(3)).random(5_000)
    made = draw(np.full(5_000, low), np.full(5_000, high), uniform)
    assert ((made >= low) & (made <= high)).all()
    assert stats.kstest(made, stats.truncnorm(low, high).cdf).pvalue > 0.001


def test_the_factor_gives_the_matrix_back_even_where_a_column_follows_from_others() -> None:
    half = np.array([[1.0, 0.0], [0.6, 0.8], [0.6, 0.8], [0.0, 0.0]])
    matrix = half @ half.T
    lower = factor(matrix)
    np.testing.assert_allclose(lower @ lower.T, matrix, atol=1e-12)
    assert lower[2, 2] == 0
    noise = np.random.Generator(np.random.PCG64(1)).standard_normal((4, 7))
    np.testing.assert_allclose(correlated(lower, noise), lower @ noise, atol=1e-12)


def test_what_is_no_covariance_has_no_factor() -> None:
    with pytest.raises(ValueError, match="not positive semi-definite"):
        factor(np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]]))


def _box(low: list[float], high: list[float], rho: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = len(low)
    lower = factor(np.full((size, size), rho) + (1 - rho) * np.eye(size))
    scale = np.diag(lower)
    return lower / scale[:, None], np.array(low) / scale, np.array(high) / scale


BOXES = [
    ([1.0, -np.inf, 0.0], [2.0, -0.5, 0.3], 0.4),
    ([2.0, 2.0, 2.0, 2.0], [np.inf] * 4, -0.2),
    ([3.0, -4.0], [np.inf, -3.0], 0.9),
    ([-1.0] * 6, [1.5] * 6, 0.7),
]


@pytest.mark.parametrize(("low", "high", "rho"), BOXES)
def test_no_draw_breaks_the_bound_and_a_fair_part_is_kept(low: list[float], high: list[float], rho: float) -> None:
    box = tilted(*_box(low, high, rho))
    rng = np.random.Generator(np.random.PCG64(5))
    noise, kept = box.propose(20_000, rng)
    inside = box.unit @ noise
    assert (inside >= box.low[:, None] - 1e-9).all()
    assert (inside <= box.high[:, None] + 1e-9).all()
    ratio = np.zeros(20_000)
    for place, shift in enumerate(box.shift):
        before = box.unit[place, :place] @ noise[:place]
        ratio += log_mass(box.low[place] - before - shift, box.high[place] - before - shift)
        ratio += shift * (0.5 * shift - noise[place])
    assert ratio.max() <= box.bound
    assert kept.mean() > 0.15
    # The share kept is the box's probability by the bound: the test of the weights.
    probability = np.exp(ratio).mean()
    assert abs(kept.mean() - probability / np.exp(box.bound)) < 0.02


def test_an_empty_box_is_known_as_one() -> None:
    assert tilted(np.eye(2), np.array([0.0, 2.0]), np.array([1.0, 2.0])).bound == -np.inf
