"""Expect every joint cell of the anchor to be populated.

Belongs here: the expectation and its metric. Does not: the statistic (``checks/cell_coverage.py``).
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from headwater.checks import cell_coverage
from headwater.checks.battery import Check
from headwater.checks.result import CheckResult
from headwater.expectations import mode_charts
from headwater.expectations.mode import ModeExpectation, judge

METRIC = "table.headwater.cell_coverage"


class CellCoverageMetric(TableMetricProvider):
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
        check = Check(cell_coverage.NAME, "at_least", cell_coverage.check)
        return judge(check, execution_engine, metric_domain_kwargs, metric_value_kwargs)


class ExpectCellCoverage(ModeExpectation):
    """No cluster of real rows is lost."""

    demand: ClassVar[str] = "No cluster of real rows is lost."
    metric_dependencies: ClassVar[tuple[str, ...]] = (METRIC,)

    @classmethod
    def chart(cls, check: CheckResult) -> dict[str, Any] | None:
        """Each cell: real and synthetic share."""
        return mode_charts.joint_cells(check)
