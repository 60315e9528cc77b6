"""The suite's column rules alone: our counting engine on a million rows, Great Expectations' own on a tenth of them.

The stock engine runs twice: on the same frame and for counts only, as ours does; and as it comes, on texts as pandas
reads them and with its default lists of values (there the rules of type for categories do not hold).
Belongs here: the table, the rules, CPU seconds of one run. Does not: the battery's checks, pages, the ledger.
"""

from __future__ import annotations

import time
from typing import Any

COLUMNS = {"id": 1, "numerical": 6, "categorical": 8}
CATEGORIES = 12
ENGINES = ("counting", "stock", "stock as it comes")


def run_rules(rows: int, engine_name: str) -> dict[str, Any]:
    """Run every rule of the table once, by the engine of that name in :data:`ENGINES`."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.execution_engine import PandasExecutionEngine
    from great_expectations.validator.validator import Validator

    from headwater.checks.facts import describe
    from headwater.expectations import suite
    from headwater.expectations.engine import CountingEngine
    from headwater.expectations.validate import RESULT_FORMAT

    spec, schema, frame = _table(rows)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    facts = describe(frame.head(10_000), schema)
    built = suite.build(spec, schema, facts, rows, reference_key="none", checks=())
    engine = CountingEngine() if engine_name == "counting" else PandasExecutionEngine()
    form: dict[str, Any] = dict(RESULT_FORMAT)
    if engine_name == ENGINES[-1]:
        texts = [column.name for column in schema.columns if column.storage == "text"]
        frame, form = frame.astype(dict.fromkeys(texts, object)), {"result_format": "SUMMARY"}
    engine.load_batch_data("bench", frame)
    validator = Validator(execution_engine=engine, data_context=context)
    rules = validator.process_expectations_for_validation(built.suite.expectation_configurations, built.parameters)
    started, cpu = time.perf_counter(), time.process_time()
    found = validator.graph_validate(rules, runtime_configuration={"result_format": form})
    return {
        "engine": engine_name,
        "rows": rows,
        "columns": len(schema.columns),
        "rules": len(rules),
        "broken": sum(not one.success for one in found),
        "cpu_seconds": time.process_time() - cpu,
        "seconds": time.perf_counter() - started,
    }


def _table(rows: int) -> tuple[Any, Any, Any]:
    """Spec, schema and rows of a table of 15 columns, all inside their rules."""
    import numpy as np
    import pandas as pd

    from headwater.spec import DatasetSpec
    from headwater.tables.frames import conform
    from headwater.tables.schema import ColumnSchema, TableSchema

    draw = np.random.default_rng(0)
    names = [f"{kind}_{number}" for kind, count in COLUMNS.items() for number in range(count)]
    categories = tuple(f"category {number:02}" for number in range(CATEGORIES))
    columns: list[ColumnSchema] = []
    values: dict[str, Any] = {}
    for name in names:
        kind = name.rpartition("_")[0]
        shape: dict[str, Any] = {"storage": "real", "decimals": 3} if kind == "numerical" else {"storage": "integer"}
        if kind == "categorical":
            shape = {"storage": "text", "categories": categories}
            values[name] = np.array(categories, dtype=object)[draw.integers(0, CATEGORIES, rows)]
        else:
            values[name] = np.arange(rows) if kind == "id" else draw.uniform(0, 1, rows).round(3)
        columns.append(ColumnSchema(name=name, sdtype=kind, nullable=False, **shape))
    schema = TableSchema(columns=tuple(columns))
    declared = {"id": "id", "categorical": "categorical", "numerical": {"sdtype": "numerical", "min": 0, "max": 1}}
    spec = DatasetSpec.model_validate(
        {
            "dataset": "bench",
            "owner": "bench",
            "source": {"kind": "csv", "path": "none.csv"},
            "columns": {name: declared[name.rpartition("_")[0]] for name in names},
            "keys": {"primary": ["id_0"]},
        }
    )
    return spec, schema, conform(pd.DataFrame(values), schema)
