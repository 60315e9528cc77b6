"""What the custom expectations share: they hand the batch and the held reference to a check of ``checks/``.

Belongs here: the way from a check's result to Great Expectations and back. Does not: any statistic, any picture
(``mode_charts.py``), any single expectation (one ``mode_*.py`` each).
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.render import LegacyDiagnosticRendererType, LegacyRendererType
from great_expectations.render.renderer.renderer import renderer

from headwater.checks.battery import Check, run
from headwater.checks.result import CheckResult
from headwater.expectations import cells
from headwater.expectations.held import reference_for


def judge(check: Check, engine: PandasExecutionEngine, domain: dict[str, Any], values: dict[str, Any]) -> CheckResult:
    """The check's result for the batch in ``engine``. A check that breaks gives a critical failure, never an error."""
    batch = engine.get_domain_records({"batch_id": domain.get("batch_id")})
    return run(check, batch, reference_for(values["reference_key"]))


class ModeExpectation(BatchExpectation):
    """An expectation whose single metric is a :class:`CheckResult`.

    A member names its metric in ``metric_dependencies``, says in ``demand`` what it wants of a batch, and may draw a
    picture in :meth:`chart`.
    """

    reference_key: str

    demand: ClassVar[str] = ""
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)
    success_keys: ClassVar[tuple[str, ...]] = ("reference_key",)
    metric_dependencies: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def chart(cls, check: CheckResult) -> dict[str, Any] | None:
        """A Vega-Lite picture of the result; None where there is nothing to draw."""
        return None

    @classmethod
    def check_of(cls, result: ExpectationValidationResult) -> CheckResult:
        """The check's own result, as it was, from the result of the expectation."""
        return CheckResult.model_validate(result.result["details"])

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: dict[str, Any] | None = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        check: CheckResult = metrics[self.metric_dependencies[0]]
        details = check.model_dump(mode="json")
        return {"success": check.passed, "result": {"observed_value": check.value, "details": details}}

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any]:
        return [cells.text(cls.demand)]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_STATEMENT)
    def _diagnostic_unexpected_statement_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any]:
        return [cells.text(cls.check_of(result).sentence)]

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
        return cells.value_of(cls.check_of(result))
