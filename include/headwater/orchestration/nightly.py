"""The DAG ``nightly__X``: one batch a night, judged before anybody reads it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, Param, get_current_context, task

from headwater.orchestration.asking import VERSION_MAX
from headwater.orchestration.assets import ASKED, batch_asset, decision_asset, generator_asset
from headwater.orchestration.dates import asked_of, batch_date_of
from headwater.orchestration.defaults import SIMPLE_SCHEMA, dag_arguments
from headwater.orchestration.links import link_data_docs
from headwater.orchestration.notify import told
from headwater.orchestration.stages import at_stage
from headwater.orchestration.timetables import interval
from headwater.spec import DatasetSpec

if TYPE_CHECKING:
    from headwater.chain.known import Known

log = logging.getLogger(__name__)

DOC = """\
### Make the nightly batch of `{dataset}`

{description}

1. **plan** opens the batch of the day that the run's interval covers, or of the param `batch_date`, for the champion
   that the param `champion` asks for. A batch that is there already, whole, is found and not made again.
2. **produce** makes its {rows:,} rows in blocks with their own seeds; the same date gives the same bytes.
3. **validate** judges it by a Great Expectations suite and the mode-coverage checks, against rows no generator saw.
4. **repair** mends a batch that misses modes, within the limits of the spec (`repair`), and has it judged anew by
   narrower limits. Most nights it has nothing to do; its XCom `repair` says what it did, and why.
5. **release** copies a good batch to `synthetic.{dataset}` in Postgres and to Parquet.

A red **release** means that the batch failed its gate and is in quarantine; readers never saw it. Its page is one click
away: *Data Docs* on the task. What becomes of it is decided under *Required Actions* (`decide__{dataset}`).

**Past days**: *Trigger*, *Backfill*. Each day gets the batch that its night would have had: the champion of that day,
the same seed, the same hash. Days before the first champion are refused. Another champion or spec makes a new revision;
the former one stays readable in `synthetic_former.{dataset}`. Choose *All Runs* to have every batch looked at.
"""

BATCH_DATE = Param(
    None,
    type=["null", "string"],
    format="date",
    title="Batch date",
    description="The day to make. Left empty: the day that the run's data interval covers. A backfill leaves it empty.",
    **SIMPLE_SCHEMA,
)
CHAMPION = Param(
    None,
    type=["null", "string", "integer"],
    maxLength=VERSION_MAX,
    title="Champion",
    description="Whose batch to make. Left empty, a scheduled or backfilled day gets the champion that it had (in use "
    "when its night was due), a run that you trigger by hand the present one. Or write: as of the day; present; the "
    "number of a champion (1 is the dataset's first); a generator id. A number that is none lists those that are. "
    "The form of a backfill hands it on only where Override parameters on existing runs is ticked.",
    **SIMPLE_SCHEMA,
)


def nightly(spec: DatasetSpec) -> DAG:
    """Build ``nightly__X``."""
    doc = DOC.format(dataset=spec.dataset, description=spec.description, rows=spec.batch.rows)
    timetable = interval(spec.schedule.nightly, spec.schedule.timezone)
    params = {"batch_date": BATCH_DATE, "champion": CHAMPION}
    with DAG(schedule=timetable, doc_md=doc, params=params, **dag_arguments(spec, "nightly")) as dag:
        # What a call of a task gives here is a promise (XComArg), not yet what its annotation says.
        shards = plan.override(inlets=[generator_asset(spec.dataset)])(spec.dataset)
        made: Any = produce.partial(dataset=spec.dataset).expand(shard=shards)
        judged: Any = validate(spec.dataset, made)
        mended: Any = repair.override(outlets=[ASKED])(spec.dataset, judged)
        release.override(outlets=[batch_asset(spec.dataset)], **told(spec))(spec.dataset, mended)
    return dag


@task
def plan(dataset: str) -> list[dict[str, Any]]:
    """Open the batch of the day for the champion, and name its shards."""
    context = get_current_context()
    with at_stage(dataset) as (house, spec):
        from headwater.chain.produce import plan as stage

        params, run_type = context["params"], context["dag_run"].run_type.value
        batch_date = batch_date_of(params, context.get("data_interval_start"), spec.schedule.zone, run_type)
        planned = stage(house, spec, batch_date, asked_of(params, run_type, spec, batch_date))
        batch: dict[str, Any] = {"batch_id": planned.batch_id, "spec_sha256": spec.sha256()}
        if planned.known is None:
            return [{**batch, "index": index} for index in planned.shards]
        log.info(planned.known.sentence)
        return [{**batch, "index": 0, "known": _found(planned.known)}]


def _found(known: Known) -> dict[str, Any]:
    """A night that is there already, as ``validate`` hands it on."""
    found = known.validation
    verdict = {"validation_id": found.validation_id, "passed": found.passed, "sentence": found.sentence}
    return {"batch_id": known.batch.batch_id, "spec_sha256": known.batch.spec_sha256, **verdict}


@task
def produce(dataset: str, shard: dict[str, Any]) -> dict[str, Any]:
    """Make one shard of the batch."""
    if "known" in shard:
        log.info("The batch is there already; nothing is to be made.")
        return shard
    with at_stage(dataset, shard["spec_sha256"]) as (house, spec):
        from headwater.chain.produce import produce as stage

        stage(house, spec, shard["batch_id"], shard["index"])
    return shard


@task
def validate(dataset: str, made: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Judge the whole batch and write its Data Docs page."""
    if "known" in made[0]:
        log.info("The batch is there already, with its verdict: %s", made[0]["known"]["sentence"])
        link_data_docs(dataset, made[0]["known"]["validation_id"])
        return {**made[0]["known"], "is_known": True}
    batch = {name: made[0][name] for name in ("batch_id", "spec_sha256")}
    with at_stage(dataset, batch["spec_sha256"]) as (house, spec):
        from headwater.chain.validate import validate as stage

        judged = stage(house, spec, batch["batch_id"])
    link_data_docs(dataset, judged.validation_id)
    return {**batch, "validation_id": judged.validation_id, "passed": judged.is_passed, "sentence": judged.sentence}


@task
def repair(dataset: str, judged: dict[str, Any]) -> dict[str, Any]:
    """Mend a batch that misses modes; returns the batch that goes on to release, with its verdict."""
    if judged.get("is_known"):
        link_data_docs(dataset, judged["validation_id"])
        return {**judged, "repair": "The batch is there already, so nothing is to be mended."}
    if judged["passed"]:  # most nights: what judges rows is dear to import
        link_data_docs(dataset, judged["validation_id"])
        return {**judged, "repair": "The batch passed, so nothing is to be mended."}
    with at_stage(dataset, judged["spec_sha256"]) as (house, spec):
        from headwater.chain.repair import repair as stage

        mended = stage(house, spec, judged["validation_id"])
    log.info(mended.sentence)
    found = mended.judgement
    link_data_docs(dataset, found.validation_id)
    verdict = {"validation_id": found.validation_id, "passed": found.is_passed, "sentence": found.sentence}
    if not found.is_passed:
        asked = get_current_context()["outlet_events"][ASKED]
        asked.add(decision_asset(dataset), extra={"subject_id": mended.batch_id})
    return {**judged, "batch_id": mended.batch_id, **verdict, "repair": mended.sentence}


@task
def release(dataset: str, judged: dict[str, Any]) -> str:
    """Hand a good batch to its readers; fail at the gate, unretried, for one that is not."""
    link_data_docs(dataset, judged["validation_id"])
    with at_stage(dataset, judged["spec_sha256"]) as (house, spec):
        from headwater.chain.release import release as stage

        location = stage(house, spec, judged["validation_id"])
        with house.ledger.transaction() as books:
            batch = books.batches.get(judged["batch_id"])
    log.info("Batch %s of %s is with its readers: %s", batch.batch_id, batch.batch_date, location)
    facts: dict[str, Any] = {name: judged[name] for name in ("batch_id", "validation_id")}
    facts |= {"depth": batch.depth, "depth_max": batch.depth_max, "real_share": batch.real_share}
    get_current_context()["outlet_events"][batch_asset(dataset)].extra = facts
    return location
