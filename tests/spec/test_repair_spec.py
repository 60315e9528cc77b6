"""The heading ``repair``: bounds, and the hash of a spec that does not name it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from tests.clinic import clinic_spec

from headwater.checks.null import LOOKS_MAX
from headwater.spec import DatasetSpec
from headwater.spec.repair import Repair


def spec(**changes: Any) -> DatasetSpec:
    return DatasetSpec.model_validate(clinic_spec(Path("clinic.csv"), **changes))


def test_what_is_not_named_changes_no_batch() -> None:
    assert spec().sha256() == spec(repair={}).sha256() == spec(repair={"attempts": 3}).sha256()
    assert spec(repair={"attempts": 2}).sha256() != spec().sha256()


@pytest.mark.parametrize("bad", [{"attempts": 4}, {"attempts": -1}, {"rows_share": 0.0}, {"rows_share": 0.6}])
def test_bounds(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(bad))):
        spec(repair=bad)


def test_every_attempt_has_a_limit_of_its_own() -> None:
    with pytest.raises(ValidationError):
        Repair(attempts=LOOKS_MAX)
    assert Repair(attempts=LOOKS_MAX - 1).attempts == LOOKS_MAX - 1
