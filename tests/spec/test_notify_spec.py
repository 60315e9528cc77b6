"""The heading ``notify``: receivers, what is refused, and that nobody's batch changes with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.clinic import clinic_spec

from headwater.spec import DatasetSpec, SpecError, load_spec
from headwater.spec.notify import FACTS

SLACK = {"kind": "slack", "connection": "slack_ops", "channel": "#data", "about": ["quarantined", "late"]}
EMAIL = {"kind": "email", "connection": "smtp_default", "to": ["ops@example.org"]}
WEBHOOK = {"kind": "webhook", "connection": "ops_hook"}
SECRET = "https://hooks.slack.example/services/T0/B0/s3cret"


def spec(*receivers: dict[str, Any]) -> DatasetSpec:
    return DatasetSpec.model_validate(clinic_spec(Path("clinic.csv"), notify=list(receivers)))


def problem(tmp_path: Path, *receivers: dict[str, Any]) -> str:
    path = tmp_path / "clinic.yaml"
    path.write_text(yaml.safe_dump(clinic_spec(Path("clinic.csv"), notify=list(receivers))))
    with pytest.raises(SpecError) as refused:
        load_spec(path)
    return str(refused.value)


def test_receivers_and_what_they_are_told_of() -> None:
    found = spec(SLACK, EMAIL, WEBHOOK).notify
    assert [each.name for each in found] == [
        "slack slack_ops #data",
        "email smtp_default ops@example.org",
        "webhook ops_hook",
    ]
    assert [each.about for each in found] == [("quarantined", "late"), FACTS, FACTS]


def test_who_is_told_changes_no_batch() -> None:
    assert spec(SLACK, EMAIL).sha256() == spec(WEBHOOK).sha256() == spec().sha256()
    assert "notify" not in spec(SLACK).canonical_json()


def test_a_url_in_place_of_a_connection_is_refused_and_not_repeated(tmp_path: Path) -> None:
    said = problem(tmp_path, {**WEBHOOK, "connection": SECRET})
    assert "named by its id" in said
    assert "write its id here" in said
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("receiver", "cure"),
    [
        ({**SLACK, "about": ["quarantine"]}, "Did you mean 'quarantined'?"),
        ({**SLACK, "about": []}, "about"),
        ({**SLACK, "kind": "slak"}, "Did you mean 'slack'?"),
        ({"connection": "x"}, "Add kind: slack, email or webhook."),
        ({**SLACK, "chanel": "#data"}, "Did you mean 'channel'?"),
        ({**SLACK, "channel": "<!channel>"}, "notify.0.channel"),
        ({**EMAIL, "to": []}, "notify.0.to"),
        ({**EMAIL, "to": ["ops"]}, "notify.0.to"),
        ({**EMAIL, "to": ["ops@example.org\nBcc: all@example.org"]}, "notify.0.to"),
        ({**WEBHOOK, "connection": ""}, "named by its id"),
    ],
)
def test_what_is_no_receiver_is_refused_with_a_cure(tmp_path: Path, receiver: dict[str, Any], cure: str) -> None:
    assert cure in problem(tmp_path, receiver)


def test_nobody_is_named_twice(tmp_path: Path) -> None:
    said = problem(tmp_path, SLACK, {**SLACK, "about": ["drift"]})
    assert "stands twice" in said
    assert "under 'about'" in said
