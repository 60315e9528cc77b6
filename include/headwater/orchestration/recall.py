"""The DAG ``recall``: a person takes the batches of a withdrawn generator back from their readers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import DAG, get_current_context, task

from headwater.orchestration.asking import VERSION, form_arguments, who_asks
from headwater.orchestration.stages import at_stage

DOC = """\
### Take the batches of a withdrawn generator back

*Trigger* asks for the dataset, the version (as the DAG `rollback` does) and a reason. The present champion's batches
cannot be recalled: roll back first.

Every batch of that generator leaves `synthetic.X` in a transaction of its own. Its rows stay in the schema
`synthetic_recalled`, which readers have no right to use, and its files in the folder `X/recalled/`, until they are as
old as the spec keeps released batches. Batches of it that are not released yet will not be.

The recalled dates have no rows then. *Backfill* `nightly__X` over them, *All Runs*, with `champion` set to `present`
and *Override parameters on existing runs* ticked, to make them anew with the present champion.
A red task says in its log why; batches it had recalled stay recalled, and running it again goes on with the rest.
"""


def recall(datasets: Sequence[str]) -> DAG:
    """Build ``recall`` for these datasets."""
    with DAG(doc_md=DOC, **form_arguments("recall", datasets, version=VERSION)) as dag:
        take_back.override(task_id="recall")()
    return dag


@task
def take_back() -> dict[str, Any]:
    """Recall the batches of the version of the form; fail, unretried, where that cannot be."""
    asked = get_current_context()["params"]
    with at_stage(asked["dataset"]) as (house, spec):
        from headwater.chain.recall import recall as stage

        done = stage(house, spec, asked["version"], asked["reason"], who_asks())
    facts = {"generator_id": done.generator_id, "version": done.version, "batch_count": len(done.batch_ids)}
    return {"dataset": spec.dataset, **facts}
