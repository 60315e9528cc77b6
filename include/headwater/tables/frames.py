"""The canonical pandas and Arrow forms of a table. One form, so that equal rows are equal bytes.

| storage   | pandas dtype                          | Arrow type       | missing |
|-----------|---------------------------------------|------------------|---------|
| integer   | Int64                                 | int64            | NA      |
| real      | float64                               | double           | NaN     |
| boolean   | boolean                               | bool             | NA      |
| text      | string (pyarrow-free, "python")       | string           | NA      |
| date      | datetime64[us], midnight              | date32           | NaT     |
| timestamp | datetime64[us], no zone               | timestamp[us]    | NaT     |

Categorical columns are ``category`` in pandas, with the schema's categories; in Arrow they are plain values.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from headwater.tables.schema import ColumnSchema, Storage, TableSchema

PANDAS_DTYPE: dict[Storage, str] = {
    "integer": "Int64",
    "real": "float64",
    "boolean": "boolean",
    "text": "string",
    "date": "datetime64[us]",
    "timestamp": "datetime64[us]",
}
ARROW_TYPE: dict[Storage, pa.DataType] = {
    "integer": pa.int64(),
    "real": pa.float64(),
    "boolean": pa.bool_(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


def conform(frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """``frame`` with exactly the schema's columns, order and dtypes; a fresh RangeIndex.

    Raises:
        KeyError: a column of the schema is missing.
        ValueError: a value does not fit its column's type, or is no category of it (never silently nulled).
    """
    columns = {column.name: _conform_column(frame[column.name], column) for column in schema.columns}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(frame)), columns=pd.Index(schema.names, dtype=object))


def to_arrow(frame: pd.DataFrame, schema: TableSchema) -> pa.Table:
    """A conforming frame as an Arrow table with plain (not dictionary) columns."""
    arrays = [_to_array(frame[column.name], column) for column in schema.columns]
    return pa.Table.from_arrays(arrays, schema=arrow_schema(schema))


def from_arrow(table: pa.Table, schema: TableSchema) -> pd.DataFrame:
    """The frame of an Arrow table written by :func:`to_arrow`."""
    return conform(
        pd.DataFrame({column.name: _from_array(table[column.name], column) for column in schema.columns}), schema
    )


def arrow_schema(schema: TableSchema) -> pa.Schema:
    """The Arrow schema that belongs to a table schema."""
    return pa.schema([pa.field(column.name, ARROW_TYPE[column.storage], column.nullable) for column in schema.columns])


def _conform_column(values: pd.Series, column: ColumnSchema) -> pd.Series:
    values = values.reset_index(drop=True)
    if column.categories is None:
        return _cast(values, column)
    dtype = pd.CategoricalDtype(pd.Index(column.categories, dtype=_category_dtype(column.storage)))
    if isinstance(values.dtype, pd.CategoricalDtype) and values.dtype.categories.identical(dtype.categories):
        return values  # compared by position: pandas calls two unordered types equal in whatever order
    if isinstance(values.dtype, pd.CategoricalDtype):
        as_category = values.cat.set_categories(dtype.categories)  # astype would keep the other order
    else:
        as_category = values.astype(dtype)
    foreign = int((as_category.isna() & values.notna()).sum())
    if foreign:
        raise ValueError(f"column {column.name!r} holds {foreign} values that are not among its categories")
    return as_category


def _cast(values: pd.Series, column: ColumnSchema) -> pd.Series:
    wanted = PANDAS_DTYPE[column.storage]
    is_time = column.storage in ("date", "timestamp")
    try:
        if is_time and (pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype)):
            raise TypeError("a number is no date")  # pandas would read it as microseconds since 1970
        cast: pd.Series = values if str(values.dtype) == wanted else values.astype(wanted)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        # The cause would quote a value of the row, so it is left out.
        raise ValueError(f"column {column.name!r} holds values that are not {column.storage}") from None
    if column.storage == "date" and bool((cast.dt.normalize() != cast)[cast.notna()].any()):
        raise ValueError(f"column {column.name!r} holds times of day; dates alone are stored here")
    return cast


def _category_dtype(storage: Storage) -> str:
    return {"integer": "int64", "real": "float64", "boolean": "bool"}.get(storage, "object")


def _to_array(values: pd.Series, column: ColumnSchema) -> pa.Array:
    wanted = ARROW_TYPE[column.storage]
    if isinstance(values.dtype, pd.CategoricalDtype):
        pool = pa.array(values.cat.categories.to_numpy(), type=wanted)
        codes = pa.array(values.cat.codes.to_numpy(), mask=values.isna().to_numpy())
        return pa.DictionaryArray.from_arrays(codes.cast(pa.int32()), pool).cast(wanted)
    return pa.Array.from_pandas(values, type=wanted)


def _from_array(values: pa.ChunkedArray, column: ColumnSchema) -> pd.Series:
    if column.categories is not None:
        encoded = values.cast(ARROW_TYPE[column.storage]).combine_chunks().dictionary_encode()
        encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        found = pd.Index(encoded.dictionary.to_pandas())
        position = pd.Index(column.categories, dtype=_category_dtype(column.storage)).get_indexer(found)
        if (position < 0).any():
            raise ValueError(
                f"column {column.name!r} holds {int((position < 0).sum())} values that are not among its categories"
            )
        dtype = pd.CategoricalDtype(pd.Index(column.categories, dtype=_category_dtype(column.storage)))
        return pd.Series(pd.Categorical.from_codes(np.append(position, -1)[codes], dtype=dtype))
    if column.storage == "integer":
        return values.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    if column.storage == "boolean":
        return values.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
    if column.storage in ("date", "timestamp"):
        return pd.Series(values.cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]"))
    return values.to_pandas()
