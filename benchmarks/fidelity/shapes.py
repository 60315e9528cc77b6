"""Marginals and pairs of columns, by sdmetrics' quality report. Sees no joint structure of three columns or more.

Belongs here: calling sdmetrics. Does not: any formula of our own.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd

from headwater.checks.arrays import is_discrete
from headwater.tables.schema import ColumnSchema, TableSchema


def shapes(real: pd.DataFrame, synthetic: pd.DataFrame, schema: TableSchema) -> dict[str, float | None]:
    """``shape``, ``trend`` and ``trend_all_pairs``, each 1 at best (sdmetrics' ``QualityReport``, DataCebo 2023).

    ``shape``: mean over columns of KSComplement (numbers, dates) or TVComplement (categories).
    ``trend``: the report's own column pair trends: CorrelationSimilarity of two numbers, ContingencySimilarity
    otherwise (numbers in ten bins); mean over the pairs that the report counts, those whose real correlation or
    association is above its thresholds. ``trend_all_pairs``: the same over all pairs, as papers before those
    thresholds have it; it falls with every pair of large categories, also between two real samples.

    Sampling noise alone lowers all three: they compare only at equal numbers of rows. None where nothing is scored.
    """
    from sdmetrics.reports import QualityReport

    columns = {column.name: {"sdtype": _sdtype(column)} for column in schema.learned}
    metadata = {"tables": {"t": {"columns": columns}}, "relationships": []}
    sides = [{"t": pd.DataFrame({name: _plain(rows[name]) for name in columns})} for rows in (real, synthetic)]
    report, every = QualityReport(), QualityReport()
    every.real_correlation_threshold = every.real_association_threshold = 0
    state = np.random.get_state()
    np.random.seed(0)  # above 50,000 rows sdmetrics draws a sample from the global generator
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # constant columns; their pairs are left out of the mean
            report.generate(*sides, metadata, verbose=False)
            every.generate(*sides, metadata, verbose=False)
    finally:
        np.random.set_state(state)
    scores, all_pairs = (one.get_properties().set_index("Property")["Score"] for one in (report, every))
    return {
        "shape": _number(scores["Column Shapes"]),
        "trend": _number(scores["Column Pair Trends"]),
        "trend_all_pairs": _number(all_pairs["Column Pair Trends"]),
    }


def _sdtype(column: ColumnSchema) -> str:
    if is_discrete(column):
        return "categorical"
    return "datetime" if column.sdtype == "datetime" else "numerical"


def _plain(values: pd.Series) -> pd.Series:
    """The dtypes sdmetrics expects: object for categories, float64 for numbers, nanoseconds for dates."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.astype("datetime64[ns]")
    if isinstance(values.dtype, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(values.dtype):
        return values.astype(object).where(values.notna(), None).astype(object)
    return values.astype("Float64").astype("float64")


def _number(score: float) -> float | None:
    return None if math.isnan(score) else float(score)
