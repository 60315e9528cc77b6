"""The DAG ``drift__X``: has the real table moved? If so, a retraining is asked for."""

from __future__ import annotations

import logging
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, get_current_context, task

from headwater.orchestration.defaults import dag_arguments
from headwater.orchestration.notify import told
from headwater.orchestration.retrain import acquire
from headwater.orchestration.stages import at_stage
from headwater.orchestration.timetables import interval
from headwater.spec import DatasetSpec

log = logging.getLogger(__name__)

DOC = """\
### Look for drift of `{dataset}`

{description}

1. **acquire** reads the real table, as `retrain__{dataset}` does.
2. **drift** holds its rows against those that the champion learned from: columns, pairs, categories, tails, regions
   and what models learn, with one limit that a quiet source exceeds in at most {rate:.1%} of the looks. Its log and its
   XCom `sentence` say what was found. A source that is as it was at an earlier look is not looked at again: its finding
   stands.
3. **retrain** triggers `retrain__{dataset}` after drift, each night until a retraining has come to a decision. No
   drift: it is skipped; so it is for a week after such a retraining left the champion in place.

Drift is an outcome and no fault: the run stays green. A red **acquire** means that the source could not be read, does
not keep to the spec, or holds too many rows that came back from Headwater; its log says which.
"""


def drift(spec: DatasetSpec) -> DAG:
    """Build ``drift__X``; without a schedule a person may still trigger it."""
    cron, rate = spec.schedule.drift, spec.contract.false_alarm
    doc = DOC.format(dataset=spec.dataset, description=spec.description, rate=rate)
    timetable = interval(cron, spec.schedule.timezone) if cron else None
    with DAG(schedule=timetable, doc_md=doc, **dag_arguments(spec, "drift")) as dag:
        # What a call of a task gives here is a promise (XComArg), not yet what its annotation says.
        snapshot: Any = acquire(spec.dataset)
        found: Any = look.override(**told(spec))(spec.dataset, snapshot)
        TriggerDagRunOperator.partial(
            task_id="retrain",
            trigger_dag_id=f"retrain__{spec.dataset}",
            trigger_run_id="drift__{{ run_id }}",  # cleared and run again, this run finds the one it made
            skip_when_already_exists=True,
        ).expand(conf=found)
    return dag


@task(task_id="drift")
def look(dataset: str, snapshot: dict[str, str]) -> list[dict[str, str]]:
    """Compare the snapshot with the champion's rows; returns the retraining to ask for, none without drift."""
    with at_stage(dataset, snapshot["spec_sha256"]) as (house, spec):
        from headwater.chain.drift import drift as stage

        found = stage(house, spec, snapshot["snapshot_id"])
    log.info(found.sentence)
    get_current_context()["ti"].xcom_push(key="sentence", value=found.sentence)
    asked = {"snapshot_id": snapshot["snapshot_id"], "sentence": found.sentence}
    return [asked] if found.is_drifted else []
