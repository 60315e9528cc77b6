"""Where a process finds its datasets, ledger and store; what it says when it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.orchestration.settings import datasets_folder, open_house


def test_the_shipped_specs_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADWATER_DATASETS", raising=False)
    assert (datasets_folder() / "breast_cancer.yaml").is_file()


def test_another_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HEADWATER_DATASETS", str(tmp_path))
    assert datasets_folder() == tmp_path


@pytest.mark.parametrize("missing", ["HEADWATER_LEDGER_URL", "HEADWATER_STORE_URL"])
def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str) -> None:
    monkeypatch.setenv("HEADWATER_LEDGER_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("HEADWATER_STORE_URL", f"file://{tmp_path}")
    monkeypatch.delenv(missing)
    with pytest.raises(RuntimeError, match=missing):
        open_house("run")
