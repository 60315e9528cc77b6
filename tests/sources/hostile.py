"""Tables that a source should never hand over, and now and then does. Data only: no test lives here."""

# ruff: noqa: DTZ001 - times without zone are the subject here

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from headwater.spec import DatasetSpec

ROWS = 120

ODD_NAMES = (
    "two words",
    'a "quoted" one',
    "it's",
    "select",
    "Größe 身長",
    "100%",
    "a:b",
    "%(name)s",
    "semi;colon -- comment",
    "x" * 70,
)
"""Names that break SQL built by string formatting. The last is longer than Postgres keeps."""


def spec_of(columns: dict[str, Any], **parts: Any) -> DatasetSpec:
    """A spec named ``hostile`` with these columns, reading a CSV unless ``parts`` says otherwise."""
    given = {
        "dataset": "hostile",
        "owner": "tests",
        "source": {"kind": "parquet", "path": "unused.parquet"},
        "columns": columns,
        **parts,
    }
    return DatasetSpec.model_validate(given)


def ordinary(rows: int = ROWS) -> pd.DataFrame:
    """A healthy table: id, number, text; no missing value."""
    index = np.arange(rows)
    return pd.DataFrame({"id": index, "height": index % 7 + 0.5, "group": np.where(index % 3 == 0, "a", "b")})


ORDINARY = {"id": "id", "height": "numerical", "group": "categorical"}


def empty() -> pd.DataFrame:
    """0 rows."""
    return ordinary(0)


def single() -> pd.DataFrame:
    """1 row."""
    return ordinary(1)


def constant() -> pd.DataFrame:
    """A column of one number, a column of one text."""
    return pd.DataFrame({"id": np.arange(ROWS), "height": 3.0, "group": "only"})


def all_null() -> pd.DataFrame:
    """A number column and a text column without a value."""
    return ordinary().assign(height=np.nan, group=None)


def duplicate_names() -> pd.DataFrame:
    """Two columns of one name."""
    frame = ordinary()
    frame.columns = pd.Index(["id", "height", "height"])
    return frame


def odd_names() -> pd.DataFrame:
    """Numbers under the names of ``ODD_NAMES``."""
    return pd.DataFrame({name: np.arange(ROWS) + index / 4 for index, name in enumerate(ODD_NAMES)})


def infinities() -> pd.DataFrame:
    """Three infinite heights."""
    frame = ordinary()
    frame.loc[[3, 50], "height"] = np.inf
    frame.loc[7, "height"] = -np.inf
    return frame


def mixed() -> pd.DataFrame:
    """Heights of which two are text, one of them secret."""
    frame = ordinary()
    heights = frame["height"].astype(object)
    heights[4], heights[90] = "tall", "SECRET-VALUE"
    return frame.assign(height=heights)


def many_categories() -> pd.DataFrame:
    """20,000 different texts."""
    return pd.DataFrame({"id": np.arange(20_000), "group": [f"g{index}" for index in range(20_000)]})


def far_dates() -> pd.DataFrame:
    """The years 1600 and 2400, as Python dates and as datetimes; neither fits nanoseconds."""
    days = [date(1600, 1, 1), date(2400, 12, 31), date(2024, 2, 29), date(1969, 12, 31)] * (ROWS // 4)
    times = [datetime(1600, 1, 1, 1, 2, 3, 4), datetime(2400, 12, 31, 23, 59, 59)] * (ROWS // 2)
    return pd.DataFrame({"day": pd.Series(days, dtype=object), "time": pd.Series(times, dtype=object)})
