"""The DAG ``decide__X``: people decide about batches in quarantine and, where the spec asks for it, promotions."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Param, get_current_context, task, task_group

from headwater.orchestration.assets import DECIDED, batch_asset, decision_asset, generator_asset
from headwater.orchestration.defaults import SIMPLE_SCHEMA, dag_arguments
from headwater.orchestration.notify import told
from headwater.orchestration.question import NOTHING, AskPerson
from headwater.orchestration.stages import at_stage
from headwater.spec import DatasetSpec

log = logging.getLogger(__name__)

DOC = """\
### Decide about `{dataset}`

Starts by itself when a batch is put in quarantine, or a candidate has to be approved. Answer under
**Required Actions**, with a reason; who answered, when and why stands in the ledger and on the Batch tab.

1. **waiting** finds what the run is about.
2. **ask** parks, without a worker, until somebody answers: *Release anyway*, *Repair again* or *Discard* a batch;
   *Promote* a candidate or *Keep the champion*. After {release} h a batch is discarded, after {promotion} h the
   champion stays. An answer without a reason, or of somebody who may not decide, is refused; the question is put anew.
3. **confirm** asks a second person, where the spec wants four eyes, before anything is let through.
4. **carry_out** does it. If a batch that was mended again fails again, a new run asks anew.

*Trigger* it with a batch's id to decide anew about one that was discarded; empty, it asks about all that waits.
{who}
"""
SUBJECT = Param(
    None,
    type=["null", "string"],
    minLength=36,
    maxLength=36,
    title="Batch",
    description="The id of a batch in quarantine, also of one that was discarded. Left empty: all that waits.",
    **SIMPLE_SCHEMA,
)
RUNS_MAX = 32
"""Questions of different nights that wait side by side."""


def decide(spec: DatasetSpec) -> DAG:
    """Build ``decide__X``."""
    decisions = spec.decisions
    hours = {"release": decisions.release.timeout_hours, "promotion": decisions.promotion.timeout_hours}
    doc = DOC.format(dataset=spec.dataset, who=_who(spec), **hours)
    patience = timedelta(hours=2 * max(hours.values()) + 12)
    arguments = {**dag_arguments(spec, "decide"), "max_active_runs": RUNS_MAX, "dagrun_timeout": patience}
    with DAG(schedule=decision_asset(spec.dataset), doc_md=doc, params={"subject_id": SUBJECT}, **arguments) as dag:
        # What a call of a task gives here is a promise (XComArg), not yet what its annotation says.
        cases: Any = waiting(spec.dataset)
        _one_case(spec).expand(case=cases)
    return dag


def _one_case(spec: DatasetSpec) -> Any:
    """Question, second pair of eyes and deed of one case; cases do not wait for each other."""

    @task_group(group_id="case")
    def one_case(case: Any) -> None:
        asked = AskPerson(task_id="ask", dataset=spec.dataset, case=case)
        confirmed = AskPerson(task_id="confirm", dataset=spec.dataset, case=case, second=True)
        done: Any = carry_out.override(outlets=[DECIDED], **told(spec))(spec.dataset, case)
        asked >> confirmed >> done

    return one_case


def _who(spec: DatasetSpec) -> str:
    lines = []
    if spec.decisions.release.by:
        lines.append(f"Batches: {', '.join(spec.decisions.release.by)}.")
    if spec.decisions.promotion.by:
        lines.append(f"Promotions: {', '.join(spec.decisions.promotion.by)}.")
    return " ".join(["\nRoles that may answer.", *lines]) if lines else ""


@task
def waiting(dataset: str) -> list[dict[str, str]]:
    """What the run is about: what started it, or the param, or all that waits."""
    context = get_current_context()
    named = [str(event.extra["subject_id"]) for event in _events(context) if "subject_id" in event.extra]
    given = context["params"].get("subject_id")
    with at_stage(dataset) as (house, _):
        from headwater.chain.questions import waiting as stage

        subjects = list(dict.fromkeys([given] if given else named)) or [None]
        found = [case for subject in subjects for case in stage(house, dataset, subject)]
    return [{"matter": matter, "subject_id": subject_id} for matter, subject_id in found]


def _events(context: Any) -> list[Any]:
    triggering = context.get("triggering_asset_events") or {}
    return [event for events in triggering.values() for event in events]


@task
def carry_out(dataset: str, case: Mapping[str, str]) -> dict[str, Any]:
    """Do what was decided; fail, unretried, where it cannot be any more."""
    with at_stage(dataset) as (house, spec):
        from headwater.chain.answered import resolution_of
        from headwater.chain.settling import settle

        matter: Any = case["matter"]
        resolved = resolution_of(house, spec, matter, case["subject_id"])
        if resolved is None:
            return {"sentence": NOTHING}
        done = settle(house, spec, matter, case["subject_id"], resolved)
    log.info(done.sentence)
    events = get_current_context()["outlet_events"][DECIDED]
    if done.released_id:
        events.add(batch_asset(dataset), extra={"batch_id": done.released_id})
    if done.champion_id:
        events.add(generator_asset(dataset), extra={"generator_id": done.champion_id, "is_promoted": True})
    if done.asks_again:
        events.add(decision_asset(dataset), extra={"subject_id": case["subject_id"]})
    return {"sentence": done.sentence, "released_id": done.released_id, "champion_id": done.champion_id}
