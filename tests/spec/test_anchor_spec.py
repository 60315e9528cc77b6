"""The heading ``anchor``: its limits, and that a spec without it is the spec that it was."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from tests.clinic import CLINIC

from headwater.spec import DatasetSpec

PLAIN = {**CLINIC, "source": {"kind": "csv", "path": "clinic.csv"}}
BEFORE = "5bd6363c6f84957c70441c22146f223e8aa3fad65a87dd13e2c15e2cc2bc73eb"
"""What this spec's hash was before there was the heading."""


def test_a_spec_without_it_keeps_its_hash() -> None:
    plain = DatasetSpec.model_validate(PLAIN)
    same = DatasetSpec.model_validate({**PLAIN, "anchor": {"rows_min": 20, "age_max_days": 30}})
    other = DatasetSpec.model_validate({**PLAIN, "anchor": {"rows_min": 200}})
    assert "anchor" not in plain.model_dump(mode="json", by_alias=True)
    assert plain.sha256() == same.sha256() == BEFORE
    assert other.sha256() != plain.sha256()
    assert DatasetSpec.model_validate_json(other.canonical_json()) == other


@pytest.mark.parametrize("anchor", [{"rows_min": 19}, {"age_max_days": 0}, {"rows_min": "50"}, {"rows": 50}])
def test_limits_that_make_no_sense_are_refused(anchor: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="anchor"):
        DatasetSpec.model_validate({**PLAIN, "anchor": anchor})
