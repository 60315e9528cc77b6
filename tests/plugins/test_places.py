"""What a visitor is told where the API server does not know its store: nothing of files or paths."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import HTTPException

from headwater_plugin.places import open_store


@pytest.fixture(autouse=True)
def not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEADWATER_STORE_URL", "HEADWATER_STORE_URL_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_a_store_that_is_not_named_is_told() -> None:
    with pytest.raises(HTTPException, match="HEADWATER_STORE_URL is not set") as told:
        open_store()
    assert told.value.status_code == 503


def test_a_file_that_cannot_be_read_is_told_to_the_log_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HEADWATER_STORE_URL_FILE", str(tmp_path / "missing"))
    with pytest.raises(HTTPException) as told:
        open_store()
    assert (told.value.status_code, "missing" in str(told.value.detail)) == (503, False)
    assert "HEADWATER_STORE_URL_FILE names" in caplog.text


def test_a_store_may_be_named_by_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"file://{tmp_path}/store\n")
    monkeypatch.setenv("HEADWATER_STORE_URL_FILE", str(tmp_path / "url"))
    assert not open_store().exists("anything")
