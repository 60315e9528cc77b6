"""The DAG ``maintain__X``: batches older than the spec keeps are removed, and real rows that nobody learned from."""

from __future__ import annotations

from airflow.sdk import DAG, task

from headwater.orchestration.defaults import dag_arguments
from headwater.orchestration.stages import at_stage
from headwater.orchestration.timetables import tick
from headwater.spec import DatasetSpec

DAILY = "30 5 * * *"

DOC = """\
### Retire old batches and unused real rows of `{dataset}`

Released batches are kept {released} days, recalled ones too, quarantined and failed ones {quarantined}. Snapshots
that no generator learned from are kept {unused} days after the source showed their rows last. Older ones leave
Postgres and the store; what the ledger knows of them stays.
"""


def maintain(spec: DatasetSpec) -> DAG:
    """Build ``maintain__X``."""
    kept = spec.retention
    doc = DOC.format(
        dataset=spec.dataset,
        released=kept.released_days,
        quarantined=kept.quarantined_days,
        unused=kept.unused_snapshots_days,
    )
    timetable = tick(DAILY, spec.schedule.timezone)
    with DAG(schedule=timetable, doc_md=doc, **dag_arguments(spec, "maintain")) as dag:
        retire(spec.dataset)
        forget(spec.dataset)
    return dag


@task
def retire(dataset: str) -> list[str]:
    """Remove batches past their days; returns their ids."""
    from datetime import datetime

    with at_stage(dataset) as (house, spec):
        from headwater.chain.retire import retire as stage

        return stage(house, spec, datetime.now(spec.schedule.zone).date())


@task
def forget(dataset: str) -> list[str]:
    """Remove real rows that no generator learned from; returns the ids of their snapshots."""
    from datetime import UTC, datetime

    with at_stage(dataset) as (house, spec):
        from headwater.chain.forget import forget as stage

        return stage(house, spec, datetime.now(UTC))
