"""Expect the batch to cover the anchor: k-NN coverage at equal sizes.

Belongs here: the expectation and its metric. Does not: the statistic (``checks/knn_coverage.py``).
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from headwater.checks import knn_coverage
from headwater.checks.battery import Check
from headwater.checks.result import CheckResult
from headwater.expectations import mode_charts
from headwater.expectations.mode import ModeExpectation, judge

METRIC = "table.headwater.knn_coverage"


class KnnCoverageMetric(TableMetricProvider):
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
        check = Check(knn_coverage.NAME, "at_least", knn_coverage.check)
        return judge(check, execution_engine, metric_domain_kwargs, metric_value_kwargs)


class ExpectKnnCoverage(ModeExpectation):
    """The batch has rows near the anchor's rows, as often as real rows would."""

    demand: ClassVar[str] = "The batch has rows near the anchor's rows, as often as real rows would."
    metric_dependencies: ClassVar[tuple[str, ...]] = (METRIC,)

    @classmethod
    def chart(cls, check: CheckResult) -> dict[str, Any] | None:
        """Coverage in each repeat, with the limit and what real rows reach."""
        return mode_charts.repeats(check)
