"""Expect a model trained on the batch to predict a target as well as one trained on real rows.

Belongs here: the expectation and its metric. Does not: the statistic (``checks/utility_gap.py``).
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from headwater.checks import utility_gap
from headwater.checks.battery import Check
from headwater.checks.result import CheckResult
from headwater.expectations import mode_charts
from headwater.expectations.mode import ModeExpectation, judge

METRIC = "table.headwater.utility_gap"


class UtilityGapMetric(TableMetricProvider):
    """The check's result for the whole batch and one target."""

    metric_name = METRIC
    value_keys = ("reference_key", "target")

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(
        cls,  # noqa: N805  Great Expectations makes it a class method
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> CheckResult:
        target = metric_value_kwargs["target"]
        check = Check(f"{utility_gap.NAME}:{target}", "at_most", partial(utility_gap.check, target=target))
        return judge(check, execution_engine, metric_domain_kwargs, metric_value_kwargs)


class ExpectUtilityGap(ModeExpectation):
    """Training on the batch loses little against training on real rows, for one target."""

    target: str

    success_keys: ClassVar[tuple[str, ...]] = ("reference_key", "target")
    demand: ClassVar[str] = "A model trained on the batch predicts a target nearly as well as one trained on real rows."
    metric_dependencies: ClassVar[tuple[str, ...]] = (METRIC,)

    @classmethod
    def chart(cls, check: CheckResult) -> dict[str, Any] | None:
        """The score of the model trained on each side."""
        return mode_charts.two_scores(check)
