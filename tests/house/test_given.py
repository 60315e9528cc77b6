"""A setting by a variable, or by the file that a variable names."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.given import given


def test_a_variable_comes_before_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("of the file\n")
    monkeypatch.setenv("HEADWATER_LEDGER_URL_FILE", str(tmp_path / "url"))
    monkeypatch.delenv("HEADWATER_LEDGER_URL", raising=False)
    assert given("HEADWATER_LEDGER_URL") == "of the file"
    monkeypatch.setenv("HEADWATER_LEDGER_URL", "of the variable")
    assert given("HEADWATER_LEDGER_URL") == "of the variable"


def test_neither_is_an_empty_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEADWATER_LEDGER_URL", "HEADWATER_LEDGER_URL_FILE"):
        monkeypatch.setenv(name, "")
    assert given("HEADWATER_LEDGER_URL") == ""


def test_a_file_that_cannot_be_read_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HEADWATER_LEDGER_URL", raising=False)
    monkeypatch.setenv("HEADWATER_LEDGER_URL_FILE", str(tmp_path / "missing"))
    with pytest.raises(RuntimeError, match=r"HEADWATER_LEDGER_URL_FILE names .*missing.* Cure: "):
        given("HEADWATER_LEDGER_URL")
