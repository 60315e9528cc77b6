"""The DAG ``deadline__X``: is the night's batch released by the time that the spec promises?

A DAG of its own, and none of Airflow's deadline alerts: those belong to a run, so a run that never came has none, and
one that a person starts for an old day has its deadline behind it.
"""

from __future__ import annotations

from airflow.sdk import DAG, get_current_context, task

from headwater.orchestration.defaults import dag_arguments
from headwater.orchestration.notify import tell_receivers
from headwater.orchestration.timetables import tick
from headwater.spec import DatasetSpec
from headwater.spec.nights import deadline_cron

DOC = """\
### Tell who waits for `{dataset}` that its batch is late

Runs at {deadline} ({timezone}), when the spec promises the night's batch (`schedule.deadline`). If no batch of that
night was ever released, the receivers that the spec names for `late` are told, once. They are also told what could not
be sent before. The run is green either way: a late batch is no fault of this DAG.

This DAG is there only where the spec has a deadline and names a receiver of `late`.
"""


def has_deadline(spec: DatasetSpec) -> bool:
    """Whether there is somebody to tell, and something to be late for."""
    return spec.schedule.deadline is not None and any("late" in each.about for each in spec.notify)


def deadline(spec: DatasetSpec) -> DAG:
    """Build ``deadline__X``."""
    at, timezone = spec.schedule.deadline or "00:00", spec.schedule.timezone
    timetable = tick(deadline_cron(at), timezone)
    doc = DOC.format(dataset=spec.dataset, deadline=at, timezone=timezone)
    with DAG(schedule=timetable, doc_md=doc, **dag_arguments(spec, "deadline")) as dag:
        look(spec.dataset)
    return dag


@task(task_id="deadline")
def look(dataset: str) -> None:
    """Tell the receivers of a late night, and of what could not be sent before."""
    tell_receivers(dataset, str(get_current_context()["run_id"]))
