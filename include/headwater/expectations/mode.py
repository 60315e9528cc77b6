"""What the custom expectations share: they ask the held judge for one check's result, and tell it.

Belongs here: the metric, the way from a check's result to Great Expectations and back. Does not: any statistic
(``checks/``), any picture (``charts.py``), any single expectation (one ``expect_*.py`` a family).
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.render import LegacyDiagnosticRendererType, LegacyRendererType
from great_expectations.render.renderer.renderer import renderer

from headwater.checks.battery import BY_NAME
from headwater.checks.result import CheckResult
from headwater.expectations import cells, charts, wording
from headwater.expectations.held import judge_for

METRIC = "table.headwater.check"


class CheckMetric(TableMetricProvider):
    """One check's result for the whole batch; the judge measures all of them together, once."""

    metric_name = METRIC
    value_keys = ("reference_key", "statistic")

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(
        cls,  # noqa: N805  Great Expectations makes it a class method
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> CheckResult:
        batch = execution_engine.get_domain_records({"batch_id": metric_domain_kwargs.get("batch_id")})
        return judge_for(metric_value_kwargs["reference_key"]).by_name(batch)[metric_value_kwargs["statistic"]]


class FamilyExpectation(BatchExpectation):
    """An expectation of one family: ``statistic`` names which of its checks. A member may draw a picture."""

    reference_key: str
    statistic: str

    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)
    success_keys: ClassVar[tuple[str, ...]] = ("reference_key", "statistic")
    metric_dependencies: ClassVar[tuple[str, ...]] = (METRIC,)

    @classmethod
    def chart(cls, check: CheckResult) -> dict[str, Any] | None:
        """A Vega-Lite picture of the result; None where there is nothing to draw."""
        return charts.against_limit(check)

    @classmethod
    def check_of(cls, result: ExpectationValidationResult) -> CheckResult:
        """The check's own result, as it was, from the result of the expectation."""
        return CheckResult.model_validate(result.result["details"])

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: dict[str, Any] | None = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        check: CheckResult = metrics[METRIC]
        details = check.model_dump(mode="json")
        return {"success": check.passed, "result": {"observed_value": check.value, "details": details}}

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any]:
        config = configuration or result.expectation_config
        name = config.kwargs["statistic"]
        return [cells.headline(BY_NAME[name].demand, name)]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_STATEMENT)
    def _diagnostic_unexpected_statement_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any]:
        return cells.lines(wording.finding(cls.check_of(result)))

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    def _diagnostic_unexpected_table_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any]:
        check = cls.check_of(result)
        return list(cells.picture(cls.chart(check), is_open=not check.passed))

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> str:
        return wording.value_of(cls.check_of(result))
