"""Every way a database can fail, for real: what the error says, what it never says, and whether to try again."""

from __future__ import annotations

import pickle
import socket
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.sources.databases import PEOPLE, always, people, query, refused, table

from headwater.sources.errors import SourceError, SourceUnavailable
from headwater.sources.read import read_source


def test_a_name_that_postgres_cut_is_found_by_did_you_mean(engine: sa.Engine, database: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"create table people ({'x' * 70} int)")
    text = str(refused(table({"x" * 70: "numerical"}), database))
    assert f"Did you mean {'x' * 63!r}" in text


def test_drift_of_a_table_is_listed_at_once(engine: sa.Engine, database: str) -> None:
    people(engine)
    text = str(refused(table({"id": "id", "hieght": "numerical", "grp": "numerical"}), database))
    assert "Column 'hieght' of the spec is missing in the source. Cure: Did you mean 'height'" in text
    assert "Column 'height' of the source is not in the spec" in text
    assert "Column 'grp' is numerical in the spec and holds text" in text


def test_an_empty_table(engine: sa.Engine, database: str) -> None:
    people(engine, rows=0)
    assert "holds no rows" in str(refused(table(PEOPLE), database))


def test_missing_table_and_schema(engine: sa.Engine, database: str) -> None:
    people(engine)
    error = refused(table(PEOPLE, table="poeple"), database)
    assert "no table 'poeple'" in str(error)
    assert "Did you mean 'people'?" in str(error)
    assert not isinstance(error, SourceUnavailable)
    assert "in schema 'nowhere'" in str(refused(table(PEOPLE, schema="nowhere"), database))


def test_wrong_password_user_and_database(database: str) -> None:
    url = sa.make_url(database)
    for wrong in (url.set(password="not-it"), url.set(username="nobody"), url.set(database="no_such_database")):
        error = refused(table(PEOPLE), wrong.render_as_string(hide_password=False))
        assert not isinstance(error, SourceUnavailable), wrong
        assert "Connection 'source'" in str(error)
        assert "is refused" in str(error)


def test_unreachable_port_is_worth_retrying(database: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        url = sa.make_url(database).set(host="127.0.0.1", port=taken.getsockname()[1], query={})
        error = refused(table(PEOPLE), url.render_as_string(hide_password=False))
    assert isinstance(error, SourceUnavailable)
    assert "cannot be reached" in str(error)
    assert "127.0.0.1" in str(error)


def test_a_connection_lost_while_reading_is_worth_retrying(database: str) -> None:
    columns = {"id": "id", "other": "numerical"}
    error = refused(query("select pg_terminate_backend(pg_backend_pid())::int as id, 1 as other", columns), database)
    assert isinstance(error, SourceUnavailable)


def test_missing_connection(database: str) -> None:
    spec = table(PEOPLE, connection="nowhere")
    with pytest.raises(SourceError, match=r"There is no connection 'nowhere'.*Cure: Add it in Airflow"):
        read_source(spec, always(database))


@pytest.mark.parametrize("url", ["", "not a url with hunter2", "nosuchdb://me:hunter2@host/db"])
def test_a_connection_that_is_no_database(url: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_source(table(PEOPLE), always(url))
    assert "'source'" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_query_that_writes_is_refused(engine: sa.Engine, database: str) -> None:
    people(engine)
    with engine.begin() as connection:
        body = "begin delete from people; return 1; end"
        connection.exec_driver_sql(f"create function wipe() returns int language plpgsql as $$ {body} $$")
    assert "tries to write" in str(
        refused(query("select wipe() as id, 1 as height", {"height": "numerical"}), database)
    )
    refused(query("delete from people returning height", {"height": "numerical"}), database)
    refused(query("select 1 as height; drop table people", {"height": "numerical"}), database)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from people")) == 120


def test_a_wrong_query_says_what_the_server_says_of_it(engine: sa.Engine, database: str) -> None:
    people(engine)
    error = refused(query("select nothing from people", PEOPLE), database)
    assert 'column "nothing" does not exist' in str(error)
    assert "SQLSTATE 42703" in str(error)


def test_values_of_rows_stay_out_of_errors(database: str) -> None:
    error = refused(
        query("select v::int as height from (values ('SECRET-VALUE')) t(v)", {"height": "numerical"}), database
    )
    assert "SECRET" not in str(error)
    assert "22P02" in str(error)


@pytest.mark.parametrize("value", ["infinity", "12000-01-01", "4000-01-01 BC"])
def test_dates_no_calendar_holds(database: str, value: str) -> None:
    spec = query(f"select '{value}'::timestamp as at, 1 as height", {"at": "datetime", "height": "numerical"})
    assert "a date lies outside the years 1 to 9999, or is infinite" in str(refused(spec, database))


def test_duplicate_names_of_a_query(database: str) -> None:
    text = str(refused(query("select 1 as height, 2 as height", {"height": "numerical"}), database))
    assert "2 columns of the source are called 'height'" in text


def test_sqlite_mixes_types_and_is_caught(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'rows.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table people (id, height, grp)")
        cells = [(i, "SECRET" if i == 7 else i / 2, "a") for i in range(120)]
        connection.exec_driver_sql("insert into people values (?, ?, ?)", cells)
    text = str(refused(table(PEOPLE), url))
    assert "mixes numbers (119 values) and text (1 values)" in text
    assert "SECRET" not in text


def test_errors_survive_pickling() -> None:
    with pytest.raises(SourceError) as caught:
        read_source(table(PEOPLE), always(""))
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert str(again) == str(caught.value)
    assert again.problems == caught.value.problems
