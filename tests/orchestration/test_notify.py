"""The hook of alarms: called with dataset and sentence where it is named, and nothing where it is not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from headwater.orchestration.notify import HOOK, AlarmNotifier

TOLD: list[tuple[str, str]] = []
CONTEXT: Any = {"dag": SimpleNamespace(dag_id="watch__clinic"), "exception": ValueError("joint.c2st slid.")}


def hook(dataset: str, sentence: str) -> None:
    TOLD.append((dataset, sentence))


def test_the_named_function_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    TOLD.clear()
    monkeypatch.delenv(HOOK, raising=False)
    AlarmNotifier().notify(CONTEXT)
    assert TOLD == []
    monkeypatch.setenv(HOOK, f"{__name__}:hook")
    AlarmNotifier().notify(CONTEXT)
    assert TOLD == [("clinic", "joint.c2st slid.")]


def test_a_hook_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOOK, "nowhere.at_all:hook")
    with pytest.raises(ModuleNotFoundError):
        AlarmNotifier().notify(CONTEXT)
