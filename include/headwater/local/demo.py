"""The demo: the breast-cancer table through the whole chain on the running Airflow, and what came of it, told.

Starting and stopping is ``stack``'s; reading the ledger is ``outcome``'s.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from rich.console import Console

from headwater.local.airflow_api import AirflowApi, AirflowApiError, Run
from headwater.local.environment import HEADWATER_DATABASE
from headwater.local.outcome import Outcome, print_checks, print_stages, read_outcome, stage_seconds, summary
from headwater.local.progress import Progress, in_order
from headwater.local.stack import Address, Stack

DATASET = "breast_cancer"
RUN_SECONDS = 1800
# A schedule of the demo ticks at least once a week.
BEFORE_ANY_TICK = timedelta(days=8)


def demo(stack: Stack, console: Console, dataset: str = DATASET) -> bool:
    """Run the demo on ``stack`` (started where it is not up) and say whether the batch was released.

    Writes ``var/demo/summary.json``. Raises StackError, AirflowApiError.
    """
    address = stack.up(lambda step: console.print(step, markup=False, highlight=False))
    with AirflowApi(address.base_url, address.user, address.password) as api:
        day = datetime.now(UTC).date() - timedelta(days=1)
        runs, outcome = both_runs(api, address.ledger_url, console, dataset, day)
        if outcome:
            _tell(stack, address, console, outcome, runs)
            # From now on the schedules work.
            for run in runs:
                api.unpause(run.dag_id)
        tell_failures(api, console, runs, address.base_url)
    return bool(outcome and outcome.is_released)


def both_runs(
    api: AirflowApi, ledger_url: str, console: Console, dataset: str, day: date
) -> tuple[list[Run], Outcome | None]:
    """A retraining, then a night where that went well; the runs, and what came of the batch. Raises AirflowApiError."""
    with Progress(console) as progress:
        retrained = _run(api, progress, f"retrain__{dataset}", {})
    if retrained.state != "success":
        return [retrained], None
    with Progress(console) as progress:
        made = _run(api, progress, f"nightly__{dataset}", {"batch_date": day.isoformat()})
    judged = api.xcom(made, "repair") or {}
    outcome = read_outcome(ledger_url, judged["validation_id"]) if judged.get("validation_id") else None
    return [retrained, made], outcome


def _run(api: AirflowApi, progress: Progress, dag_id: str, conf: dict[str, str]) -> Run:
    """Run a DAG and follow it. A DAG that was paused is paused again."""
    api.wait_for_dag(dag_id)
    was_paused = api.is_paused(dag_id)
    # A DAG that is let loose makes a run for its latest tick at once, and ours would wait for it: so ours is asked for
    # first, with an earlier place in the queue, and the other waits until the demo is over.
    run_id = api.trigger(dag_id, conf, run_after=datetime.now(UTC) - BEFORE_ANY_TICK if was_paused else None)
    api.unpause(dag_id)
    try:
        return api.follow(dag_id, run_id, RUN_SECONDS, progress.show)
    finally:
        if was_paused:
            api.pause(dag_id)


def _tell(stack: Stack, address: Address, console: Console, outcome: Outcome, runs: list[Run]) -> None:
    found = summary(outcome, stage_seconds(runs), address.base_url, stack.home.store)
    file = stack.home.demo / "summary.json"
    unfinished = file.with_suffix(".new")
    unfinished.write_text(json.dumps(found, indent=2) + "\n")
    unfinished.replace(file)
    print_stages(console, outcome, runs)
    print_checks(console, outcome)
    # For a person to paste; nothing here runs it.
    query = f"SELECT * FROM synthetic.{outcome.batch.dataset} WHERE batch_date = '{outcome.batch.batch_date}' LIMIT 5;"  # noqa: S608
    lines = {
        "Airflow": f"{address.base_url}  (user {address.user}, password {address.password}; "
        f"kept in {stack.home.password_file})",
        "Data Docs": found["data_docs_url"],
        "Rows": query,
        "psql": stack.postgres.psql_command(HEADWATER_DATABASE),
        "Summary": str(file),
        "Stop": "make down",
    }
    for name, text in lines.items():
        # soft_wrap: a URL or command that is broken in two cannot be copied.
        console.print(f"{name + ':':<11}{text}", markup=False, highlight=False, soft_wrap=True)


def tell_failures(api: AirflowApi, console: Console, runs: list[Run], shown: str) -> None:
    """Say of each failed task why, and where its log is; ``shown`` is Airflow's address for people."""
    for run in runs:
        for task in in_order(run):
            if task.state == "failed":
                try:
                    reason = api.error_of(run, task)
                except AirflowApiError as error:
                    reason = f"its log cannot be read ({error})"
                console.print(
                    f"{run.dag_id} {task.label} failed: {reason}", markup=False, highlight=False, soft_wrap=True
                )
        if run.state == "failed":
            console.print(f"{run.dag_id} failed. Its tasks and logs: {shown}/dags/{run.dag_id}", soft_wrap=True)
