"""Finding generators by name, and what a wrong name or setting gets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from generator_tables import mixed

from headwater.generators import registry
from headwater.generators.errors import SettingsError
from headwater.generators.trees.generator import Trees


def test_built_in_names_lead_to_their_classes() -> None:
    made = registry.create("trees", {"leaf": 7, "smoothing": False})
    assert isinstance(made, Trees)
    assert (made.leaf, made.smoothing, made.order) == (7, False, "data")
    for kind in registry.BUILT_IN:
        assert registry.find(kind).kind == kind


def test_a_users_own_class_is_found_by_its_path() -> None:
    made = registry.create("headwater.generators.trees.generator:Trees", {})
    frame, schema = mixed(40)
    data = made.fit(frame, schema, 1).save()
    again = registry.load("headwater.generators.trees.generator:Trees", data)
    assert again.sample(5, 1).equals(made.sample(5, 1))


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("tree", "no generator kind 'tree'; did you mean 'trees'"),
        ("copula", "use one of copula_gan, ctgan, .*, or package.module:Class"),
        ("", "no generator kind ''"),
        ("no.such:Thing", "cannot be imported .*on PYTHONPATH"),
        ("headwater.generators.trees.generator:Tree", "has no class 'Tree'"),
        ("headwater.generators.seeding:Block", "lacks fit, sample"),
        (":Trees", "no generator kind ':Trees'"),
    ],
)
def test_an_unknown_kind_says_what_would_do(kind: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        registry.create(kind, {})


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        ("trees", {"leaves": 3}, "no setting 'leaves'; did you mean 'leaf'.*it takes: leaf, order, pruning"),
        ("trees", {"leaf": 0}, "leaf is the fewest real rows in a leaf, a whole number from 1, not 0"),
        ("trees", {"leaf": True}, "not True"),
        ("trees", {"leaf": 2.5}, "not 2.5"),
        ("trees", {"smoothing": "yes"}, "smoothing is true or false, not 'yes'"),
        ("trees", {"order": "random"}, "order is one of data, spec, not 'random'"),
        ("gaussian_copula", {"default_distribution": "cauchy"}, "default_distribution is one of norm, .*not 'cauchy'"),
        ("gaussian_copula", {"numerical_distributions": {"x": "b"}}, r"numerical_distributions\['x'\] is one of"),
        ("gaussian_copula", {"numerical_distributions": ["x"]}, "maps column names to distributions"),
        ("gaussian_copula", {"enforce_rounding": True}, "no setting 'enforce_rounding'"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(kind: str, settings: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        registry.create(kind, settings)


def test_asking_for_a_kind_imports_nothing_heavy() -> None:
    program = (
        "import sys; from headwater.generators import registry, seeding, errors\n"
        "registry.BUILT_IN, seeding.shards(10**6, 4)\n"
        "print([name for name in ('pandas', 'numpy', 'sklearn', 'sdv', 'faker', 'pyarrow') if name in sys.modules])"
    )
    include = str(Path(__file__).parents[2] / "include")
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": include}
    )
    assert ran.stdout.strip() == "[]"


def test_making_a_member_imports_no_sdv() -> None:
    program = (
        "import sys; from headwater.generators.registry import create\n"
        "create('trees', {}), create('gaussian_copula', {})\n"
        "print([name for name in ('sklearn', 'sdv', 'rdt', 'faker', 'torch') if name in sys.modules])"
    )
    include = str(Path(__file__).parents[2] / "include")
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": include}
    )
    assert ran.stdout.strip() == "[]"
