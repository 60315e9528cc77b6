"""The migration service of docker-compose.yaml, as far as it is not Airflow's own commands."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.running_airflow import RunningAirflow
from typer.testing import CliRunner

from headwater.ledger import Ledger
from headwater.local import one_shot
from headwater.local.environment import settings
from headwater.local.postgres import EmbeddedPostgres


def test_a_missing_database_is_created_and_an_existing_one_kept(postgres: EmbeddedPostgres) -> None:
    name = "one shot"
    url = postgres.url(name, "postgresql+psycopg2")
    assert not postgres.has_database(name)
    try:
        one_shot.create_database(url)
        assert postgres.has_database(name)
        one_shot.create_database(url)
    finally:
        postgres.drop_database(name)


def test_a_refusal_names_the_database_but_not_the_password() -> None:
    from headwater.local import ports

    url = f"postgresql://somebody:topsecret@127.0.0.1:{ports.any_free()}/ledger"
    with pytest.raises(RuntimeError, match=r"'ledger' on 127\.0\.0\.1 cannot be created") as told:
        one_shot.create_database(url)
    assert "topsecret" not in str(told.value)


def test_a_missing_setting_ends_it_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (one_shot.LEDGER_URL, f"{one_shot.LEDGER_URL}_FILE"):
        monkeypatch.delenv(name, raising=False)
    ended = CliRunner().invoke(one_shot.app, [])
    assert ended.exit_code == 1
    assert f"{one_shot.LEDGER_URL} is not set. Cure: " in ended.output


def test_the_ledger_alone_is_created_and_migrated_from_a_file(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = "ledger_alone"
    (tmp_path / "ledger_url").write_text(postgres.url(name) + "\n")
    monkeypatch.delenv(one_shot.LEDGER_URL, raising=False)
    monkeypatch.setenv(f"{one_shot.LEDGER_URL}_FILE", str(tmp_path / "ledger_url"))
    try:
        for _ in range(2):
            ended = CliRunner().invoke(one_shot.app, ["--ledger"])
            assert ended.exit_code == 0, ended.output
        with closing(Ledger(postgres.url(name))) as ledger, ledger.transaction() as books:
            assert books.generators.champion("nothing") is None
    finally:
        postgres.drop_database(name)


@pytest.mark.slow
def test_the_connection_is_made_and_then_replaced(airflow: RunningAirflow, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in settings(airflow.home, airflow.stack.postgres, urlsplit(airflow.api.base_url).port or 0).items():
        monkeypatch.setenv(name, text)
    monkeypatch.setattr(one_shot, "CONNECTION", "clinic_db")
    place = "/connections/clinic_db"
    try:
        for host in ("first", "second"):
            one_shot._connect(f"postgresql://reader:topsecret@{host}/rows")
            assert airflow.api.call("GET", place)["host"] == host
    finally:
        airflow.api.call("DELETE", place)
