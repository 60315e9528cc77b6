"""Limits from draws, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from headwater.checks.battery import STATISTICS
from headwater.checks.null import BEYOND_MAX, CONFIDENCE, LEAST, Honest, Null, draws_for, tail_quantile, upper_quantile

EXACT = [statistic.name for statistic in STATISTICS if statistic.is_exact]


@pytest.mark.parametrize(
    ("draws", "place"),
    [
        (20, 0),
        (298, 0),  # too few for any certainty: the largest there is
        (299, 0),  # .99^299 = .0495: the largest one will do
        (472, 0),
        (473, 1),  # .99^473 + 473 * .01 * .99^472 = .0498: the second largest
        (500, 1),
        (628, 2),
    ],
)
def test_the_upper_quantile_by_order_statistics(draws: int, place: int) -> None:
    values = np.random.default_rng(0).permutation(draws).astype(float)
    assert upper_quantile(values, 0.01) == draws - 1 - place


def test_a_rate_of_one_in_five_by_hand() -> None:
    """.8^14 = .044: the largest of 14."""
    assert upper_quantile(np.arange(14.0), 0.2) == 13
    assert upper_quantile(np.arange(22.0), 0.2) == 20  # .8^22 + 22 * .2 * .8^21 = .048


def test_the_tail_of_an_exponential_is_found() -> None:
    values = -np.log((np.arange(1_000) + 0.5) / 1_000)
    assert tail_quantile(values, 0.001) == pytest.approx(-np.log(0.001), rel=0.05)
    assert tail_quantile(values, 0.0001) == pytest.approx(-np.log(0.0001), rel=0.1)


def test_a_tail_is_not_carried_far() -> None:
    values = 1 / ((np.arange(100) + 0.5) / 100) ** 3
    most = values.max() + BEYOND_MAX * (values.max() - np.median(values))
    assert tail_quantile(values, 1e-9) == pytest.approx(most)


@pytest.mark.parametrize("values", [np.zeros(100), np.arange(20.0), np.array([1.0])])
def test_without_a_tail_the_largest_draw_stands_for_it(values: np.ndarray) -> None:
    assert tail_quantile(values, 0.001) == values.max()


@pytest.fixture(scope="module")
def null() -> Null:
    """Coverage of 400 draws: .9 give or take .01; spreads of one number."""
    draw = np.random.default_rng(1)
    found = {
        "neighbours.coverage": draw.normal(0.9, 0.01, (400, 1)),
        "column.spread": draw.normal(0.0, 0.1, (400, 2)),
        "fairness.rates": np.zeros((400, 0)),
    }
    return Null.of(STATISTICS, found, {"neighbours.coverage": np.array([0.02])}, widening=2.0, rate=0.01, seed=3)


def test_exact_statistics_need_no_draws(null: Null) -> None:
    assert set(null.statistics) == {"neighbours.coverage", "column.spread", *EXACT}
    own = norm.isf(0.01 / len(null.statistics))
    assert null.statistics["tail.sum"] == Honest(mean=(0.0,), sd=(1.0,), typical=0.0, limit=own)
    assert null.ratio("tail.sum", np.array([own])) == pytest.approx(1)


def test_one_row_is_no_fault(null: Null) -> None:
    """The spread is at least the grain; and wider by the widening where a statistic is not centred."""
    assert null.statistics["neighbours.coverage"].sd[0] == pytest.approx(0.02, rel=0.15)
    assert null.statistics["column.spread"].sd == pytest.approx((0.2, 0.2), rel=0.1)


def test_sides(null: Null) -> None:
    coverage, spread = null.statistics["neighbours.coverage"], null.statistics["column.spread"]
    low = np.array([coverage.mean[0] - 3 * coverage.sd[0]])
    assert null.score("neighbours.coverage", low) == pytest.approx(3)
    assert null.score("neighbours.coverage", np.array([1.0])) < 0
    both = np.array(spread.mean) + np.array(spread.sd) * [-3, 2]
    assert null.score("column.spread", both) == pytest.approx(3)
    assert null.worst("column.spread", both)[0] == 0


def test_the_limit_told_is_the_one_judged_by(null: Null) -> None:
    for name, bad in (("neighbours.coverage", np.array([0.1])), ("column.spread", np.array([0.0, 9.0]))):
        place, bound = null.worst(name, bad)
        at_limit = np.array(null.statistics[name].mean)
        at_limit[place] = bound.limit
        assert null.ratio(name, at_limit) == pytest.approx(null.family)
        assert bound.is_upper == (name == "column.spread")


def test_limits_keep_their_distance(null: Null) -> None:
    assert all(honest.limit - honest.typical >= LEAST for honest in null.statistics.values())


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), float("inf")])
def test_what_is_no_number_is_beyond_every_limit(null: Null, value: float) -> None:
    assert null.ratio("column.spread", np.array([0.0, value])) == float("inf")


def test_the_family_wise_rate_holds_on_the_draws(null: Null) -> None:
    assert 0.5 < null.family < 2


@pytest.mark.parametrize(
    ("rate", "draws"), [(0.2, 100), (0.05, 100), (0.03, 167), (0.01, 500), (0.004, 1_250), (1e-6, 2_000)]
)
def test_rarer_false_alarms_ask_for_more_draws(rate: float, draws: int) -> None:
    assert draws_for(rate) == draws


@pytest.mark.parametrize("rate", [0.2, 0.05, 0.01, 0.0025])
def test_so_many_draws_are_enough_for_certainty(rate: float) -> None:
    """Even the largest draw would be exceeded too often with less than 5 %."""
    assert (1 - rate) ** draws_for(rate) < 1 - CONFIDENCE
