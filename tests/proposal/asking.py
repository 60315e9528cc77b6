"""Tables for the tests of proposals: one column after another, as a CSV or typed. No test lives here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from headwater.proposal import columns
from headwater.proposal.finding import Finding

ROWS, VISITS = 400, 600


def random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def texts(values: Any) -> pd.Series:
    """Cells as a CSV gives them: text, the empty one missing."""
    return pd.Series([None if value == "" else str(value) for value in values], dtype=object)


def of_csv(name: str, values: Any) -> Finding:
    """What is found of a CSV's only column."""
    found = columns.look(pd.DataFrame({name: texts(values)}), is_csv=True)
    assert found.problems == ()
    return found.findings[0]


def of_table(name: str, values: Any) -> Finding:
    """What is found of a typed column, as a database or a Parquet file gives it."""
    found = columns.look(pd.DataFrame({name: values}), is_csv=False)
    assert found.problems == ()
    return found.findings[0]


def found_in(frame: pd.DataFrame) -> tuple[Finding, ...]:
    """What is found of the columns of a typed frame."""
    found = columns.look(frame, is_csv=False)
    assert found.problems == ()
    return found.findings


def said(finding: Finding) -> str:
    """All that a log would show of a column."""
    return " | ".join([*finding.told, *finding.unsure])


def visits(rows: int = VISITS) -> pd.DataFrame:
    """A little of everything, with a target that follows from the rest."""
    draw = random(5)
    start = pd.Timestamp("2023-01-01") + pd.to_timedelta(draw.integers(0, 700, rows), unit="D")
    age, ward = draw.integers(1, 95, rows), draw.choice(["surgery", "medicine", "children"], rows)
    smoker = draw.random(rows) < 0.4
    return pd.DataFrame(
        {
            "visit_id": np.arange(rows) + 100,
            "patient_id": draw.integers(0, 200, rows) + 5_000,
            "e-mail": [f"SECRET{i}@clinic.example" for i in range(rows)],
            "age": age,
            "ward": ward,
            "floor": pd.Series(ward).map({"surgery": "first", "medicine": "first", "children": "second"}),
            "diagnosis": draw.choice(["SECRETA", "SECRETB", "SECRETC"], rows, p=[0.6, 0.395, 0.005]),
            "place": ["UNUSUAL" if i < 2 else "elsewhere" if i % 2 else "here" for i in range(rows)],
            "smoker": np.where(smoker, "Y", "N"),
            "cigarettes": np.where(smoker, draw.integers(0, 40, rows), 0),
            "admitted": start.strftime("%Y-%m-%d"),
            "discharged": (start + pd.to_timedelta(draw.integers(0, 30, rows), unit="D")).strftime("%Y-%m-%d"),
            "lab": np.where(draw.random(rows) < 0.2, "NA", draw.normal(5, 1, rows).round(2).astype(str)),
            "readmitted": (age + draw.normal(0, 10, rows) > 60).astype(int),
        }
    )
