"""A table with a constraint of every kind, and how many rows break each: counted by plain pandas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from generator_tables import categorical, column, numerical, table
from pydantic import TypeAdapter

from headwater.spec.constraints import Constraint
from headwater.tables.schema import TableSchema

DEGREES = {"none": (0, 1), "school": (4, 8), "college": (9, 12), "doctor": (16,)}
DECLARED: list[dict[str, Any]] = [
    {"kind": "inequality", "low": "admitted", "high": "discharged"},
    {"kind": "range", "low": "first", "middle": "second", "high": "third"},
    {"kind": "fixed_combinations", "columns": ["education", "years"]},
    {"kind": "one_hot", "columns": ["is red", "is green", "is blue"]},
    {"kind": "positive", "column": "price", "strict": True},
    {"kind": "negative", "column": "debt"},
    {"kind": "unique", "columns": ["ward", "slot"]},
    {"kind": "expression", "rule": "smoker or cigarettes == 0"},
]


def constraints(*declared: dict[str, Any]) -> tuple[Constraint, ...]:
    """Constraints as a spec declares them."""
    return TypeAdapter(tuple[Constraint, ...]).validate_python(declared)


ALL = constraints(*DECLARED)


def wards(rows: int = 600, seed: int = 5) -> tuple[pd.DataFrame, TableSchema]:
    """Admissions that keep :data:`ALL`, with missing values on both sides of the inequality and inside the range."""
    rng = np.random.Generator(np.random.PCG64(seed))
    admitted = np.datetime64("2023-01-01", "D") + rng.integers(0, 700, rows)
    discharged = admitted + rng.geometric(0.2, rows) - 1
    first = rng.integers(0, 50, rows)
    second = first + rng.integers(0, 9, rows)
    degree = rng.choice(list(DEGREES), rows, p=[0.1, 0.5, 0.3, 0.1])
    colour = rng.integers(0, 3, rows)
    smoker = rng.random(rows) < 0.3
    key = rng.choice(4 * 12_000, rows, replace=False)
    values = {
        "visit": np.arange(rows),
        "mail": ["someone@example.org"] * rows,
        "admitted": pd.Series(admitted.astype("M8[us]")).mask(rng.random(rows) < 0.08),
        "discharged": pd.Series(discharged.astype("M8[us]")).mask(rng.random(rows) < 0.15),
        "first": first,
        "second": pd.array(np.where(rng.random(rows) < 0.2, None, second), dtype="Int64"),
        "third": second + rng.integers(0, 20, rows),
        "education": degree,
        "years": [int(rng.choice(DEGREES[one])) for one in degree],
        "is red": (colour == 0).astype(int),
        "is green": (colour == 1).astype(int),
        "is blue": colour == 2,
        "price": np.round(rng.gamma(2.0, 9.0, rows) + 0.01, 2),
        "debt": -rng.exponential(3.0, rows),
        "ward": np.array(["n", "s", "e", "w"], dtype=object)[key % 4],
        "slot": key // 4,
        "smoker": pd.array(smoker, dtype="boolean"),
        "cigarettes": np.where(smoker, rng.integers(0, 30, rows), 0),
    }
    columns = [
        column("visit", "id", "integer"),
        column("mail", "pii", "text", pii="email"),
        column("admitted", "datetime", "date", nullable=True),
        column("discharged", "datetime", "date", nullable=True),
        numerical("first", "integer"),
        numerical("second", "integer", nullable=True),
        numerical("third", "integer"),
        categorical("education", tuple(sorted(DEGREES))),
        numerical("years", "integer"),
        numerical("is red", "integer"),
        numerical("is green", "integer"),
        column("is blue", "boolean", "boolean"),
        numerical("price", "real", 2),
        numerical("debt"),
        categorical("ward", ("e", "n", "s", "w")),
        numerical("slot", "integer"),
        column("smoker", "boolean", "boolean"),
        numerical("cigarettes", "integer"),
    ]
    return table(columns, values)


def broken(rows: pd.DataFrame) -> dict[str, int]:
    """How many rows break each constraint of :data:`ALL`, by plain pandas; kinds that no row breaks are left out."""
    second = rows["second"].astype("Float64")
    found = {
        "inequality": int((rows["discharged"] < rows["admitted"]).sum()),
        "range": int(
            ((second < rows["first"]) | (rows["third"] < second) | (rows["third"] < rows["first"])).fillna(False).sum()
        ),
        "fixed_combinations": sum(y not in DEGREES[e] for e, y in zip(rows["education"], rows["years"], strict=True)),
        "one_hot": int((rows["is red"] + rows["is green"] + rows["is blue"].astype("Int64") != 1).sum()),
        "positive": int((rows["price"] <= 0).sum()),
        "negative": int((rows["debt"] > 0).sum()),
        "unique": int(rows[["ward", "slot"]].duplicated().sum()),
        "expression": int((~rows["smoker"] & (rows["cigarettes"] != 0)).sum()),
    }
    return {kind: count for kind, count in found.items() if count}
