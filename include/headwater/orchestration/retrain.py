"""The DAG ``retrain__X``: from the real table to a champion."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, TriggerRule, get_current_context, task

from headwater.orchestration.assets import ASKED, decision_asset, generator_asset
from headwater.orchestration.defaults import dag_arguments
from headwater.orchestration.notify import told
from headwater.orchestration.settings import spec_file
from headwater.orchestration.stages import at_stage
from headwater.orchestration.timetables import interval
from headwater.spec import DatasetSpec, load_spec

DOC = """\
### Retrain the generator of `{dataset}`

{description}

1. **acquire** reads the real table, refuses drift against the spec, leaves out rows that Headwater made itself, sets
   20 % aside as the anchor.
2. **profile** describes the rows and measures how much each statistic varies between two real samples.
3. **train** fits each candidate ({candidates}) and judges it on the anchor.
4. **promote** makes the best one champion, if it keeps the contract and is not worse than the champion in use, nor than
   the best generations so far, on the same anchor rows.{approval}

A red **acquire** may mean that too much of the source came back from Headwater; its log says how much, and the cure.
A red **train** with a green **promote** means that one candidate could not be fitted and another was good enough.
A red **promote** means that no candidate could be trained, that nobody keeps the contract and there is no champion yet,
or that the anchor is too small or too old to judge; its log says which.
"""


def retrain(spec: DatasetSpec) -> DAG:
    """Build ``retrain__X``."""
    labels = [candidate.label for candidate in spec.candidates]
    doc = DOC.format(
        dataset=spec.dataset, description=spec.description, candidates=", ".join(labels), approval=_approval(spec)
    )
    timetable = interval(spec.schedule.retrain, spec.schedule.timezone)
    with DAG(schedule=timetable, doc_md=doc, **dag_arguments(spec, "retrain")) as dag:
        # What a call of a task gives here is a promise (XComArg), not yet what its annotation says.
        snapshot: Any = acquire(spec.dataset)
        profiled: Any = profile(spec.dataset, snapshot)
        trained: Any = train.partial(dataset=spec.dataset, snapshot=profiled).expand(label=labels)
        promote.override(outlets=[generator_asset(spec.dataset), ASKED], **told(spec))(spec.dataset, snapshot, trained)
    return dag


def _approval(spec: DatasetSpec) -> str:
    required = spec.decisions.promotion.required
    return (
        f" It waits for a person's approval, under *Required Actions* (`decide__{spec.dataset}`)." if required else ""
    )


@task
def acquire(dataset: str) -> dict[str, str]:
    """Take a snapshot of the real table and set the anchor aside."""
    with at_stage(dataset) as (house, spec):
        from headwater.chain.acquire import acquire as stage
        from headwater.chain.identity import scan_id

        snapshot_id = stage(house, spec)
        with house.ledger.transaction() as books:
            scan = books.snapshots.scan(scan_id(dataset, house.run_id))
    said = scan.sentence if scan else ""
    return {"snapshot_id": snapshot_id, "spec_sha256": spec.sha256(), "contamination": said}


@task
def profile(dataset: str, snapshot: dict[str, str]) -> dict[str, str]:
    """Describe the real rows and measure the noise floor of every check."""
    with at_stage(dataset, snapshot["spec_sha256"]) as (house, spec):
        from headwater.chain.profile import profile as stage

        stage(house, spec, snapshot["snapshot_id"])
    return snapshot


@task(map_index_template="{{ task.op_kwargs['label'] }}")
def train(dataset: str, snapshot: dict[str, str], label: str) -> str:
    """Fit one candidate on the training rows and judge it on the anchor."""
    with at_stage(dataset, snapshot["spec_sha256"]) as (house, spec):
        from headwater.chain.train import train as stage

        return stage(house, spec, snapshot["snapshot_id"], label)


@task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
def promote(dataset: str, snapshot: dict[str, str], trained: list[str]) -> dict[str, Any]:
    """Make the best candidate champion, or say why the champion stays."""
    with at_stage(dataset, snapshot["spec_sha256"]) as (house, spec):
        from headwater.chain.promote import promote as stage

        asks = load_spec(spec_file(dataset)).decisions.promotion.required  # who decides is what the file says now
        generators = [each for each in trained if each]
        settled = stage(house, spec, snapshot["snapshot_id"], generators, is_asked=asks)
        facts: dict[str, Any] = {"generator_id": settled.champion_id, "is_promoted": settled.is_promoted}
        if settled.champion_id:
            with house.ledger.transaction() as books:
                champion = books.generators.get(settled.champion_id)
            facts |= {"depth": champion.depth, "depth_max": champion.depth_max, "real_share": champion.real_share}
    events = get_current_context()["outlet_events"]
    events[generator_asset(dataset)].extra = facts
    if settled.waiting_id:
        events[ASKED].add(decision_asset(dataset), extra={"subject_id": settled.waiting_id})
    return {**facts, "reason": settled.reason}
