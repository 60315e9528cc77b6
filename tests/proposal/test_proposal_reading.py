"""From one text to the raw table: files, separators, headers, connections, databases; and what is refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from tests.proposal.asking import ROWS, random

from headwater.proposal.finding import ProposalError
from headwater.proposal.place import environment_connection, place_of
from headwater.proposal.reading import ROWS_MIN, Raw, read
from headwater.sources.errors import SourceError, SourceUnavailable
from headwater.spec import CsvSource, ParquetSource, TableSource


def nobody(connection_id: str) -> str:
    raise LookupError(connection_id)


def read_file(path: Path) -> Raw:
    return read("rooms", place_of(str(path), "rooms").source, nobody)


def frame(rows: int = ROWS) -> pd.DataFrame:
    draw = random()
    return pd.DataFrame({"ward": draw.choice(["a", "b"], rows), "code": ["007"] * rows, "cost": draw.random(rows)})


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_of_a_csv_is_found_and_every_cell_stays_text(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "rooms.csv"
    frame().assign(note='say "a, b; c|d"').to_csv(path, index=False, sep=separator)
    raw = read_file(path)
    assert isinstance(raw.source, CsvSource)
    assert (raw.source.separator, raw.is_csv) == (separator, True)
    assert list(raw.frame.columns) == ["ward", "code", "cost", "note"]
    assert raw.frame["code"].unique().tolist() == ["007"]
    assert raw.frame["note"].unique().tolist() == ['say "a, b; c|d"']


def test_a_csv_of_one_column_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "rooms.csv"
    path.write_bytes("\ufeffward\n".encode() + b"a\nb\n" * ROWS)
    raw = read_file(path)
    assert (list(raw.frame.columns), len(raw.frame)) == (["ward"], 2 * ROWS)


def test_a_wide_csv_whose_header_is_long(tmp_path: Path) -> None:
    names = [f"a_name_of_{'x' * 200}_{i}" for i in range(400)]
    (tmp_path / "wide.csv").write_text("\n".join([";".join(names)] + [";".join(["07"] * len(names))] * ROWS_MIN))
    wide = read_file(tmp_path / "wide.csv").frame
    assert list(wide.columns) == names
    assert (wide == "07").all(axis=None)


def test_parquet_and_packed_files(tmp_path: Path) -> None:
    frame().to_parquet(tmp_path / "rooms.parquet")
    raw = read_file(tmp_path / "rooms.parquet")
    assert isinstance(raw.source, ParquetSource)
    assert raw.frame["cost"].dtype == "float64"
    frame().to_csv(tmp_path / "rooms.csv.gz", index=False)
    assert read_file(tmp_path / "rooms.csv.gz").frame["code"].iloc[0] == "007"


def test_a_path_is_written_in_full_and_a_url_or_variable_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd#name.csv").touch()
    given = ("rooms.csv", "s3://bucket/rooms.parquet", "${ROOMS}", "odd#name.csv")
    paths = [place.source.path for text in given if not isinstance((place := place_of(text, "x")).source, TableSource)]
    assert paths == [
        str(tmp_path / "rooms.csv"),
        "s3://bucket/rooms.parquet",
        "${ROOMS}",
        str(tmp_path / "odd#name.csv"),
    ]


def test_a_connection_with_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    place = place_of("clinic_db#public.rooms", "rooms")
    assert place.source == TableSource(kind="table", connection="clinic_db", schema="public", table="rooms")
    monkeypatch.setenv("AIRFLOW_CONN_CLINIC_DB", "postgresql://somewhere/base")
    assert place.connect(environment_connection)("clinic_db") == "postgresql://somewhere/base"
    assert place_of("clinic_db#rooms", "rooms").source.model_dump()["schema_"] is None
    monkeypatch.delenv("AIRFLOW_CONN_CLINIC_DB")
    with pytest.raises(SourceError, match=r"no connection 'clinic_db'.*Cure"):
        read("rooms", place.source, place.connect(environment_connection))


def test_a_database_by_its_url_keeps_its_secret(database: str) -> None:
    engine = sa.create_engine(database)
    with engine.begin() as connection:
        connection.execute(sa.text('create table "odd Rooms" (id int primary key, "Größe" numeric(5,2), seen date)'))
        fill = "insert into \"odd Rooms\" select i, i + .25, date '2024-01-01' + i from generate_series(1, 300) i"
        connection.execute(sa.text(fill))
        connection.execute(sa.text('create view "Rooms seen" as select * from "odd Rooms"'))
    engine.dispose()
    place = place_of(f"{database}#public.odd Rooms", "rooms")
    raw = read("rooms", place.source, place.connect(nobody))
    assert raw.source.model_dump(by_alias=True) == {
        "kind": "table",
        "connection": "rooms_source",
        "schema": "public",
        "table": "odd Rooms",
    }
    assert (list(raw.frame.columns), len(raw.frame), raw.primary) == (["id", "Größe", "seen"], 300, ("id",))
    assert read("rooms", place_of("x#Rooms seen", "rooms").source, lambda _: database).primary == ()
    with pytest.raises(SourceError, match="Did you mean 'odd Rooms'") as caught:
        read("rooms", place_of(f"{database}#odd rooms", "rooms").source, lambda _: database)
    assert str(sa.make_url(database).password) not in str(caught.value)


@pytest.mark.parametrize("text", ["", "  ", "postgresql://user@host/base", "clinic_db#", "postgresql://h/b#public."])
def test_a_source_that_names_no_table(text: str) -> None:
    with pytest.raises(ProposalError, match=r"SOURCE.*Cure"):
        place_of(text, "rooms")


def test_files_that_are_none(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "no.csv", "There is no file"), (tmp_path, "is a folder")):
        with pytest.raises(SourceError, match=f"{words}.*Cure"):
            read_file(path)
    (tmp_path / "empty.csv").touch()
    with pytest.raises(SourceError, match="is empty"):
        read_file(tmp_path / "empty.csv")
    (tmp_path / "latin.csv").write_bytes("straße,b\ngrün,2\n".encode("latin-1") * ROWS)
    with pytest.raises(SourceError, match="not text in UTF-8"):
        read_file(tmp_path / "latin.csv")
    (tmp_path / "no.parquet").write_bytes(b"SECRET" * 100)
    with pytest.raises(SourceError, match="no Parquet file") as caught:
        read_file(tmp_path / "no.parquet")
    assert "SECRET" not in str(caught.value)
    with pytest.raises(SourceUnavailable):
        read("rooms", place_of("x#rooms", "rooms").source, lambda _: "postgresql://127.0.0.1:1/none")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("a,b,a", "2 columns of the source are called 'a'"),
        ("a,,b", "Column 2 of the source has no name"),
        ("a,_headwater_x,b", "has a name that Headwater itself adds"),
        ("a,batch_date,b", "has a name that Headwater itself adds"),
        ("1,2.5,3", "holds numbers, not names of columns"),
    ],
)
def test_headers_that_no_spec_can_have(tmp_path: Path, header: str, words: str) -> None:
    path = tmp_path / "rooms.csv"
    path.write_text(header + "\n" + "1,SECRET,3\n" * ROWS)
    with pytest.raises(ProposalError, match=f"{words}.*Cure") as caught:
        read_file(path)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("rows", [0, 1, ROWS_MIN - 1])
def test_too_few_rows(tmp_path: Path, rows: int) -> None:
    frame(rows).to_csv(tmp_path / "rooms.csv", index=False)
    with pytest.raises(ProposalError, match=f"holds {rows} rows; fewer than {ROWS_MIN}.*Cure"):
        read_file(tmp_path / "rooms.csv")
