"""The service ``secrets``: what is given is taken, what is there is kept, all else is drawn; nothing is told."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from sqlalchemy import make_url

from headwater.local import compose_secrets
from headwater.local.compose_secrets import DRAWN, main, write_secrets


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [variable for variable, _ in DRAWN.values()]
    for name in (*names, "HEADWATER_SOURCE_URL", "HEADWATER_SECRETS_FOLDER", "HEADWATER_GIVEN_SECRETS"):
        monkeypatch.delenv(name, raising=False)


def texts(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


def test_all_are_drawn_at_the_first_start_and_kept_at_the_next(tmp_path: Path) -> None:
    assert set(write_secrets(tmp_path).values()) == {"drawn"}
    first = texts(tmp_path)
    assert set(write_secrets(tmp_path).values()) == {"kept"}
    assert texts(tmp_path) == first
    drawn = [first[name] for name in DRAWN]
    assert len(set(drawn)) == len(drawn)
    assert min(map(len, drawn)) >= 43


def test_two_stacks_share_none(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        write_secrets(folder)
    assert not set(texts(one).values()) & set(texts(other).values())


def test_the_group_may_read_them_and_nobody_else(tmp_path: Path) -> None:
    write_secrets(tmp_path)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o640}


def test_a_given_one_is_taken_from_a_variable_before_a_file_before_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, given = tmp_path / "kept", tmp_path / "given"
    folder.mkdir()
    given.mkdir()
    write_secrets(folder)
    (given / "admin_password").write_text("from a file\n")
    (given / "jwt_secret").write_text("from a file too\n")
    monkeypatch.setenv("HEADWATER_GIVEN_SECRETS", str(given))
    monkeypatch.setenv("AIRFLOW_JWT_SECRET", "from a variable")
    told = write_secrets(folder)
    assert (told["admin_password"], told["jwt_secret"], told["fernet_key"]) == ("given", "given", "kept")
    assert texts(folder)["admin_password"] == "from a file"
    assert texts(folder)["jwt_secret"] == "from a variable"


def test_a_password_may_hold_any_character(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_PASSWORD", "p@ss/w:rd%#é")
    monkeypatch.setenv("REDIS_PASSWORD", "r@dis/ :")
    write_secrets(tmp_path)
    found = texts(tmp_path)
    assert found["postgres_password"] == "p@ss/w:rd%#é"
    for name in ("airflow_url", "airflow_async_url", "celery_result_url", "ledger_url", "source_url"):
        url = make_url(found[name].removeprefix("db+"))
        assert (url.username, url.password, url.host, url.port) == ("headwater", "p@ss/w:rd%#é", "postgres", 5432)
        assert url.database == ("headwater" if name in ("ledger_url", "source_url") else "airflow")
    assert make_url(found["celery_broker_url"]).password == "r@dis/ :"


def test_real_rows_may_be_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, given = tmp_path / "kept", tmp_path / "given"
    folder.mkdir()
    given.mkdir()
    (given / "source_url").write_text("postgresql://reader:x@ward/rows\n")
    monkeypatch.setenv("HEADWATER_GIVEN_SECRETS", str(given))
    write_secrets(folder)
    assert texts(folder)["source_url"] == "postgresql://reader:x@ward/rows"
    monkeypatch.setenv("HEADWATER_SOURCE_URL", "postgresql://reader:x@clinic/rows")
    write_secrets(folder)
    assert texts(folder)["source_url"] == "postgresql://reader:x@clinic/rows"


def test_a_fernet_key_that_is_none_is_refused_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("short", "é" * 44, base64.urlsafe_b64encode(b"x" * 31).decode()):
        monkeypatch.setenv("AIRFLOW_FERNET_KEY", wrong)
        with pytest.raises(RuntimeError, match="AIRFLOW_FERNET_KEY is no Fernet key") as told:
            write_secrets(tmp_path)
        assert wrong not in str(told.value)
    assert texts(tmp_path) == {}


def test_it_says_what_it_did_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADWATER_SECRETS_FOLDER", str(tmp_path))
    monkeypatch.setenv("POSTGRES_PASSWORD", "topsecret")
    main()
    said = capsys.readouterr().out
    assert "postgres_password: given" in said
    assert not [name for name, text in texts(tmp_path).items() if text in said]


def test_without_a_folder_it_ends_with_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        compose_secrets.main()
    assert ended.value.code == 1
    assert "HEADWATER_SECRETS_FOLDER is not set" in capsys.readouterr().err
