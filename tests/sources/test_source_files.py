"""CSV and Parquet: what is read, and in which words a bad file is refused."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from tests.sources import hostile

from headwater.sources.conform import conform_source
from headwater.sources.errors import SourceError, SourceUnavailable
from headwater.sources.files import resolve, shown
from headwater.sources.read import read_source
from headwater.spec import DatasetSpec

CARDIO = Path("../shared/data/cardio.csv")
COLUMNS: dict[str, Any] = {
    "id": "id",
    "height": {"sdtype": "numerical", "nullable": True},
    "group": {"sdtype": "categorical", "nullable": True},
}
Written = Callable[..., DatasetSpec]


def no_connection(connection_id: str) -> str:
    raise AssertionError(f"a file needs no connection, and {connection_id} was asked for")


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write bytes to a CSV and give the spec that reads it."""

    def write(
        data: bytes | str, columns: dict[str, Any] = COLUMNS, name: str = "rows.csv", **source: Any
    ) -> DatasetSpec:
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return hostile.spec_of(columns, source={"kind": "csv", "path": str(path), **source})

    return write


def refused(spec: DatasetSpec) -> str:
    with pytest.raises(SourceError) as caught:
        conform_source(read_source(spec, no_connection), spec)
    assert not isinstance(caught.value, SourceUnavailable)
    assert caught.value.__cause__ is None
    assert "'hostile'" in str(caught.value)
    assert "Cure:" in str(caught.value)
    return str(caught.value)


def rows(count: int = 120) -> str:
    return "".join(f"{index},{index}.5,g{index % 3}\n" for index in range(count))


def test_numbers_parse_and_categories_stay_text(written: Written) -> None:
    raw = read_source(written("id,height,group\n007,1.5,01\n8,2,1.0\n9,,NA\n10,3,\n"), no_connection)
    assert raw["height"].tolist()[:2] == [1.5, 2.0]
    assert raw["height"].isna().tolist() == [False, False, True, False]
    assert raw["group"].tolist() == ["01", "1.0", "NA", None]
    assert raw["id"].tolist() == ["007", "8", "9", "10"]


def test_separator_and_missing_texts(written: Written) -> None:
    spec = written("id;height;group\n1;?;a,b\n2;4;-\n", separator=";", missing=["?", "-"])
    raw = read_source(spec, no_connection)
    assert raw["height"].isna().tolist() == [True, False]
    assert raw["group"].tolist() == ["a,b", None]


def test_quoted_newlines_and_quotes(written: Written) -> None:
    raw = read_source(written('id,height,group\n1,2,"two\nlines, and ""quotes"""\n'), no_connection)
    assert raw["group"].tolist() == ['two\nlines, and "quotes"']


def test_a_quoted_newline_at_a_block_border(written: Written) -> None:
    body = "".join(f'{index},1.5,"{"x" * 4_000}\n{index}"\n' for index in range(5_000))
    raw = read_source(written("id,height,group\n" + body), no_connection)
    assert len(raw) == 5_000
    assert raw["group"][4_999].endswith("\n4999")


def test_windows_lines_bom_and_gzip(written: Written) -> None:
    plain = b"\xef\xbb\xbf" + ("id,height,group\r\n" + rows().replace("\n", "\r\n")).encode()
    for data, name in ((plain, "rows.csv"), (gzip.compress(plain), "rows.csv.gz")):
        spec = written(data, name=name)
        frame, _ = conform_source(read_source(spec, no_connection), spec)
        assert frame.shape == (120, 3)
        assert frame["group"].tolist()[:3] == ["g0", "g1", "g2"]


def test_odd_header_names(written: Written) -> None:
    names = hostile.ODD_NAMES
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    spec = written(header + "\n" + (",".join("1" for _ in names) + "\n") * 120, dict.fromkeys(names, "numerical"))
    frame, _ = conform_source(read_source(spec, no_connection), spec)
    assert tuple(frame.columns) == names


def test_duplicate_header(written: Written) -> None:
    assert "2 columns of the source are called 'group'" in refused(written("id,height,group,group\n1,2,a,b\n"))


def test_path_from_the_environment(written: Written, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written("id,height,group\n" + rows())
    spec = hostile.spec_of(COLUMNS, source={"kind": "csv", "path": "${HEADWATER_FOLDER}/rows.csv"})
    monkeypatch.setenv("HEADWATER_FOLDER", str(tmp_path))
    assert len(read_source(spec, no_connection)) == 120
    monkeypatch.delenv("HEADWATER_FOLDER")
    text = refused(spec)
    assert "HEADWATER_FOLDER, which is not set" in text
    assert "Cure: Set HEADWATER_FOLDER" in text


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_EMPTY", "")
    with pytest.raises(SourceError, match="HEADWATER_EMPTY, which is not set"):
        resolve("hostile", "${HEADWATER_EMPTY}")


def test_secrets_of_a_url_are_not_shown() -> None:
    assert shown("s3://user:hunter2@bucket/rows.csv?X-Signature=abc") == "'s3://bucket/rows.csv'"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_missing_file_folder_and_empty_file(tmp_path: Path, kind: str) -> None:
    (tmp_path / "empty").write_bytes(b"")
    for name, words in (("nowhere", "There is no file"), (".", "is a folder"), ("empty", "is empty")):
        spec = hostile.spec_of(COLUMNS, source={"kind": kind, "path": str(tmp_path / name)})
        assert words in refused(spec)


def test_unknown_kind_of_url() -> None:
    spec = hostile.spec_of(COLUMNS, source={"kind": "csv", "path": "nosuchstore://user:hunter2@bucket/rows.csv"})
    text = refused(spec)
    assert "needs a package" in text
    assert "hunter2" not in text


def test_header_alone(written: Written) -> None:
    assert "holds no rows" in refused(written("id,height,group\n"))


@pytest.mark.parametrize(
    "data",
    [
        b"id,height,group\n1,2,\xe9SECRET\n",
        b"id,height,gro\xe9p\n1,2,a\n",
        b"id,height,group\n1,\xe92,a\n",
        "id,height,group\n1,2,a\n".encode("utf-16"),
    ],
    ids=["cell", "header", "number", "utf-16"],
)
def test_bad_encoding(written: Written, data: bytes) -> None:
    text = refused(written(data))
    assert "UTF-8" in text
    assert "SECRET" not in text


def test_ragged_rows_are_counted_and_not_shown(written: Written) -> None:
    text = refused(written("id,height,group\n1,2,a\n3,4\n5,6,b,SECRET\n"))
    assert "2 rows whose number of fields is not the header's 3, first in row 3" in text
    assert "SECRET" not in text


def test_numbers_with_a_few_texts(written: Written) -> None:
    text = refused(written("id,height,group\n" + rows() + "999,SECRET,a\n"))
    assert "Column 'height' mixes numbers and text: 1 of 121 values are no number" in text
    assert "source.missing" in text
    assert "SECRET" not in text


def test_the_wrong_separator_reads_as_drift(written: Written) -> None:
    assert "'height' of the spec is missing" in refused(written("id;height;group\n1;2;a\n"))


def test_parquet_of_every_type(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array(range(120), pa.int32()),
            "number": pa.array([None, Decimal("1.50")] * 60, pa.decimal128(8, 2)),
            "group": pa.array(["a", "b"] * 60).dictionary_encode(),
            "day": pa.array([date(1600, 1, 1), date(2400, 1, 1)] * 60),
            "time": pa.array([0, 1] * 60, pa.timestamp("ms", tz="UTC")),
            "flag": pa.array([True, None] * 60),
        }
    )
    parquet.write_table(table, tmp_path / "rows.parquet", row_group_size=50)
    columns = {
        "id": "id",
        "number": {"sdtype": "numerical", "nullable": True},
        "group": "categorical",
        "day": "datetime",
        "time": "datetime",
        "flag": {"sdtype": "boolean", "nullable": True},
    }
    spec = hostile.spec_of(columns, source={"kind": "parquet", "path": str(tmp_path / "rows.parquet")})
    frame, schema = conform_source(read_source(spec, no_connection), spec)
    storages = [column.storage for column in schema.columns]
    assert storages == ["integer", "real", "text", "date", "timestamp", "boolean"]
    assert schema["number"].decimals == 1
    assert frame["day"][1].isoformat() == "2400-01-01T00:00:00"
    assert frame["time"][1].isoformat() == "1970-01-01T00:00:00.001000"


def test_parquet_cut_short_or_something_else(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    hostile.ordinary().to_parquet(path)
    spec = hostile.spec_of(COLUMNS, source={"kind": "parquet", "path": str(path)})
    for data in (path.read_bytes()[:-20], b"id,height\n1,2\n"):
        path.write_bytes(data)
        assert "no Parquet file, or it is cut short" in refused(spec)


def test_a_batch_of_ours_is_no_source(tmp_path: Path) -> None:
    """Its footer says so; a copy without the label is found by the scan."""
    path = tmp_path / "rows.parquet"
    hostile.ordinary().to_parquet(path)
    spec = hostile.spec_of(COLUMNS, source={"kind": "parquet", "path": str(path)})
    table = parquet.read_table(path)
    label = {b"headwater.synthetic": b"true", b"headwater.batch_id": b"7\xff" * 99}
    parquet.write_table(table.replace_schema_metadata(label), path)
    said = refused(spec)
    assert "rows are synthetic: Headwater made them" in said
    assert len(said) < 600
    parquet.write_table(table.replace_schema_metadata({b"headwater.synthetic": b"false"}), path)
    assert read_source(spec, no_connection).shape[0] == table.num_rows


@pytest.mark.skipif(not CARDIO.exists(), reason=f"{CARDIO} is not here")
def test_cardio_with_semicolons() -> None:
    columns: dict[str, Any] = dict.fromkeys(("age", "height", "weight", "ap_hi", "ap_lo"), "numerical")
    columns |= dict.fromkeys(("gender", "cholesterol", "gluc"), "categorical")
    columns |= dict.fromkeys(("smoke", "alco", "active", "cardio"), "boolean") | {"id": "id"}
    source = {"kind": "csv", "path": str(CARDIO), "separator": ";"}
    spec = hostile.spec_of(columns, source=source, keys={"primary": ["id"]})
    frame, schema = conform_source(read_source(spec, no_connection), spec)
    assert frame.shape == (70_000, 13)
    assert schema["weight"].storage == "real"
    assert schema["id"].storage == "integer"
    assert schema["cholesterol"].categories == ("1", "2", "3")
    assert frame["cardio"].sum() == 34_979


def test_a_frame_of_pandas_is_taken_as_it_is(tmp_path: Path) -> None:
    hostile.ordinary().to_parquet(tmp_path / "rows.parquet")
    spec = hostile.spec_of(hostile.ORDINARY, source={"kind": "parquet", "path": str(tmp_path / "rows.parquet")})
    read, schema = conform_source(read_source(spec, no_connection), spec)
    direct, same = conform_source(hostile.ordinary(), spec)
    pd.testing.assert_frame_equal(read, direct)
    assert schema == same
