"""How the tests of conform ask their questions: one column, or one table. No test lives here."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from tests.sources import hostile

from headwater.sources.conform import conform_source
from headwater.sources.errors import SourceError
from headwater.tables.frames import conform, from_arrow, to_arrow
from headwater.tables.schema import ColumnSchema


def one(values: Any, column: Any, *, rows_min: int = 20, kind: str = "parquet") -> tuple[pd.Series, ColumnSchema]:
    """The conformed column ``x``, its values repeated to at least 20 rows; a numerical column beside it."""
    values = list(values) if not isinstance(values, pd.Series) else values
    series: pd.Series = values if isinstance(values, pd.Series) else pd.Series(values, dtype=object)
    times = -(-20 // len(series))
    series = pd.concat([series] * times, ignore_index=True)
    spec = hostile.spec_of(
        {"x": column, "other": "numerical"},
        contract={"source_rows_min": rows_min},
        source={"kind": kind, "path": "unused"},
    )
    frame, schema = conform_source(pd.DataFrame({"x": series, "other": 1.5}), spec)
    pd.testing.assert_frame_equal(frame, conform(frame, schema))
    pd.testing.assert_frame_equal(frame, from_arrow(to_arrow(frame, schema), schema))
    return frame["x"].head(len(series) // times), schema["x"]


def refused_table(frame: pd.DataFrame | pa.Table, columns: dict[str, Any], **parts: Any) -> str:
    with pytest.raises(SourceError) as caught:
        conform_source(frame, hostile.spec_of(columns, **parts))
    assert "hostile" in str(caught.value)
    assert all(problem.cure for problem in caught.value.problems)
    return str(caught.value)


def refused_column(values: Any, column: Any, kind: str = "parquet") -> str:
    with pytest.raises(SourceError) as caught:
        one(values, column, kind=kind)
    return str(caught.value)
