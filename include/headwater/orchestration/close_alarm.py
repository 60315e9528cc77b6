"""The DAG ``close_alarm``: a person closes an alarm of the watch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import DAG, Param, get_current_context, task

from headwater.orchestration.asking import form_arguments, who_asks
from headwater.orchestration.stages import at_stage

DOC = """\
### Close an alarm of the watch

*Trigger* asks for the dataset, the alarm (its id stands in the red task of `watch__X`) and a reason. Its chart then
begins anew; releases that it stopped go on: clear their red tasks. Open alarms:

```sql
select alarm_id, sentence from headwater.alarms where dataset = 'X' and closed_at is null;
```

A red task has changed nothing; its log says why.
"""

ALARM = Param(
    type="string", minLength=36, maxLength=36, title="Alarm", description="Its id: the red task of watch__X names it."
)


def close_alarm(datasets: Sequence[str]) -> DAG:
    """Build ``close_alarm`` for these datasets."""
    with DAG(doc_md=DOC, **form_arguments("close_alarm", datasets, alarm_id=ALARM)) as dag:
        close.override(task_id="close_alarm")()
    return dag


@task
def close() -> dict[str, Any]:
    """Close the alarm of the form; fail, unretried, where there is none."""
    asked = get_current_context()["params"]
    with at_stage(asked["dataset"]) as (house, spec):
        from headwater.chain.alarms import close_alarm as stage

        was_open = stage(house, spec, asked["alarm_id"], by=who_asks(), reason=asked["reason"])
    return {"dataset": spec.dataset, "alarm_id": asked["alarm_id"], "was_open": was_open}
