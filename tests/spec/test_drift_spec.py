"""``schedule.drift``: its default, switching it off, and that a spec without it is the spec it was."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from tests.clinic import CLINIC

from headwater.spec import DatasetSpec

SOURCE = {"kind": "csv", "path": "clinic.csv"}


def spec(**schedule: Any) -> DatasetSpec:
    return DatasetSpec.model_validate({**CLINIC, "source": SOURCE, "schedule": schedule})


def test_the_source_is_looked_at_every_night_and_the_hash_is_as_it_was() -> None:
    assert spec().schedule.drift == "45 1 * * *"
    assert '"drift"' not in spec().canonical_json()
    assert spec(drift="45 1 * * *").sha256() == spec().sha256()


@pytest.mark.parametrize("off", [None, "", "  "])
def test_null_or_empty_switches_it_off_and_stays_off(off: str | None) -> None:
    found = spec(drift=off)
    assert found.schedule.drift is None
    assert found.sha256() == spec(drift=None).sha256() != spec().sha256()
    assert DatasetSpec.model_validate_json(found.canonical_json()) == found


def test_another_hour_is_kept() -> None:
    found = spec(drift="0 5 * * 1")
    assert found.sha256() != spec().sha256()
    assert DatasetSpec.model_validate_json(found.canonical_json()) == found


@pytest.mark.parametrize("wrong", ["nightly", "0 25 * * *", "* * * *", 5, True])
def test_nonsense_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError, match="drift"):
        spec(drift=wrong)
