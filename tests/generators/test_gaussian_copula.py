"""What is particular to the SDV member; what all members keep is in ``test_members``."""

from __future__ import annotations

import numpy as np
import pytest
from generator_tables import mixed, numerical, table

from headwater.generators.errors import ModelFileError, SettingsError
from headwater.generators.copula.generator import VERSION, GaussianCopula
from headwater.generators.model_file import pack, unpack


def test_settings_reach_sdv_under_its_own_names() -> None:
    frame, schema = mixed(60)
    member = GaussianCopula(
        default_distribution="norm", numerical_distributions={"weight": "uniform", "always seven": "norm"}
    )
    member.fit(frame, schema, 1)
    assert member._synthesizer.default_distribution == "norm"
    assert member._synthesizer.numerical_distributions == {"c5": "uniform"}


@pytest.mark.parametrize("name", ["wieght", "group", "mail"])
def test_a_distribution_for_no_column_of_numbers_is_refused(name: str) -> None:
    frame, schema = mixed(30)
    with pytest.raises(SettingsError, match=f"names '{name}'; name a numerical or datetime column"):
        GaussianCopula(numerical_distributions={name: "norm"}).fit(frame, schema, 1)


def test_it_learns_correlation() -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    x = rng.normal(size=500)
    y = 0.9 * x + np.sqrt(1 - 0.81) * rng.normal(size=500)
    frame, schema = table([numerical("x"), numerical("y")], {"x": x, "y": y})
    made = GaussianCopula(default_distribution="norm").fit(frame, schema, 1).sample(4_000, 1)
    assert abs(made.corr().loc["x", "y"] - frame.corr().loc["x", "y"]) < 0.03


def test_a_file_of_another_sdv_is_refused() -> None:
    frame, schema = mixed(30)
    meta, arrays = unpack(GaussianCopula().fit(frame, schema, 1).save(), "gaussian_copula", VERSION)
    older = pack("gaussian_copula", VERSION, meta | {"sdv": "1.0.0"}, arrays)
    with pytest.raises(ModelFileError, match=r"made by SDV 1\.0\.0, here is SDV .*retrain"):
        GaussianCopula.load(older)
