"""The migration service of docker-compose.yaml, as far as it is not Airflow's own commands."""

from __future__ import annotations

import pytest

from headwater.local import one_shot
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


def test_a_missing_variable_ends_it_with_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(one_shot.AIRFLOW_URL, raising=False)
    with pytest.raises(SystemExit) as ended:
        one_shot.main()
    assert ended.value.code == 1
    assert one_shot.AIRFLOW_URL in capsys.readouterr().err
