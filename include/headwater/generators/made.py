"""Which maker fills a column that is never learned: ids or personal data. The makers have their own files."""

from __future__ import annotations

import pandas as pd

from headwater.generators.identifiers import check_identifier, fresh_identifiers
from headwater.generators.personal import check_personal, fresh_personal
from headwater.tables.schema import ColumnSchema, TableSchema


def check_made(schema: TableSchema) -> None:
    """Raise :class:`FitError` for the first id or pii column that cannot be made."""
    for column in schema.columns:
        if column.sdtype == "id":
            check_identifier(column)
        elif column.sdtype == "pii":
            check_personal(column)


def made_column(column: ColumnSchema, position: int, rows: int, seed: int) -> pd.Series:
    """``rows`` fresh values of an id or pii column. Same arguments, same values."""
    make = fresh_identifiers if column.sdtype == "id" else fresh_personal
    return make(column, position, rows, seed)
