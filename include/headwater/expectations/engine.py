"""A pandas engine for Great Expectations that counts the rows which break a rule, and never copies the frame.

The stock engine filters a copy of the whole frame for every rule and collects the offending values, which then wait in
memory to be printed (what either costs: ``make bench BENCH=docs``). Here each rule of :data:`COUNTS` is answered by
one pass over its own columns, and a list of values or rows is always empty, whatever result format is asked for.
Every other metric is the stock engine's. Which rows break a rule that failed: ``breaking_rows.py``.

Belongs here: how a count is computed. Does not: which rules there are (``suite.py``), or whether a count is good
(Great Expectations decides).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from great_expectations.exceptions import MetricResolutionError
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.validator.metric_configuration import MetricConfiguration, MetricConfigurationID

from headwater.checks.refusal import CannotJudgeError

Kwargs = Mapping[str, Any]


class CountingEngine(PandasExecutionEngine):
    """Answers the metrics of the table's rules by counting; resolves all others as pandas does.

    ``told`` collects the messages of its own errors, which hold no value of a row and may be printed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.told: set[str] = set()

    def resolve_metrics(
        self,
        metrics_to_resolve: Iterable[MetricConfiguration],
        metrics: dict[MetricConfigurationID, Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> dict[MetricConfigurationID, Any]:
        """The values of ``metrics_to_resolve`` by their id.

        Raises:
            MetricResolutionError: a column is missing, or its values cannot be compared.
        """
        wanted = list(metrics_to_resolve)
        resolved = {metric.id: self._answer(metric) for metric in wanted if _is_ours(metric.metric_name)}
        others = [metric for metric in wanted if not _is_ours(metric.metric_name)]
        if others:
            resolved.update(super().resolve_metrics(others, metrics, runtime_configuration))
        return resolved

    def _answer(self, metric: MetricConfiguration) -> Any:
        name = metric.metric_name
        if name.endswith((".unexpected_values", ".unexpected_index_list", ".unexpected_rows")):
            return []
        if name not in COUNTS:
            return None  # a row mask or a query: made only for lists of rows, which nobody gets
        try:
            frame = self.get_domain_records({"batch_id": metric.metric_domain_kwargs.get("batch_id")})
            return COUNTS[name](frame, metric.metric_domain_kwargs, metric.metric_value_kwargs)
        except Exception as error:
            own = isinstance(error, CannotJudgeError)
            message = str(error) if own else f"{type(error).__name__} while rows were counted for {name}"
            self.told.add(message)
            raise MetricResolutionError(message=message, failed_metrics=(metric,)) from error


def _is_ours(name: str) -> bool:
    rule, _, part = name.rpartition(".")
    if part in ("unexpected_values", "unexpected_index_list", "unexpected_rows"):
        return True
    return name in COUNTS or (part in ("condition", "unexpected_index_query") and f"{rule}.unexpected_count" in COUNTS)


def column_of(frame: pd.DataFrame, name: str) -> pd.Series:
    """The one column of that name. Raises: CannotJudgeError."""
    if name not in frame.columns:
        raise CannotJudgeError(f"the batch has no column {name!r}")
    if isinstance(frame[name], pd.DataFrame):
        raise CannotJudgeError(f"the batch has more than one column {name!r}")
    return frame[name]


def _missing(frame: pd.DataFrame, domain: Kwargs, _: Kwargs) -> int:
    return int(column_of(frame, domain["column"]).isna().sum())


def _outside_set(frame: pd.DataFrame, domain: Kwargs, value: Kwargs) -> int:
    column, allowed = column_of(frame, domain["column"]), list(value["value_set"] or ())
    if isinstance(column.dtype, pd.CategoricalDtype):
        counts = np.bincount(column.cat.codes.to_numpy().astype(np.int64) + 1, minlength=len(column.cat.categories) + 1)
        return int(counts[1:][~column.cat.categories.isin(allowed)].sum())
    present = column.dropna()
    return int((~present.isin(allowed)).sum())


def _outside_range(frame: pd.DataFrame, domain: Kwargs, value: Kwargs) -> int:
    """Missing values break no range; infinities break every bound they are beyond."""
    column = column_of(frame, domain["column"])
    low, high = value.get("min_value"), value.get("max_value")
    values: Any = column
    if pd.api.types.is_datetime64_dtype(column.dtype):
        values, low, high = column.to_numpy(), instant(low), instant(high)
    below = 0 if low is None else int((values < low).sum())
    above = 0 if high is None else int((values > high).sum())
    return below + above


def instant(bound: date | str | None) -> np.datetime64 | None:
    """A bound as the columns of instants hold theirs."""
    if bound is None:
        return None
    return np.datetime64(bound if isinstance(bound, str) else bound.isoformat(), "us")


def _repeated(frame: pd.DataFrame, domain: Kwargs, _: Kwargs) -> int:
    present = column_of(frame, domain["column"]).dropna()
    return int(present.duplicated(keep=False).sum())


def keys_of(frame: pd.DataFrame, domain: Kwargs) -> pd.DataFrame:
    """The key's columns, without rows whose key is wholly missing."""
    names = list(domain["column_list"])
    for name in names:
        column_of(frame, name)
    return frame[names].dropna(how="all")


def _repeated_together(frame: pd.DataFrame, domain: Kwargs, _: Kwargs) -> int:
    return int(keys_of(frame, domain).duplicated(keep=False).sum())


def _rows_with_key(frame: pd.DataFrame, domain: Kwargs, _: Kwargs) -> int:
    return len(keys_of(frame, domain))


COUNTS: Mapping[str, Callable[[pd.DataFrame, Kwargs, Kwargs], int]] = {
    "column_values.nonnull.unexpected_count": _missing,
    "column_values.in_set.unexpected_count": _outside_set,
    "column_values.between.unexpected_count": _outside_range,
    "column_values.unique.unexpected_count": _repeated,
    "compound_columns.unique.unexpected_count": _repeated_together,
    "compound_columns.unique.filtered_row_count": _rows_with_key,
}
"""Rows that break a rule, by the name of Great Expectations' metric."""
