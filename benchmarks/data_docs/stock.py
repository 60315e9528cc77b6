"""Great Expectations as it comes: one more result with its page and the index, over results stored before.

Belongs here: the stock way to publish, for comparison. Does not: anything of Headwater.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

EXPECTATIONS = 45
ROWS = 1_000


def publish_stock(folder: str, stored: int, repetitions: int) -> list[float]:
    """Seconds of ``build_data_docs`` for one more result, page and index, ``stored`` results and pages before it."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.disable(logging.WARNING)
    context = gx.get_context(mode="file", project_root_dir=folder)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    definition = _definition(context)
    run = gx.RunIdentifier(run_name="first", run_time=datetime(2025, 1, 1, tzinfo=UTC))
    checkpoint = context.checkpoints.add(gx.Checkpoint(name="bench", validation_definitions=[definition]))
    checkpoint.run(batch_parameters={"dataframe": _frame()}, run_id=run)
    _copy_results(Path(folder), stored)
    context.build_data_docs()
    pages = len(list(Path(folder).rglob("validations/**/*.html")))
    if pages != stored:
        raise RuntimeError(f"Great Expectations built {pages} pages of {stored} results; the comparison is void")
    seconds = []
    for number in range(repetitions):
        when = datetime(2025, 6, 1, tzinfo=UTC) + timedelta(days=number)
        found = checkpoint.run(
            batch_parameters={"dataframe": _frame()}, run_id=gx.RunIdentifier(run_name=f"more{number}", run_time=when)
        )
        identifiers = list(found.run_results)
        started = time.perf_counter()
        context.build_data_docs(resource_identifiers=identifiers)
        seconds.append(time.perf_counter() - started)
    return seconds


def _definition(context: Any) -> Any:
    """A suite of as many simple expectations as a table of 15 columns has, on a frame."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("table")
    batch = asset.add_batch_definition_whole_dataframe("all")
    rules: list[Any] = []
    for number in range(EXPECTATIONS // 3):
        column = f"column_{number}"
        rules += [
            gxe.ExpectColumnValuesToNotBeNull(column=column),
            gxe.ExpectColumnValuesToBeBetween(column=column, min_value=0, max_value=1),
            gxe.ExpectColumnValuesToBeOfType(column=column, type_="float64"),
        ]
    suite = context.suites.add(gx.ExpectationSuite(name="table", expectations=rules))
    return context.validation_definitions.add(gx.ValidationDefinition(name="table", data=batch, suite=suite))


def _frame() -> Any:
    import numpy as np
    import pandas as pd

    draw = np.random.default_rng(0)
    return pd.DataFrame({f"column_{number}": draw.uniform(size=ROWS) for number in range(EXPECTATIONS // 3)})


def _copy_results(folder: Path, stored: int) -> None:
    """The first result again and again under other runs, as so many nights would have left them."""
    root = next(folder.rglob("uncommitted")) / "validations"
    (first,) = root.rglob("*.json")
    document, run = json.loads(first.read_text()), first.parent.parent
    for number in range(1, stored):
        when = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        document["meta"]["run_id"] = {"run_name": f"run{number}", "run_time": when.isoformat()}
        target = run.parent / f"run{number}" / when.strftime("%Y%m%dT%H%M%S.%fZ") / first.name
        target.parent.mkdir(parents=True)
        target.write_text(json.dumps(document))
