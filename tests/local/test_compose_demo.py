"""The service ``demo`` without the demo itself: when it has nothing to do, and what it says of a mistake."""

from __future__ import annotations

from contextlib import closing

import pytest
from tests.ledger.facts import NOON, furnish, generator, uid

from headwater.ledger import Ledger
from headwater.ledger.migrate import migrate
from headwater.local import compose_demo, ports


@pytest.fixture(autouse=True)
def set_up(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger with the table ``clinic``, and an Airflow that is not there."""
    migrate(database)
    with closing(Ledger(database)) as ledger, ledger.transaction() as books:
        furnish(books)
    monkeypatch.setattr(compose_demo, "DATASET", "clinic")
    monkeypatch.setenv("HEADWATER_LEDGER_URL", database)
    monkeypatch.setenv("HEADWATER_AIRFLOW", f"http://127.0.0.1:{ports.any_free()}")
    monkeypatch.setenv("AIRFLOW_ADMIN_PASSWORD", "topsecret")
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://headwater.example/")
    monkeypatch.delenv("HEADWATER_DEMO", raising=False)


def exit_code() -> object:
    with pytest.raises(SystemExit) as ended:
        compose_demo.main()
    return ended.value.code


def test_nobody_wishes_a_demo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HEADWATER_DEMO", "no")
    monkeypatch.delenv("AIRFLOW_ADMIN_PASSWORD")
    assert exit_code() == 0
    assert capsys.readouterr().out == ""


def test_it_is_not_made_twice(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(Ledger(database)) as ledger, ledger.transaction() as books:
        books.generators.record(generator("one"))
        books.generators.promote("clinic", uid("one"), NOON)
    assert exit_code() == 0
    said = capsys.readouterr().out
    assert "the demo was made before" in said
    assert "See https://headwater.example/headwater/" in said  # and not the name that only services know


def test_an_airflow_that_does_not_answer_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code() == 1
    said = capsys.readouterr()
    assert "Error: Airflow at http://127.0.0.1:" in said.err
    assert "topsecret" not in said.out + said.err


@pytest.mark.parametrize("name", ["HEADWATER_AIRFLOW", "HEADWATER_LEDGER_URL", "AIRFLOW_ADMIN_PASSWORD"])
def test_a_missing_setting_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(name)
    assert exit_code() == 1
    assert f"{name} is not set. Cure: " in capsys.readouterr().err
