"""The demo's real rows in a real Postgres."""

from __future__ import annotations

import psycopg
import pytest

from headwater.sources.demo_tables import ROWS, load_demo_tables


def fetch(url: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(question.encode()).fetchall()


def test_both_tables_are_loaded_whole(database: str) -> None:
    assert load_demo_tables(database) == {"breast_cancer": 569, "fair": 6366} == dict(ROWS)
    found = fetch(database, "SELECT diagnosis, count(*) FROM source.breast_cancer GROUP BY 1 ORDER BY 1")
    assert found == [("benign", 357), ("malignant", 212)]
    columns = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'source' AND table_name = "
    assert fetch(database, columns + "'breast_cancer'") == [(31,)]
    assert fetch(database, columns + "'fair'") == [(9,)]
    # The first row of the published table: a malignant tumour.
    first = 'SELECT diagnosis FROM source.breast_cancer WHERE "mean radius" = 17.99 AND "mean texture" = 10.38'
    assert fetch(database, first) == [("malignant",)]
    assert fetch(database, "SELECT pg_typeof(rate_marriage)::text, pg_typeof(age)::text FROM source.fair LIMIT 1") == [
        ("bigint", "double precision")
    ]


def test_a_table_of_the_right_size_is_left_alone_and_another_replaced(database: str) -> None:
    load_demo_tables(database)
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        connection.execute("UPDATE source.fair SET age = 99")
        connection.execute("DELETE FROM source.breast_cancer WHERE diagnosis = 'benign'")
    load_demo_tables(database)
    assert fetch(database, "SELECT DISTINCT age FROM source.fair") == [(99.0,)]
    assert fetch(database, "SELECT count(*) FROM source.breast_cancer") == [(569,)]


def test_a_failure_leaves_what_was_there(database: str) -> None:
    load_demo_tables(database)
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        connection.execute("DELETE FROM source.breast_cancer")
        # "fair" cannot be replaced: a view stands on it. Then the other table must not be replaced either.
        connection.execute("DELETE FROM source.fair WHERE age > 40")
        connection.execute("CREATE VIEW source.on_it AS SELECT * FROM source.fair")
    with pytest.raises(psycopg.errors.DependentObjectsStillExist):
        load_demo_tables(database)
    assert fetch(database, "SELECT count(*) FROM source.breast_cancer") == [(0,)]
