"""Settings of the neural members: all of SDV's, under its names, and what a wrong one gets."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from generator_tables import mixed

from headwater.generators import registry
from headwater.generators.errors import SettingsError
from headwater.generators.neural.settings import DISTRIBUTIONS

SYNTHESIZERS = {"ctgan": "CTGANSynthesizer", "tvae": "TVAESynthesizer", "copula_gan": "CopulaGANSynthesizer"}
KINDS = tuple(SYNTHESIZERS)
# Not settings of a candidate: see the docstring of Neural.
OWNED = {"metadata", "enforce_rounding", "locales", "verbose", "enable_gpu"}
OURS = {"time_budget_seconds", "max_categories", "match_shares"}


def sdv_parameters(kind: str) -> dict[str, inspect.Parameter]:
    import sdv.single_table

    return dict(inspect.signature(getattr(sdv.single_table, SYNTHESIZERS[kind])).parameters)


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_of_sdv_is_offered(kind: str) -> None:
    offered = set(inspect.signature(registry.find(kind)).parameters)
    assert offered == (set(sdv_parameters(kind)) - OWNED) | OURS


@pytest.mark.parametrize("kind", KINDS)
def test_defaults_are_those_of_sdv(kind: str) -> None:
    parameters = sdv_parameters(kind)
    member = registry.create(kind, {})
    # None and {} mean the same, and None means beta.
    same = {"numerical_distributions": {}, "default_distribution": "beta"}
    for name in set(parameters) - OWNED:
        assert getattr(member, name) == same.get(name, parameters[name].default)


def test_the_distributions_are_those_of_sdv() -> None:
    from sdv.single_table import GaussianCopulaSynthesizer

    assert set(DISTRIBUTIONS) == set(GaussianCopulaSynthesizer._DISTRIBUTIONS)


GAN = {
    "epochs": 1,
    "batch_size": 12,
    "embedding_dim": 5,
    "generator_dim": [7, 6],
    "discriminator_dim": [4],
    "generator_lr": 0.001,
    "generator_decay": 0.0,
    "discriminator_lr": 0.002,
    "discriminator_decay": 1,
    "discriminator_steps": 2,
    "log_frequency": False,
    "pac": 3,
    "enforce_min_max_values": False,
}
VAE = {
    "epochs": 2,
    "batch_size": 7,
    "embedding_dim": 5,
    "compress_dims": [6],
    "decompress_dims": [5, 4],
    "l2scale": 0,
    "loss_factor": 3,
    "enforce_min_max_values": False,
}
COPULA = {"default_distribution": "norm", "numerical_distributions": {"weight": "uniform", "always seven": "norm"}}


@pytest.mark.parametrize(("kind", "settings"), [("ctgan", GAN), ("tvae", VAE), ("copula_gan", GAN | COPULA)])
def test_every_setting_reaches_sdv(kind: str, settings: dict[str, Any]) -> None:
    assert set(settings) == set(sdv_parameters(kind)) - OWNED
    member: Any = registry.create(kind, settings).fit(*mixed(30), seed=1)
    asked = {name: tuple(one) if isinstance(one, list) else one for name, one in settings.items()}
    # By SDV's names, and a constant column has no distribution.
    if kind == "copula_gan":
        asked["numerical_distributions"] = {"c5": "uniform"}
    assert {name: getattr(member._synthesizer, name) for name in settings} == asked
    assert not member._synthesizer.enable_gpu
    assert not member._synthesizer.enforce_rounding
    assert member.epochs_trained == settings["epochs"]


@pytest.mark.parametrize("name", ["wieght", "group", "mail"])
def test_a_distribution_for_no_column_of_numbers_is_refused(name: str) -> None:
    member = registry.create("copula_gan", {"numerical_distributions": {name: "norm"}})
    with pytest.raises(SettingsError, match=f"names '{name}'; name a numerical or datetime column"):
        member.fit(*mixed(30), seed=1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs is a whole number from 1, not 0; correct it"),
        ({"epochs": -3}, "epochs is a whole number from 1, not -3"),
        ({"epochs": 2.5}, "epochs .* not 2.5"),
        ({"epochs": True}, "epochs .* not True"),
        ({"epochs": "300"}, "epochs .* not '300'"),
        ({"batch_size": 0}, "batch_size is a whole number from"),
        ({"embedding_dim": 0}, "embedding_dim is a whole number from 1"),
        ({"time_budget_seconds": 0}, "time_budget_seconds is a number above 0, not 0"),
        ({"time_budget_seconds": -1.5}, "time_budget_seconds is a number above 0, not -1.5"),
        ({"time_budget_seconds": float("inf")}, "time_budget_seconds .* not inf"),
        ({"time_budget_seconds": "1h"}, "time_budget_seconds .* not '1h'; correct it"),
        ({"max_categories": 1}, "max_categories is a whole number from 2"),
        ({"match_shares": "yes"}, "match_shares is true or false, not 'yes'"),
        ({"enforce_min_max_values": 1}, "enforce_min_max_values is true or false"),
        ({"epoch": 3}, "no setting 'epoch'; did you mean 'epochs'"),
        ({"enable_gpu": True}, "no setting 'enable_gpu'"),
        ({"cuda": True}, "no setting 'cuda'"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(kind: str, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        registry.create(kind, settings)


@pytest.mark.parametrize("kind", ["ctgan", "copula_gan"])
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"batch_size": 505}, r"batch_size is a multiple of 2 and of pac \(10\), not 505; use 500"),
        ({"batch_size": 502}, "not 502; use 500"),
        ({"batch_size": 500, "pac": 7}, "not 500; use 504, or another pac"),
        ({"batch_size": 2}, "not 2; use 10"),
        ({"pac": 0}, "pac is a whole number from 1"),
        ({"generator_dim": []}, r"generator_dim is a list .* not \[\]; write it as \[256, 256\]"),
        ({"discriminator_dim": [256, 0]}, "discriminator_dim is a list"),
        ({"generator_dim": 256}, "generator_dim is a list .* not 256"),
        ({"discriminator_dim": ["256"]}, "discriminator_dim is a list"),
        ({"generator_lr": 0}, "generator_lr is a number above 0"),
        ({"discriminator_lr": float("nan")}, "discriminator_lr is a number above 0, not nan"),
        ({"generator_lr": "2e-4"}, "not '2e-4'; write it as 2.0e-04"),
        ({"generator_decay": -1e-6}, "generator_decay is a number from 0"),
        ({"discriminator_decay": None}, "discriminator_decay is a number from 0, not None"),
        ({"discriminator_steps": 0}, "discriminator_steps is a whole number from 1"),
        ({"log_frequency": "true"}, "log_frequency is true or false"),
    ],
)
def test_a_wrong_setting_of_the_gans_is_named(kind: str, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        registry.create(kind, settings)


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        ("tvae", {"compress_dims": []}, "compress_dims is a list"),
        ("tvae", {"decompress_dims": [0]}, "decompress_dims is a list"),
        ("tvae", {"l2scale": -1}, "l2scale is a number from 0"),
        ("tvae", {"loss_factor": 0}, "loss_factor is a number above 0"),
        ("tvae", {"pac": 10}, "no setting 'pac'"),
        ("copula_gan", {"default_distribution": "cauchy"}, "default_distribution is one of norm, .*not 'cauchy'"),
        ("copula_gan", {"default_distribution": None}, "default_distribution is one of"),
        ("copula_gan", {"numerical_distributions": {"x": "b"}}, r"numerical_distributions\['x'\] is one of"),
        ("copula_gan", {"numerical_distributions": ["x"]}, "maps column names to distributions; write one line"),
    ],
)
def test_a_wrong_setting_of_one_member_is_named(kind: str, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        registry.create(kind, settings)


def test_making_a_neural_member_imports_nothing_heavy() -> None:
    program = (
        "import sys; from headwater.generators.registry import create\n"
        "create('ctgan', {}), create('tvae', {}), create('copula_gan', {})\n"
        "print([name for name in ('torch', 'ctgan', 'sdv', 'rdt', 'sklearn', 'joblib') if name in sys.modules])"
    )
    include = str(Path(__file__).parents[2] / "include")
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": include}
    )
    assert ran.stdout.strip() == "[]"
