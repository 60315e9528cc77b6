"""The heading ``training``: defaults, limits, and that a spec without it is the spec it was."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from tests.clinic import CLINIC

from headwater.spec import DatasetSpec
from headwater.spec.training import Training

SOURCE = {"kind": "csv", "path": "clinic.csv"}


def spec(**training: object) -> DatasetSpec:
    return DatasetSpec.model_validate({**CLINIC, "source": SOURCE, **({"training": training} if training else {})})


def test_the_default_trains_on_real_rows_only() -> None:
    assert spec().training == Training(
        real_share_min=0.618, synthetic_share=0.0, accumulate=True, max_depth=1, leak_share_max=0.05
    )


def test_defaults_leave_the_hash_as_it_was_and_changes_do_not() -> None:
    assert "training" not in spec().canonical_json()
    assert spec(max_depth=1).sha256() == spec().sha256()
    changed = spec(synthetic_share=0.2)
    assert changed.sha256() != spec().sha256()
    assert DatasetSpec.model_validate_json(changed.canonical_json()) == changed


def test_a_policy_below_its_floor_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"synthetic_share 0\.4 leaves 0\.6 for real rows, below real_share_min"):
        spec(synthetic_share=0.4)
    assert spec(synthetic_share=0.4, real_share_min=0.6).training.synthetic_share == 0.4
    assert spec(synthetic_share=0.38).training.synthetic_share == 0.38


@pytest.mark.parametrize(
    "wrong",
    [
        {"real_share_min": 0.0},
        {"real_share_min": 1.1},
        {"synthetic_share": 1.0},
        {"synthetic_share": -0.1},
        {"max_depth": 0},
        {"max_depth": 1.5},
        {"accumulate": "yes"},
        {"leak_share_max": float("nan")},
        {"real_share": 0.5},
    ],
)
def test_nonsense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        spec(**wrong)
