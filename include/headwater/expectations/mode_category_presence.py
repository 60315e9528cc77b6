"""Expect every common category of the real rows in the batch, often enough.

Belongs here: the expectation and its metric. Does not: the statistic (``checks/category_presence.py``).
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from headwater.checks import category_presence
from headwater.checks.battery import Check
from headwater.checks.result import CheckResult
from headwater.expectations import mode_charts
from headwater.expectations.mode import ModeExpectation, judge

METRIC = "table.headwater.category_presence"


class CategoryPresenceMetric(TableMetricProvider):
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
        check = Check(category_presence.NAME, "at_least", category_presence.check)
        return judge(check, execution_engine, metric_domain_kwargs, metric_value_kwargs)


class ExpectCategoryPresence(ModeExpectation):
    """Every real category that is common enough is kept."""

    demand: ClassVar[str] = "Every real category that is common enough is kept."
    metric_dependencies: ClassVar[tuple[str, ...]] = (METRIC,)

    @classmethod
    def chart(cls, check: CheckResult) -> dict[str, Any] | None:
        """Each category: real share against the part of it that was kept."""
        return mode_charts.categories(check)
