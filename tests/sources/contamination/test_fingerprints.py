"""Fingerprints: what they hold, that equal rows agree whatever their storage, and hostile values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from headwater.sources.contamination.fingerprints import bits, cell_hashes, distinct, fingerprint_schema, fingerprints
from headwater.tables.schema import ColumnSchema, TableSchema


def category(name: str, *values: object, storage: str = "text") -> ColumnSchema:
    return ColumnSchema.model_validate(
        {"name": name, "sdtype": "categorical", "storage": storage, "nullable": True, "categories": values}
    )


def number(name: str, storage: str = "real") -> ColumnSchema:
    return ColumnSchema.model_validate({"name": name, "sdtype": "numerical", "storage": storage, "nullable": True})


def of(values: list[object], column: ColumnSchema) -> pa.ChunkedArray:
    schema = TableSchema(columns=(column,))
    dtype = pd.CategoricalDtype(list(column.categories)) if column.categories else None
    return fingerprints(pd.DataFrame({column.name: pd.Series(values, dtype=dtype)}), schema).column(column.name)


def test_numbers_stay_themselves_and_moments_become_seconds() -> None:
    moment = ColumnSchema(name="at", sdtype="datetime", storage="timestamp", nullable=True)
    assert of([1.5, None], number("x")).to_pylist()[0] == 1.5
    assert np.isnan(of([1.5, None], number("x")).to_numpy()[1])
    found = of([pd.Timestamp("1970-01-02 00:00:01.5"), pd.NaT], moment).to_numpy()
    assert found[0] == 86_401.5
    assert np.isnan(found[1])


def test_a_category_has_one_digest_whatever_its_storage_and_company() -> None:
    whole = of([1, 3, None], category("c", 1, 3, storage="integer")).to_pylist()
    assert of([3.0], category("c", 3.0, 7.0, storage="real")).to_pylist() == [whole[1]]
    assert of(["3"], category("c", "3", "a")).to_pylist() == [whole[1]]
    assert whole[2] == 0
    assert whole[0] not in (0, whole[1])
    flag = ColumnSchema(name="c", sdtype="boolean", storage="boolean", nullable=True)
    values = pd.DataFrame({"c": pd.Series([True, False, None], dtype="boolean")})
    digests = fingerprints(values, TableSchema(columns=(flag,))).column("c").to_pylist()
    assert len(set(digests)) == 3
    assert digests[0] != whole[0]  # true is no 1


def test_ids_and_personal_data_are_not_kept() -> None:
    columns = (
        ColumnSchema(name="id", sdtype="id", storage="integer", nullable=False),
        ColumnSchema(name="mail", sdtype="pii", storage="text", nullable=False, pii="email"),
        number("x"),
    )
    schema = TableSchema(columns=columns)
    frame = pd.DataFrame({"id": [1], "mail": ["a@example.org"], "x": [2.0]})
    assert fingerprints(frame, schema).column_names == ["x"] == fingerprint_schema(schema).names


def test_hashes_tell_columns_apart_and_zero_from_missing() -> None:
    table = pa.table({"a": [0.0, -0.0, float("nan"), 1.0], "b": [0.0, 0.0, float("nan"), 1.0]})
    a, b = (cell_hashes(table.column(name).to_numpy(), name) for name in ("a", "b"))
    assert a[0] == a[1]
    assert len({a[0], a[2], a[3]}) == 3
    assert not (a == b).any()
    odd_nan = np.array([0x7FF8000000000001], dtype=np.uint64).view(np.float64)
    assert bits(odd_nan)[0] == bits(np.array([np.nan]))[0]


def test_distinct_rows_stay_once() -> None:
    table = pa.table({"x": [1.0, 2.0, 1.0], "c": pa.array([5, 5, 5], pa.uint32())})
    assert sorted(distinct(table).column("x").to_pylist()) == [1.0, 2.0]
    assert distinct(table.slice(0, 0)).num_rows == 0


def test_hostile_names_and_texts() -> None:
    name = "a\0b '\"; DROP TABLE"
    column = category(name, "", "\U0001f600", "x" * 10_000)
    found = of(["", "\U0001f600", "x" * 10_000], column).to_pylist()
    assert len(set(found)) == 3
    assert 0 not in found
