"""Expect a classifier to tell real rows from synthetic ones hardly better than by guessing.

Belongs here: the expectation and its metric. Does not: the statistic (``checks/c2st.py``).
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from headwater.checks import c2st
from headwater.checks.battery import Check
from headwater.checks.result import CheckResult
from headwater.expectations import mode_charts
from headwater.expectations.mode import ModeExpectation, judge

METRIC = "table.headwater.c2st"


class C2stMetric(TableMetricProvider):
    """The check's result for the whole batch."""

    metric_name = METRIC
    value_keys = ("reference_key",)

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(
        cls,  # noqa: N805  Great Expectations makes it a class method
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> CheckResult:
        check = Check(c2st.NAME, "at_most", c2st.check)
        return judge(check, execution_engine, metric_domain_kwargs, metric_value_kwargs)


class ExpectC2st(ModeExpectation):
    """A classifier hardly tells real from synthetic rows."""

    demand: ClassVar[str] = "A classifier hardly tells real from synthetic rows."
    metric_dependencies: ClassVar[tuple[str, ...]] = (METRIC,)

    @classmethod
    def chart(cls, check: CheckResult) -> dict[str, Any] | None:
        """The AUC of each fold, with the limit and what real rows reach."""
        return mode_charts.repeats(check)
