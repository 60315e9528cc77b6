"""The DAG ``maintain__X``: batches older than the spec keeps are removed."""

from __future__ import annotations

from airflow.sdk import DAG, task
from airflow.timetables.trigger import CronTriggerTimetable

from headwater.orchestration.defaults import dag_arguments
from headwater.orchestration.stages import at_stage
from headwater.spec import DatasetSpec

DAILY = "30 5 * * *"

DOC = """\
### Retire old batches of `{dataset}`

Released batches are kept {released} days, recalled ones too, quarantined ones {quarantined}. Older ones leave Postgres
and the store; what the ledger knows of them stays.
"""


def maintain(spec: DatasetSpec) -> DAG:
    """Build ``maintain__X``."""
    kept = spec.retention
    doc = DOC.format(dataset=spec.dataset, released=kept.released_days, quarantined=kept.quarantined_days)
    timetable = CronTriggerTimetable(DAILY, timezone=spec.schedule.timezone)
    with DAG(schedule=timetable, doc_md=doc, **dag_arguments(spec, "maintain")) as dag:
        retire(spec.dataset)
    return dag


@task
def retire(dataset: str) -> list[str]:
    """Remove batches past their days; returns their ids."""
    from datetime import datetime

    with at_stage(dataset) as (house, spec):
        from headwater.chain.retire import retire as stage

        return stage(house, spec, datetime.now(spec.schedule.zone).date())
