"""The DAG ``rollback``: a person makes an earlier champion current again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import DAG, get_current_context, task

from headwater.orchestration.asking import VERSION, form_arguments, who_asks
from headwater.orchestration.assets import GENERATOR_BACK, generator_asset
from headwater.orchestration.notify import told_always
from headwater.orchestration.stages import at_stage

DOC = """\
### Make an earlier champion current again

*Trigger* asks for the dataset, the version and a reason. The version is the number of a champion of the dataset (1 is
its first; one that comes back keeps its number), its generator id, or `previous`. All of them:

```sql
select * from headwater.champion_versions where dataset = 'X' order by version;
```

1. Its model file, its certificate and the readers' table are looked at first; if one is missing, nothing changes.
2. One transaction ends the present reign, opens the new one and writes down who asked and why.
3. The next run of `nightly__X` makes its batch with it. A night that runs now ends with the generator it began with.

Batches that the replaced generator has made stay with their readers; the DAG `recall` takes them back.
A red task has changed nothing; its log says why.
"""


def rollback(datasets: Sequence[str]) -> DAG:
    """Build ``rollback`` for these datasets."""
    with DAG(doc_md=DOC, **form_arguments("rollback", datasets, version=VERSION)) as dag:
        bring_back.override(task_id="rollback", outlets=[GENERATOR_BACK], **told_always())()
    return dag


@task
def bring_back() -> dict[str, Any]:
    """Make the version of the form champion; fail, unretried, where that cannot be."""
    context = get_current_context()
    asked = context["params"]
    with at_stage(asked["dataset"]) as (house, spec):
        from headwater.chain.rollback import rollback as stage

        done = stage(house, spec, asked["version"], asked["reason"], who_asks())
    facts: dict[str, Any] = {"generator_id": done.champion_id, "version": done.version, "replaces": done.replaced_id}
    context["outlet_events"][GENERATOR_BACK].add(generator_asset(spec.dataset), extra={**facts, "is_promoted": True})
    return {"dataset": spec.dataset, **facts}
