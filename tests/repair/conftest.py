"""A table with every kind of column, as ``acquire`` would find it; its frozen profile, and more rows of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from headwater.generators.table_codec import TableCodec
from headwater.repair.frozen import Bins, freeze
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

SCHEMA = TableSchema(
    columns=(
        ColumnSchema(name="key", sdtype="id", storage="integer", nullable=False),
        ColumnSchema(name="ward", sdtype="categorical", storage="text", nullable=True, categories=("a", "b", "rare")),
        ColumnSchema(name="dose", sdtype="categorical", storage="real", nullable=False, categories=(0.5, 1.0)),
        ColumnSchema(name="age", sdtype="numerical", storage="integer", nullable=False),
        ColumnSchema(name="cost", sdtype="numerical", storage="real", nullable=True, decimals=2),
        ColumnSchema(name="weight", sdtype="numerical", storage="real", nullable=False),
        ColumnSchema(name="ill", sdtype="boolean", storage="boolean", nullable=False),
        ColumnSchema(name="day", sdtype="datetime", storage="date", nullable=False),
        ColumnSchema(name="at", sdtype="datetime", storage="timestamp", nullable=True),
    )
)


def rows(count: int, seed: int, *, rare: float = 0.05) -> pd.DataFrame:
    """Rows in which the rare ward is old and dear."""
    draw = np.random.default_rng(seed)
    ward = draw.choice(["a", "b", "rare"], count, p=[0.6 - rare, 0.4, rare])
    age = np.where(ward == "rare", draw.integers(80, 100, count), draw.integers(0, 70, count))
    cost = np.round(np.exp(draw.normal(3 + age / 40, 0.3)), 2)
    day = np.datetime64("2024-01-01") + draw.integers(0, 365, count)
    frame = pd.DataFrame(
        {
            "key": np.arange(count) + 1_000_000 * seed,
            "ward": np.where(draw.random(count) < 0.02, None, ward),
            "dose": draw.choice([0.5, 1.0], count),
            "age": age,
            "cost": np.where(draw.random(count) < 0.1, np.nan, cost),
            "weight": draw.normal(70, 10, count),
            "ill": draw.random(count) < age / 100,
            "day": day.astype("datetime64[us]"),
            "at": np.where(draw.random(count) < 0.1, np.datetime64("NaT"), day.astype("datetime64[us]")),
        }
    )
    return conform(frame, SCHEMA)


def asked(conditions: Mapping[str, Any], count: int) -> pd.DataFrame:
    """Rows that meet conditions, read as the generators' ``sample_where`` reads them."""
    many, codec = _many()
    return many[codec.meets(many, codec.wanted(conditions))].head(count).reset_index(drop=True)


@cache
def _many() -> tuple[pd.DataFrame, TableCodec]:
    found = rows(40_000, 99)
    return found, TableCodec.learn(found, SCHEMA)


@pytest.fixture(scope="session")
def bins() -> Bins:
    return Bins(freeze(rows(3_000, 1), SCHEMA), SCHEMA)
