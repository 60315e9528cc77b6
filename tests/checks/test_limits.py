"""The looser of spec and noise, and which of them it is."""

from __future__ import annotations

import pytest

from headwater.checks.limits import Limit, at_least, at_most
from headwater.checks.result import NoiseFloor

FLOOR = NoiseFloor(mean=0.8, sd=0.05, low=0.7, high=0.9, n=400, draws=100)


@pytest.mark.parametrize(
    ("limit", "wanted"),
    [
        (at_least(0.6, FLOOR, 400), Limit(0.6, "spec")),
        (at_least(0.75, FLOOR, 400), Limit(0.7, "noise_floor")),
        (at_least(0.75, None, 400), Limit(0.75, "spec")),
        (at_most(0.95, FLOOR, 400), Limit(0.95, "spec")),
        (at_most(0.85, FLOOR, 400), Limit(0.9, "noise_floor")),
        (at_most(0.85, None, 400), Limit(0.85, "spec")),
    ],
)
def test_a_limit_is_never_tighter_than_noise(limit: Limit, wanted: Limit) -> None:
    assert limit.value == pytest.approx(wanted.value)
    assert limit.origin == wanted.origin


def test_a_quarter_of_the_rows_is_granted_twice_the_noise() -> None:
    assert at_least(0.75, FLOOR, 100).value == pytest.approx(0.6)
    assert at_most(0.85, FLOOR, 100).value == pytest.approx(1.0)


def test_more_rows_than_the_floor_had_tighten_nothing() -> None:
    assert at_least(0.75, FLOOR, 40_000).value == pytest.approx(0.7)
