"""Exact conditional draws: against rejection from a large plain sample, and what they do where nothing can be met."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from generator_tables import categorical, mixed, numerical, table
from scipy import stats

from headwater.generators.copula.conditional import draw_where
from headwater.generators.copula.factor import factor
from headwater.generators.copula.generator import GaussianCopula
from headwater.tables.schema import TableSchema

INFINITE = np.inf
CORRELATION = np.array(
    [[1.0, 0.6, -0.3, 0.2], [0.6, 1.0, 0.1, 0.5], [-0.3, 0.1, 1.0, 0.4], [0.2, 0.5, 0.4, 1.0]],
)


NEAR = np.full((4, 4), 0.9) + 0.1 * np.eye(4)
"""So alike that a proposal is kept in 86 % of cases: draws that skip this step are told from exact ones."""


def _rng(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def _drawn(intervals: dict[int, Any], n: int, correlation: np.ndarray = CORRELATION) -> np.ndarray:
    given = {variable: np.array(one, dtype=np.float64) for variable, one in intervals.items()}
    return np.concatenate([np.zeros((len(correlation), 0)), *draw_where(correlation, given, n, _rng(4))], axis=1)


def _rejected(intervals: dict[int, Any], correlation: np.ndarray = CORRELATION) -> np.ndarray:
    plain = factor(correlation) @ _rng(9).standard_normal((4, 1_500_000))
    for variable, one in intervals.items():
        inside = np.zeros(plain.shape[1], dtype=bool)
        for low, high in one:
            inside |= (plain[variable] >= low) & (plain[variable] <= high)
        plain = plain[:, inside]
    return plain


CASES: list[tuple[np.ndarray, dict[int, Any]]] = [
    (CORRELATION, {1: [(1.0, 1.5)]}),
    (CORRELATION, {3: [(-INFINITE, -1.0), (0.2, 0.3), (2.0, INFINITE)]}),
    (CORRELATION, {0: [(1.0, INFINITE)], 2: [(-0.2, 0.4)], 3: [(-INFINITE, 0.0)]}),
    (CORRELATION, {0: [(-2.0, -1.0), (1.0, 2.0)], 1: [(-INFINITE, -0.5), (0.5, 0.8)], 3: [(0.0, 0.1), (0.9, 3.0)]}),
    (NEAR, {0: [(-1.0, 1.5)], 1: [(-1.0, 1.5)], 2: [(-1.0, 1.5)]}),
    (NEAR, {0: [(-INFINITE, 0.0)], 1: [(-0.5, INFINITE)]}),
    (NEAR, {0: [(-1.0, 0.0), (0.5, 1.0)], 1: [(-0.5, 0.6)], 2: [(-2.0, 0.2), (0.4, INFINITE)]}),
]


@pytest.mark.parametrize(("correlation", "intervals"), CASES)
def test_draws_are_those_of_rejection(correlation: np.ndarray, intervals: dict[int, Any]) -> None:
    expected, found = _rejected(intervals, correlation), _drawn(intervals, 20_000, correlation)
    assert found.shape == (4, 20_000)
    assert expected.shape[1] > 5_000
    for one in range(4):
        # Eight tests for each of seven cases, seeds fixed.
        assert stats.ks_2samp(found[one], expected[one]).pvalue > 0.001
    directions = _rng(2).standard_normal((4, 4))
    for direction in directions:
        assert stats.ks_2samp(direction @ found, direction @ expected).pvalue > 0.001


def test_a_point_leaves_the_conditional_normal() -> None:
    found = _drawn({0: [(1.2, 1.2)]}, 20_000)
    assert (found[0] == 1.2).all()
    for one in (1, 2, 3):
        rho = CORRELATION[0, one]
        assert stats.kstest(found[one], stats.norm(1.2 * rho, np.sqrt(1 - rho**2)).cdf).pvalue > 0.001


def test_points_and_intervals_together() -> None:
    found = _drawn({0: [(1.2, 1.2)], 1: [(-INFINITE, 0.0)]}, 20_000)
    mean, deviation = 0.72, 0.8
    law = stats.truncnorm(-np.inf, -mean / deviation, loc=mean, scale=deviation)
    assert stats.kstest(found[1], law.cdf).pvalue > 0.001


def test_a_variable_that_follows_from_another_is_checked() -> None:
    twins = np.ones((2, 2))
    found = _drawn({0: [(0.0, 1.0)], 1: [(0.5, 2.0)]}, 500, twins)
    assert found.shape == (2, 500)
    assert ((found[0] >= 0.5) & (found[0] <= 1.0)).all()
    assert _drawn({0: [(0.0, 0.0)], 1: [(0.5, 2.0)]}, 5, twins).shape == (2, 0)
    assert _drawn({0: [(0.3, 0.3)], 1: [(0.3, 0.3)]}, 5, twins).shape == (2, 5)


def test_more_combinations_than_can_be_enumerated_are_still_exact() -> None:
    comb = [(start, start + 0.1) for start in np.arange(-3.0, 3.0, 0.2)]
    found = _drawn({0: comb, 1: comb, 3: [(0.5, INFINITE)]}, 5_000)
    assert found.shape == (4, 5_000)
    expected = _rejected({0: comb, 1: comb, 3: [(0.5, INFINITE)]})
    assert stats.ks_2samp(found[0] + found[1], expected[0] + expected[1]).pvalue > 0.001


def test_many_rare_intervals_are_found() -> None:
    begin = np.linspace(-3.0, 3.0, 600)
    comb = np.column_stack((begin, begin + 1e-5))
    found = _drawn({1: comb}, 2_000)
    assert found.shape == (4, 2_000)
    # Each tooth is as likely as the density at it: the scores are a normal, cut off at the ends.
    assert stats.kstest(found[1], stats.truncnorm(-3.005, 3.005).cdf).pvalue > 0.001


Fitted = tuple[GaussianCopula, pd.DataFrame]


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """A member fitted to the mixed table, and many plain rows of it."""
    frame, schema = mixed(1_500)
    learned = [column.name for column in schema.learned]
    schema = TableSchema(columns=schema.learned)
    member = GaussianCopula().fit(frame[learned], schema, 1)
    return member, member.sample(400_000, 77)


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({"group": "c"}, lambda f: f["group"] == "c"),
        ({"price": None}, lambda f: f["price"].isna()),
        ({"born": ("1960-01-01", "2000-12-31")}, lambda f: f["born"].dt.year.between(1960, 2000)),
        (
            {"group": "b", "price": (5.0, 20.0), "open": False},
            lambda f: (f["group"] == "b") & f["price"].between(5.0, 20.0) & (f["open"] == False),  # noqa: E712
        ),
        (
            {"grade": (2, None), "colour": None, "weight": (60.0, 75.5)},
            lambda f: (f["grade"].astype(int) >= 2) & f["colour"].isna() & f["weight"].between(60.0, 75.5),
        ),
    ],
)
def test_rows_are_those_of_rejection(fitted: Fitted, conditions: dict[str, Any], holds: Any) -> None:
    member, plain = fitted
    expected = plain[holds(plain).fillna(False).to_numpy(dtype=bool)]
    found = member.sample_where(conditions, 8_000, 3)
    assert found.missing == 0
    assert holds(found.rows).all()
    assert len(expected) > 1_000
    for name in ("price", "weight", "gain", "born", "seen"):
        ours, theirs = found.rows[name], expected[name]
        shares = [[ours.isna().sum(), ours.notna().sum()], [theirs.isna().sum(), theirs.notna().sum()]]
        assert _same(np.array(shares))
        if ours.notna().any():
            pair = [part.dropna().astype("int64" if part.dtype.kind == "M" else "float64") for part in (ours, theirs)]
            assert stats.ks_2samp(*pair).pvalue > 0.001
    for name in ("group", "colour", "grade", "open"):
        counts = [
            part[name].astype("string").fillna("none").value_counts().astype(float) for part in (found.rows, expected)
        ]
        assert _same(pd.concat(counts, axis=1).fillna(0).to_numpy().T)


def _same(counts: np.ndarray) -> bool:
    """Whether two rows of counts are of one distribution, by chi-square at a level of .001."""
    counts = counts[:, counts.sum(axis=0) > 0]
    return counts.shape[1] < 2 or bool(stats.chi2_contingency(counts).pvalue > 0.001)


def test_equality_on_a_real_number_is_met_exactly(fitted: Fitted) -> None:
    member, plain = fitted
    value = float(plain["weight"].iloc[5])
    found = member.sample_where({"weight": value, "group": "a"}, 300, 1)
    assert (found.missing, set(found.rows["weight"])) == (0, {value})
    assert (found.rows["group"] == "a").all()


def test_a_rare_condition_is_drawn_directly() -> None:
    rng = _rng(8)
    rare = np.where(np.arange(25_000) < 10, "rare", rng.choice(["a", "b"], 25_000))
    columns = [categorical("kind", ("a", "b", "rare")), numerical("x"), numerical("whole", "integer")]
    values = {"kind": rare, "x": rng.normal(size=25_000), "whole": rng.integers(0, 50, 25_000)}
    frame, schema = table(columns, values)
    member = GaussianCopula(default_distribution="norm").fit(frame, schema, 1)
    # Of the 250,000 candidates that may be rejected for a thousand rows, six would do.
    found = member.sample_where({"kind": "rare", "whole": (10, 12)}, 1_000, 1)
    assert found.missing == 0
    assert (found.rows["kind"] == "rare").all()
    assert found.rows["whole"].between(10, 12).all()


def test_no_condition_and_no_rows(fitted: Fitted) -> None:
    member, _ = fitted
    assert len(member.sample_where({}, 25, 1).rows) == 25
    nothing = member.sample_where({"group": "a"}, 0, 1)
    assert (len(nothing.rows), nothing.missing) == (0, 0)
    with pytest.raises(ValueError, match="-2 rows"):
        member.sample_where({}, -2, 1)
