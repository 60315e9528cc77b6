"""Tables for the tests of proposals: one column after another, as a CSV or typed. No test lives here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from headwater.proposal import columns
from headwater.proposal.finding import Finding

ROWS = 400


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
