"""The DAG ``invalid_datasets``: there only while a spec is broken, to say which and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from airflow.sdk import DAG, task

from headwater.orchestration.defaults import task_arguments
from headwater.spec import SpecProblem

DOC = """\
### {count} problem(s) in the dataset specs

The datasets below have no DAGs until their files are mended. Every other dataset is unharmed.

| file | line | field | what is wrong | cure |
|---|---|---|---|---|
{rows}

This page goes away by itself when the files are right.
"""


def invalid_datasets(problems: Sequence[SpecProblem]) -> DAG:
    """Build ``invalid_datasets`` from the problems found while loading the specs."""
    doc = DOC.format(count=len(problems), rows="\n".join(map(_row, problems)))
    with DAG(
        dag_id="invalid_datasets",
        schedule=None,
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        tags=["headwater", "invalid"],
        default_args={**task_arguments("headwater"), "retries": 0},
        doc_md=doc,
    ) as dag:
        explain(list(map(str, problems)))
    return dag


@task
def explain(problems: list[str]) -> None:
    """Fail with every problem in the message."""
    from airflow.sdk.exceptions import AirflowFailException

    raise AirflowFailException("\n".join(problems))


def _row(problem: SpecProblem) -> str:
    cells = (problem.file, str(problem.line), f"`{problem.field}`", problem.message, problem.cure)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """Text that cannot break out of its table cell or become markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")
