"""The DAG ``watch__X``: slow slides across nights and generations."""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, task

from headwater.orchestration.assets import batch_asset, generator_asset
from headwater.orchestration.defaults import dag_arguments
from headwater.orchestration.notify import AlarmNotifier, told
from headwater.orchestration.stages import at_stage
from headwater.spec import DatasetSpec

DOC = """\
### Watch `{dataset}` for slow slides

Runs after every release and every promotion.

1. **watch** looks at the champion's nights, at generation after generation against the real anchor, at each champion
   beside the best generations before it, and at the last {nights} released batches together. Honest nights raise an
   alarm in at most {rate:.1%} of years.
2. **alarm** is red, once for each new alarm, and says which figure slid, since when and how far. It is also what sends
   notifications. No new alarm: it is skipped.
3. **retrain** triggers `retrain__{dataset}` after a new alarm where the spec says `watch: {{on_alarm: retrain}}`.

This dataset's alarms: **{on_alarm}**. An alarm stays open until a new champion is crowned or a person closes it
(DAG `close_alarm`); it is not raised again while it is open.
"""


def watch(spec: DatasetSpec) -> DAG:
    """Build ``watch__X``."""
    doc = DOC.format(
        dataset=spec.dataset, nights=spec.watch.nights, rate=spec.watch.false_alarm, on_alarm=spec.watch.on_alarm
    )
    either = batch_asset(spec.dataset) | generator_asset(spec.dataset)
    with DAG(schedule=either, doc_md=doc, **dag_arguments(spec, "watch")) as dag:
        # What a call of a task gives here is a promise (XComArg), not yet what its annotation says.
        raised: Any = look.override(**told(spec))(spec.dataset)
        alarm.expand(raised=raised)
        if spec.watch.on_alarm == "retrain":
            _retrain_once(spec.dataset).expand(conf=raised)
    return dag


def _retrain_once(dataset: str) -> Any:
    """Several alarms of one run ask for the same run of ``retrain__X``: the first makes it, the others find it."""
    return TriggerDagRunOperator.partial(
        task_id="retrain",
        trigger_dag_id=f"retrain__{dataset}",
        trigger_run_id="alarm__{{ run_id }}",
        skip_when_already_exists=True,
    )


@task(task_id="watch")
def look(dataset: str) -> list[dict[str, str]]:
    """Look for slides; returns the alarms that this run raised."""
    with at_stage(dataset) as (house, spec):
        from headwater.chain.watch import watch as stage

        return [{"alarm_id": each.alarm_id, "sentence": each.sentence} for each in stage(house, spec).raised]


@task(retries=0, on_failure_callback=AlarmNotifier())
def alarm(raised: dict[str, str]) -> None:
    """Fail with the alarm's sentence."""
    from airflow.sdk.exceptions import AirflowFailException

    raise AirflowFailException(f"{raised['sentence']} (alarm {raised['alarm_id']})")
