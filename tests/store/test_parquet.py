"""Tables in the store: what goes in comes out, streamed or whole; misfits and damage are named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from headwater.store import ArtifactError, Store

ODD = pa.table(
    {
        "a.b": pa.array([1, None, 3], pa.int64()),
        "a": pa.array([0.5, float("inf"), None], pa.float64()),
        'se"l\nect': pa.array(["", None, "\x00ü"], pa.string()),
        "when": pa.array([-1, 10**17, None], pa.timestamp("us")),
        "day": pa.array([-800_000, None, 3_000_000], pa.date32()),
        "yes": pa.array([True, None, False], pa.bool_()),
    }
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path.as_uri())


def numbers(start: int, stop: int) -> pa.Table:
    return pa.table({"n": pa.array(range(start, stop), pa.int64())})


def test_a_table_comes_back_equal(store: Store) -> None:
    artifact = store.write_table("t.parquet", ODD)
    assert store.read_table("t.parquet").equals(ODD)
    assert store.read_table("t.parquet", sha256=artifact.sha256).equals(ODD)
    assert store.read_bytes("t.parquet", sha256=artifact.sha256)[:4] == b"PAR1"


def test_the_same_rows_are_the_same_bytes(store: Store) -> None:
    first = store.write_table("1.parquet", ODD, metadata={"k": "v"})
    second = store.write_table("2.parquet", iter([ODD]), metadata={"k": "v"})
    assert first.sha256 == second.sha256


def test_only_the_named_columns_in_the_named_order(store: Store) -> None:
    store.write_table("t.parquet", ODD)
    assert store.read_table("t.parquet", columns=["yes", "a"]).column_names == ["yes", "a"]
    assert store.read_table("t.parquet", columns=["a.b"]).column_names == ["a.b"]
    with pytest.raises(ArtifactError, match=r"'t.parquet' has no column 'b'"):
        store.read_table("t.parquet", columns=["b"])


def test_a_key_with_equals_adds_no_column(store: Store) -> None:
    store.write_table("day=1/t.parquet", numbers(0, 2))
    assert store.read_table("day=1/t.parquet").column_names == ["n"]


def test_metadata_is_in_the_footer(store: Store) -> None:
    store.write_table("t.parquet", ODD, metadata={"headwater.synthetic": "true", "ü": "\n"})
    assert store.parquet_metadata("t.parquet") == {"headwater.synthetic": "true", "ü": "\n"}
    store.write_table("u.parquet", ODD)
    assert store.parquet_metadata("u.parquet") == {}


def test_streamed_tables_and_batches_are_gathered_into_row_groups(store: Store, tmp_path: Path) -> None:
    pieces = (numbers(start, start + 10_000) for start in range(0, 200_000, 10_000))
    store.write_table("t.parquet", (piece.to_batches()[0] if i % 2 else piece for i, piece in enumerate(pieces)))
    assert store.read_table("t.parquet").equals(numbers(0, 200_000))
    meta = parquet.read_metadata(tmp_path / "t.parquet")
    assert [meta.row_group(i).num_rows for i in range(meta.num_row_groups)] == [131_072, 68_928]
    assert meta.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.parametrize("rows", [1, 7, 100_000, 131_072, 150_000, 10**9])
def test_iter_tables_gives_tables_of_the_wanted_size(store: Store, rows: int) -> None:
    total = 50 if rows < 10 else 300_001
    store.write_table("t.parquet", numbers(0, total))
    tables = list(store.iter_tables("t.parquet", rows))
    assert [table.num_rows for table in tables[:-1]] == [rows] * (len(tables) - 1)
    assert pa.concat_tables(tables).equals(numbers(0, total))
    assert 0 < tables[-1].num_rows <= rows


def test_a_table_without_rows_keeps_its_columns(store: Store) -> None:
    store.write_table("t.parquet", iter(()), schema=ODD.schema)
    assert store.read_table("t.parquet").equals(ODD.slice(0, 0))
    assert list(store.iter_tables("t.parquet", 10)) == []
    store.write_table("u.parquet", ODD.slice(0, 0))
    assert store.read_table("u.parquet").schema.equals(ODD.schema)


def test_neither_tables_nor_schema_is_an_error(store: Store) -> None:
    with pytest.raises(ArtifactError, match="no tables and no schema"):
        store.write_table("t.parquet", iter(()))


def test_a_table_that_does_not_fit_is_named_and_nothing_is_written(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"column 'n' is string, the file's is int64"):
        store.write_table("t.parquet", iter([numbers(0, 200_000), pa.table({"n": ["x"]})]), schema=numbers(0, 0).schema)
    with pytest.raises(ArtifactError, match=r"\['m'\] are too many, \['n'\] are missing"):
        store.write_table("t.parquet", pa.table({"m": [1]}), schema=numbers(0, 0).schema)
    strict = pa.schema([pa.field("n", pa.int64(), nullable=False)])
    with pytest.raises(ArtifactError, match="may not be empty and has 1 missing"):
        store.write_table("t.parquet", pa.table({"n": pa.array([1, None], pa.int64())}), schema=strict)
    store.write_table("u.parquet", numbers(0, 3), schema=strict)
    assert store.list() == ["u.parquet"]
    assert list((tmp_path / ".staging").iterdir()) == []


def test_a_failure_of_the_source_of_rows_passes_through(store: Store, tmp_path: Path) -> None:
    def rows() -> Iterator[pa.Table]:
        yield numbers(0, 200_000)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write_table("t.parquet", rows())
    assert store.list() == []
    assert list((tmp_path / ".staging").iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "middle"])
def test_a_damaged_file_is_named(store: Store, damage: str) -> None:
    artifact = store.write_table("t.parquet", numbers(0, 10_000))
    data = store.read_bytes("t.parquet")
    middle = data[:40] + bytes(len(data) - 80) + data[-40:]
    store.write_bytes("t.parquet", {"cut": data[:-20], "empty": b"", "text": b"a,b\n1,2\n", "middle": middle}[damage])
    with pytest.raises(ArtifactError, match=r"'t.parquet'.*Cure"):
        store.read_table("t.parquet")
    with pytest.raises(ArtifactError, match=r"'t.parquet'.*Cure"):
        list(store.iter_tables("t.parquet", 10))
    with pytest.raises(ArtifactError, match="was altered"):
        store.read_table("t.parquet", sha256=artifact.sha256)


def test_iter_tables_refuses_no_rows(store: Store) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        list(store.iter_tables("t.parquet", 0))


def test_tables_in_an_object_store() -> None:
    store = Store("memory://headwater-parquet")
    artifact = store.write_table("t.parquet", iter([ODD, ODD]), metadata={"k": "v"})
    assert store.read_table("t.parquet", columns=["yes"]).num_rows == 6
    assert store.read_table("t.parquet", sha256=artifact.sha256).num_rows == 6
    assert [table.num_rows for table in store.iter_tables("t.parquet", 4)] == [4, 2]
    assert store.parquet_metadata("t.parquet") == {"k": "v"}
