"""Tables and queries on a real Postgres: rows, types, odd names, chunks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa
from tests.sources import hostile
from tests.sources.databases import PEOPLE, always, people, query, table

from headwater.sources.conform import conform_source
from headwater.sources.raw import Chunks
from headwater.sources.read import read_source
from headwater.sources.sql import normalise_url


def test_a_table_in_several_chunks(engine: sa.Engine, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headwater.sources.sql.CHUNK_ROWS", 50)
    people(engine)
    spec = table(PEOPLE)
    frame, schema = conform_source(read_source(spec, always(database)), spec)
    assert frame.shape == (120, 3)
    assert sorted(frame["id"]) == list(range(1, 121))
    assert (schema["height"].storage, schema["height"].decimals) == ("real", 2)
    assert schema["grp"].categories == ("a", "b", "c")


def test_every_type_of_postgres(database: str) -> None:
    text = """
        select i as id, 1.5::numeric as number, 'x'::varchar as grp, i % 2 = 0 as flag, '1600-01-01'::date as day,
               '2400-12-31 23:59:59.000004'::timestamp as at, '2024-01-31 12:00+02'::timestamptz as zoned,
               '00000000-0000-0000-0000-000000000001'::uuid as key, null::int as nothing
        from generate_series(1, 120) i
    """
    nullable = {"sdtype": "numerical", "nullable": True}
    columns = {"id": "id", "number": "numerical", "grp": "categorical", "flag": "boolean", "day": "datetime"}
    spec = query(text, {**columns, "at": "datetime", "zoned": "datetime", "key": "id", "nothing": nullable})
    frame, schema = conform_source(read_source(spec, always(database)), spec)
    first = frame.iloc[0]
    assert first["day"].isoformat() == "1600-01-01T00:00:00"
    assert first["at"].isoformat() == "2400-12-31T23:59:59.000004"
    assert first["zoned"].isoformat() == "2024-01-31T10:00:00"
    assert first["key"] == str(UUID(int=1))
    assert frame["flag"].sum() == 60
    assert frame["nothing"].isna().all()
    assert schema["day"].storage == "date"


def test_odd_names_in_a_schema_of_an_odd_name(engine: sa.Engine, database: str) -> None:
    names = [name[:63] for name in hostile.ODD_NAMES]
    metadata = sa.MetaData(schema='odd "schema" %')
    odd = sa.Table('select "; drop', metadata, *[sa.Column(name, sa.Integer) for name in names])
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema('odd "schema" %'))
        metadata.create_all(connection)
        # Values by position: not every driver can bind parameters called by such names.
        values = sa.select(*[sa.literal(index) for index in range(len(names))])
        for _ in range(120):
            connection.execute(odd.insert().from_select(list(odd.columns), values))
    spec = table(dict.fromkeys(names, "numerical"), table='select "; drop', schema='odd "schema" %')
    frame, _ = conform_source(read_source(spec, always(database)), spec)
    assert list(frame.columns) == names
    assert frame.iloc[0].tolist() == list(range(len(names)))


def test_a_view_is_a_table(engine: sa.Engine, database: str) -> None:
    people(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("create view grown as select * from people where id > 10")
    spec = table(PEOPLE, table="grown")
    assert len(read_source(spec, always(database))) == 110


def test_colons_and_percent_signs_in_a_query_are_literal(database: str) -> None:
    text = "select i::int as id, ' :x 100% %s' as grp, 2.5 as height from generate_series(1, 120) i;"
    spec = query(text, PEOPLE)
    assert set(read_source(spec, always(database))["grp"]) == {" :x 100% %s"}


def test_nothing_is_left_open(engine: sa.Engine, database: str) -> None:
    people(engine)
    read_source(table(PEOPLE), always(database))
    count = sa.text("select count(*) from pg_stat_activity where datname = current_database()")
    with engine.connect() as connection:
        assert connection.scalar(count) == 1


def test_airflow_urls() -> None:
    for given in ("postgres://me:pw@host:5432/db", "postgresql://me:pw@host:5432/db?__extra__=%7B%7D"):
        assert normalise_url(given) == sa.make_url("postgresql+psycopg://me:pw@host:5432/db")
    assert normalise_url("postgresql+psycopg2://host/db").drivername == "postgresql+psycopg2"
    assert normalise_url("sqlite:///rows.db").drivername == "sqlite"


def test_chunks_whose_types_differ() -> None:
    chunks = Chunks(["number", "time"])
    chunks.add([(None, None), (Decimal("1.5"), datetime(2024, 1, 1, tzinfo=UTC))])
    chunks.add([(2, date(2024, 1, 2))])
    frame = chunks.frame()
    assert frame["number"].tolist() == [None, 1.5, 2]
    assert frame["time"].tolist()[2] == date(2024, 1, 2)
    assert Chunks(["a", "a"]).frame().shape == (0, 2)
