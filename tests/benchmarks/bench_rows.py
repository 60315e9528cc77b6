"""Small tables for the tests of the bench."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema


def number(name: str, nullable: bool = False) -> ColumnSchema:
    return ColumnSchema(name=name, sdtype="numerical", storage="real", nullable=nullable)


def category(name: str, *categories: Any) -> ColumnSchema:
    return ColumnSchema(name=name, sdtype="categorical", storage="text", nullable=True, categories=categories)


def table(columns: list[ColumnSchema], values: dict[str, Any]) -> tuple[pd.DataFrame, TableSchema]:
    schema = TableSchema(columns=tuple(columns))
    return conform(pd.DataFrame(values), schema), schema


def people(rows: int = 400, seed: int = 0) -> tuple[pd.DataFrame, TableSchema]:
    """Income follows age and town; half of the people are rich."""
    draw = np.random.default_rng(seed)
    age, town = draw.normal(40.0, 10.0, rows), draw.choice(["a", "b", "c"], rows)
    income = 2 * age + 30 * (town == "a") + draw.normal(0, 5, rows)
    rich = np.where(income > np.median(income), "yes", "no")
    columns = [number("age"), number("income"), category("town", "a", "b", "c"), category("rich", "no", "yes")]
    return table(columns, {"age": age, "income": income, "town": town, "rich": rich})
