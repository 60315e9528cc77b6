"""Who asks: the signed-in user's name, or a word that says there was none."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from headwater.chain.asking import Request
from headwater.orchestration import asking


@pytest.mark.parametrize(
    ("run", "name"),
    [
        (SimpleNamespace(triggering_user_name="ada"), "ada"),
        (SimpleNamespace(triggering_user_name=None), asking.NOBODY),
        (SimpleNamespace(triggering_user_name=""), asking.NOBODY),
        (SimpleNamespace(), asking.NOBODY),
    ],
)
def test_the_name_is_that_of_the_login(monkeypatch: pytest.MonkeyPatch, run: SimpleNamespace, name: str) -> None:
    """An Airflow with a signed-in user is in ``tests/integration``; here are the runs that no user started."""
    monkeypatch.setattr(asking, "get_current_context", lambda: {"dag_run": run})
    assert asking.who_asks() == name
    assert Request.of("1", "why", name).decided_by == name
