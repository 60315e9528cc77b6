"""What is particular to the Gaussian copula; what all members keep is in ``test_members``."""

from __future__ import annotations

import inspect
import logging

import numpy as np
import pandas as pd
import pytest
from generator_tables import mixed, numerical, table

from headwater.generators.copula import generator
from headwater.generators.copula.generator import DISTRIBUTIONS, GaussianCopula
from headwater.generators.errors import SettingsError

BRIDGES = {"metadata", "enforce_rounding", "locales"}
"""Settings of SDV that the bridge decides; the member's docstring says why."""


def test_every_setting_of_sdv_can_be_reached() -> None:
    """Fails when SDV adds or drops a setting: then decide whether it is the user's or the bridge's."""
    from sdv.single_table import GaussianCopulaSynthesizer

    theirs = set(inspect.signature(GaussianCopulaSynthesizer).parameters)
    ours = set(inspect.signature(GaussianCopula).parameters)
    assert theirs - BRIDGES == ours - {"fast"}
    assert set(DISTRIBUTIONS) == set(GaussianCopulaSynthesizer._DISTRIBUTIONS)
    for name in BRIDGES | {"fast"}:
        assert f"``{name}``" in str(GaussianCopula.__doc__) or f"{name}:" in str(GaussianCopula.__doc__)


def test_settings_reach_sdv_under_its_own_names() -> None:
    frame, schema = mixed(60)
    member = GaussianCopula(
        default_distribution="norm",
        numerical_distributions={"weight": "uniform", "born": "gamma", "always seven": "norm"},
        enforce_min_max_values=False,
        fast=False,
    )
    synthesizer = member.fit(frame, schema, 1)._synthesizer
    assert synthesizer.default_distribution == "norm"
    assert synthesizer.numerical_distributions == {"c5": "uniform", "c10": "gamma"}
    assert synthesizer.enforce_min_max_values is False


def test_distributions_of_columns_change_the_compiled_rows() -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    frame, schema = table([numerical("x")], {"x": rng.gamma(0.5, 2.0, 400)})
    made = {
        one: GaussianCopula(numerical_distributions={"x": one}).fit(frame, schema, 1).sample(4_000, 1)["x"].median()
        for one in ("uniform", "beta")
    }
    assert made["uniform"] > 2 * made["beta"]


@pytest.mark.parametrize("name", ["wieght", "group", "mail"])
def test_a_distribution_for_no_column_of_numbers_is_refused(name: str) -> None:
    frame, schema = mixed(30)
    with pytest.raises(SettingsError, match=f"names '{name}'; name a numerical or datetime column"):
        GaussianCopula(numerical_distributions={name: "norm"}).fit(frame, schema, 1)


@pytest.mark.parametrize("name", ["fast", "enforce_min_max_values"])
def test_a_switch_is_true_or_false(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is true or false, not 'no'"):
        GaussianCopula(**{name: "no"})  # type: ignore[arg-type]


def test_it_learns_correlation() -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    x = rng.normal(size=500)
    y = 0.9 * x + np.sqrt(1 - 0.81) * rng.normal(size=500)
    frame, schema = table([numerical("x"), numerical("y")], {"x": x, "y": y})
    made = GaussianCopula(default_distribution="norm").fit(frame, schema, 1).sample(4_000, 1)
    assert abs(made.corr().loc["x", "y"] - frame.corr().loc["x", "y"]) < 0.03


def test_before_the_fit_nothing_is_compiled() -> None:
    member = GaussianCopula()
    assert (member.compiled, member.fallback_reason) == (False, None)


def test_what_cannot_be_compiled_is_sampled_by_sdv_and_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from copulas.univariate import StudentTUnivariate
    from sdv.single_table import GaussianCopulaSynthesizer

    known = GaussianCopulaSynthesizer._DISTRIBUTIONS | {"uniform": StudentTUnivariate}
    monkeypatch.setattr(GaussianCopulaSynthesizer, "_DISTRIBUTIONS", known)
    frame, schema = mixed(80)
    with caplog.at_level(logging.WARNING, logger=generator.__name__):
        member = GaussianCopula(numerical_distributions={"weight": "uniform", "gain": "uniform"}).fit(frame, schema, 1)
    reason = (
        "column 'weight': the distribution StudentTUnivariate has no table; "
        "column 'gain': the distribution StudentTUnivariate has no table"
    )
    assert (member.compiled, member.fallback_reason) == (False, reason)
    assert [record.getMessage() for record in caplog.records] == [
        f"gaussian_copula samples by SDV, slowly, because it cannot be compiled: {reason}"
    ]
    pd.testing.assert_frame_equal(member.sample(50, 3), member.sample(50, 3))
    again = GaussianCopula.load(member.save())
    assert again.fallback_reason == reason
    pd.testing.assert_frame_equal(again.sample(50, 3), member.sample(50, 3))


def test_sdvs_sampler_meets_conditions_by_bounded_rejection() -> None:
    member = GaussianCopula(fast=False).fit(*mixed(200), seed=1)
    found = member.sample_where({"group": "b", "open": False}, 30, 1)
    assert found.missing == 0
    assert (found.rows["group"] == "b").all()
    assert member.sample_where({"colour": "green"}, 7, 1).missing == 7
    assert member.sample(0, 1).dtypes.equals(found.rows.dtypes)
