"""Who decides, in the spec: roles with members; a question nobody could answer is refused; no batch changes by it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from tests.clinic import clinic_spec

from headwater.spec import DatasetSpec
from headwater.spec.decisions import Decisions

ROLES = {"steward": ["anna", "ben"], "risk": ["carla"]}


def test_by_default_whoever_airflow_lets_decides_about_batches_and_promotions_are_not_asked_about() -> None:
    decisions = Decisions()
    assert (decisions.allowed("release"), decisions.allowed("promotion")) == (None, None)
    assert (decisions.release.timeout_hours, decisions.release.four_eyes, decisions.promotion.required) == (
        12,
        False,
        False,
    )


def test_members_of_all_its_roles_may_answer() -> None:
    decisions = Decisions.model_validate(
        {"roles": ROLES, "release": {"by": ["steward", "risk"]}, "promotion": {"by": ["risk"], "required": True}}
    )
    assert decisions.allowed("release") == {"anna", "ben", "carla"}
    assert decisions.allowed("promotion") == {"carla"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"release": {"by": ["steward"]}}, "release is decided by 'steward', which is no role"),
        ({"roles": ROLES, "promotion": {"by": ["risks"]}}, "promotion is decided by 'risks', which is no role"),
        ({"roles": ROLES, "release": {"by": ["risk"], "four_eyes": True}}, "needs four eyes, and its roles have one"),
        ({"roles": {"steward": []}}, "at least 1 item"),
        ({"roles": {"Steward": ["anna"]}}, "pattern"),
        ({"roles": {"steward": [" anna"]}}, "spaces around it"),
        ({"roles": {"steward": ["an\x00na"]}}, "control characters"),
        ({"release": {"timeout_hours": 0}}, "greater than or equal to 1"),
        ({"release": {"timeout_hours": 721}}, "less than or equal to 720"),
        ({"release": {"required": True}}, "Extra inputs"),
        ({"approve": True}, "Extra inputs"),
    ],
)
def test_what_cannot_be_is_refused_with_a_cure(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Decisions.model_validate(wrong)


def test_who_decides_changes_no_batch(tmp_path: Any) -> None:
    given = clinic_spec(tmp_path / "clinic.csv")
    plain = DatasetSpec.model_validate(given)
    careful = DatasetSpec.model_validate({**given, "decisions": {"roles": ROLES, "release": {"by": ["risk"]}}})
    assert careful.sha256() == plain.sha256()
    assert "decisions" not in careful.model_dump(mode="json")
