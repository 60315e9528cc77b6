"""The statistics of the choice, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.generators.ensemble.evidence import Discrimination, discriminate, gain, stacked_weights


def test_the_weights_of_a_known_mixture_are_found() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    is_first = rng.random(20_000) < 0.7
    values = np.where(is_first, rng.normal(0, 1, 20_000), rng.normal(3, 1, 20_000))
    densities = np.stack([np.exp(-((values - centre) ** 2) / 2) for centre in (0.0, 3.0, 50.0)])
    real = 0.7 * densities[0] + 0.3 * densities[1]
    with np.errstate(divide="ignore"):
        found = stacked_weights(np.log(real) - np.log(np.maximum(densities, 1e-300)))
    assert found == pytest.approx([0.7, 0.3, 0.0], abs=0.01)
    assert found[2] == 0


def test_a_member_that_is_the_real_density_gets_all() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    assert stacked_weights(np.stack([np.zeros(500), 2.0 + rng.random(500)])).tolist() == [1.0, 0.0]


def test_a_discrimination_by_hand() -> None:
    # Real rows score 3 and 1, made rows 2 and 1: above them are (2 + 1.5 ties) of 4 pairs... 1 > none, ties one.
    found = Discrimination(auc=0.625, real=np.array([1.0, 0.25]), made=np.array([0.5, 0.75]))
    assert found.distance == 0.125
    better, error = gain(found, Discrimination(auc=0.4, real=np.array([0.5, 0.3]), made=np.array([0.4, 0.4])))
    # Below chance counts as chance. Paired differences of real: (.5, -.05); made rows: (.5, .75) and no spread.
    assert better == pytest.approx(0.125)
    assert error == pytest.approx((0.55**2 / 4 + 0.25**2 / 4) ** 0.5)


def test_the_parts_of_a_test_average_to_its_auc() -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    real, made = rng.normal(0.5, 1, (600, 2)).astype(np.float32), rng.normal(0, 1, (1_200, 2)).astype(np.float32)
    found = discriminate(real, made, seed=1)
    assert found.auc == pytest.approx(found.real.mean()) == pytest.approx(found.made.mean())
    assert 0.6 < found.auc < 0.75
