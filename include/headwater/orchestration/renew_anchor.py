"""The DAG ``renew_anchor``: a person has other real rows set aside from the next snapshot on."""

from __future__ import annotations

from collections.abc import Sequence

from airflow.sdk import DAG, get_current_context, task

from headwater.orchestration.asking import form_arguments, who_asks
from headwater.orchestration.stages import at_stage

DOC = """\
### Set other real rows aside as the anchor

*Trigger* asks for the dataset and a reason. The next run of `retrain__X` then splits its rows anew. The champion stays;
its nights are judged by its own anchor as before. Generators that were trained before are compared with new ones only
on rows that they never saw, a fifth of the new anchor and what the source has gained since.

Do this when the anchor has been looked at so often that it no longer surprises, or when its rows have become known; not
because a candidate failed. Who asked and why stands in the ledger.
"""


def renew_anchor(datasets: Sequence[str]) -> DAG:
    """Build ``renew_anchor`` for these datasets."""
    with DAG(doc_md=DOC, **form_arguments("renew_anchor", datasets)) as dag:
        renew.override(task_id="renew_anchor")()
    return dag


@task
def renew() -> dict[str, str]:
    """Give the dataset of the form a new anchor key; fail, unretried, where that cannot be."""
    asked = get_current_context()["params"]
    with at_stage(asked["dataset"]) as (house, spec):
        from headwater.chain.renew_anchor import renew_anchor as stage

        decision = stage(house, spec.dataset, reason=asked["reason"], decided_by=who_asks())
    return {"dataset": spec.dataset, "decision_id": decision.decision_id}
