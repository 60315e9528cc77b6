"""Where the real rows are: a table or query behind a connection, a CSV or a Parquet file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from headwater.spec.model import Model


class TableSource(Model):
    """A table reached through an Airflow connection id."""

    kind: Literal["table"]
    connection: str = Field(min_length=1, description="Airflow connection id; its secret never enters this file.")
    table: str = Field(min_length=1)
    schema_: str | None = Field(None, alias="schema", description="Database schema of the table.")


class QuerySource(Model):
    """The result of one SELECT behind an Airflow connection id."""

    kind: Literal["query"]
    connection: str = Field(min_length=1)
    query: str = Field(min_length=1, description="One SELECT statement.")


class CsvSource(Model):
    """A CSV file with a header line."""

    kind: Literal["csv"]
    path: str = Field(min_length=1, description="File or fsspec URL; ${NAME} is read from the environment.")
    separator: str = Field(",", pattern=r"^[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x7f]$", description="One ASCII character.")
    missing: tuple[str, ...] = Field(("",), description="Texts that mean: no value.")


class ParquetSource(Model):
    """A Parquet file."""

    kind: Literal["parquet"]
    path: str = Field(min_length=1, description="File or fsspec URL; ${NAME} is read from the environment.")


Source = Annotated[TableSource | QuerySource | CsvSource | ParquetSource, Field(discriminator="kind")]
