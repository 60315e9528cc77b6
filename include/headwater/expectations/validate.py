"""Runs the suite on a batch and returns what was found: check results, the page, the suite as JSON.

Belongs here: one run of Great Expectations from beginning to end. Does not: reading or writing of batches,
pages or ledgers; the caller does that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.validator.validator import Validator, calc_validation_statistics

from headwater.checks.facts import TableFacts
from headwater.checks.judge import Judge
from headwater.checks.result import CheckResult
from headwater.expectations import page, results, suite
from headwater.expectations.engine import CountingEngine
from headwater.expectations.failing_rows import FailingRows, failing_rows
from headwater.expectations.held import held
from headwater.expectations.trend import History
from headwater.spec import DatasetSpec

RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0, "exclude_unexpected_values": True}
"""Counts only: no value of a row leaves the engine."""


@dataclass(frozen=True)
class Subject:
    """What is validated, for the page's head.

    ``rows`` is how many rows the batch was asked to have; ``content_hash`` is hex SHA-256; ``started_at`` has a zone.
    """

    dataset: str
    batch_id: str
    batch_date: date
    validation_id: str
    started_at: datetime
    generator: str
    rows: int
    content_hash: str


@dataclass(frozen=True)
class Validation:
    """What was found.

    Attributes:
        results: one for each expectation: the suite's rules first, then the checks, in the suite's order.
        page: the Data Docs page, one HTML document in UTF-8.
        failing_rows: the rows that break rules of the table, for the file beside the page; None where none does.
        suite: the suite's JSON form; bounds and values that may not be shown stand in it as ``$PARAMETER``.
    """

    results: tuple[CheckResult, ...]
    page: str
    suite: dict[str, Any]
    failing_rows: FailingRows | None = None


def validate(
    batch: pd.DataFrame,
    spec: DatasetSpec,
    facts: TableFacts,
    judge: Judge,
    subject: Subject,
    *,
    history: History | None = None,
) -> Validation:
    """Judge ``batch`` by the suite of ``spec``.

    Args:
        batch: rows that should conform to the judge's schema; where they do not, that is found, not raised.
        spec: the dataset's rules.
        facts: of the training rows; their ranges bound columns for which the spec names none.
        judge: what the checks of the families are held against.
        subject: names the batch on the page.
        history: what the checks found in earlier batches, for the pictures "last batches"; none by default.

    Raises:
        RuntimeError: the same validation runs in this process already.
    """
    context = gx.get_context(mode="ephemeral", project_config=_in_memory())
    schema, key = judge.prepared.reference.schema, subject.validation_id
    with held(key, judge):
        rules = suite.build(spec, schema, facts, subject.rows, reference_key=key, checks=judge.names)
        document: dict[str, Any] = json.loads(json.dumps(rules.suite.to_json_dict()))
        engine = CountingEngine()
        found = _run(batch, rules, engine, context, subject)
    checks = [results.check_of(one, len(batch), engine.told) for one in found.results]
    rows = failing_rows(batch, list(zip(found.results, checks, strict=True)), spec, schema)
    html = page.render(found, checks, subject, history or {}, rows)
    return Validation(results=tuple(checks), page=html, suite=document, failing_rows=rows)


def _in_memory() -> DataContextConfig:
    """A context that leaves nothing behind: the stock one makes a temporary folder for pages at every run."""
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return DataContextConfig(store_backend_defaults=stores, progress_bars=bars)


def _run(
    batch: pd.DataFrame, rules: suite.Rules, engine: CountingEngine, context: Any, subject: Subject
) -> ExpectationSuiteValidationResult:
    """Great Expectations' own run, its results in the suite's order."""
    engine.load_batch_data(subject.batch_id, batch)
    validator = Validator(execution_engine=engine, data_context=context, expectation_suite=rules.suite)
    configurations = validator.process_expectations_for_validation(
        rules.suite.expectation_configurations, rules.parameters
    )
    found = validator.graph_validate(configurations, runtime_configuration={"result_format": dict(RESULT_FORMAT)})
    found.sort(key=results.position_of)
    statistics = calc_validation_statistics(found)
    run = RunIdentifier(run_name=subject.validation_id, run_time=subject.started_at)
    return ExpectationSuiteValidationResult(
        success=statistics.success,
        results=found,
        suite_name=rules.suite.name,
        statistics={
            "evaluated_expectations": statistics.evaluated_expectations,
            "successful_expectations": statistics.successful_expectations,
            "unsuccessful_expectations": statistics.unsuccessful_expectations,
            "success_percent": statistics.success_percent,
        },
        meta={"run_id": run},
        batch_id=subject.batch_id,
    )
