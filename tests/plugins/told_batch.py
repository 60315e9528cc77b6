"""One batch with all that a batch's page tells, under names that try to break out of the page. Real Postgres.

Belongs here: the facts of that batch, and Airflow's knowledge of runs. Does not: what is asked (the tests).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.ledger.facts import batch, check, decision, shard, training_run, uid, validation

from headwater.checks.result import CheckResult
from headwater.ledger import Books
from headwater.ledger.guard_records import Repair

RUN = "manual__2026-03-01T02:00:00+00:00"
"""The run that planned both batches, and found the day before made already."""
HOSTILE = "<script>window.ran = 'batch'</script>"
MANIFEST = b'{"synthetic": true}'


def failed_id(dataset: str, day: date) -> str:
    """The batch that was mended."""
    return uid(f"{dataset} {day} failed")


def mended_id(dataset: str, day: date) -> str:
    """The batch that came of it, which readers have."""
    return uid(f"{dataset} {day}")


def location(dataset: str, day: date) -> str:
    """Its folder in the store."""
    return f"{dataset}/batches/{day}/{mended_id(dataset, day)}"


def findings(*, is_failed: bool) -> list[CheckResult]:
    """Checks of every kind of picture, rules, and one that could not run."""
    shares = {"column": "ward", "names": ["a", HOSTILE], "real": [0.6, 0.4], "synthetic": [0.6, 0.4 * (not is_failed)]}
    bins = {"column": "age", "labels": None, "is_number": True, "real": [0.5, 0.5, 0], "synthetic": [0.4, 0.6, 0]}
    pair = {"columns": ["ward", "age"], "labels": [["a"], None], "real": [[0.5, 0.5]], "synthetic": [[0.4, 0.6]]}
    broken: dict[str, Any] = {"value": None, "limit": None, "interval": None, "error": "ValueError at x"}
    return [
        check("neighbours.coverage", family="neighbours", limit=0.88, value=0.93, noise=0.95, ratio=0.4),
        check("utility.score", family="utility", limit=0.85, detail={}),
        check("category.rare", family="category", detail=shares, passed=not is_failed, value=0.0, interval=None),
        check("column.shape", family="column", detail=bins, direction="at_most", value=0.1, limit=0.2),
        check("pair.table", family="pair", detail=pair, severity="warning", limit_origin="noise_floor"),
        check("joint.c2st", family="joint", severity="info", passed=not is_failed, **broken),
        check("rule:column_values_to_be_between:age", value=3.0 if is_failed else 0.0, limit=0.0, passed=not is_failed),
        check(f"rule:column_values_to_not_be_null:{HOSTILE}", value=0.0, limit=0.0, direction="at_most"),
    ]


def tell_all(books: Books, dataset: str, day: date) -> None:
    """A batch of ``day`` that failed, beside the released one that came of it; call it before that is written."""
    at = datetime.combine(day + timedelta(days=1), time(), UTC)
    made = batch(
        f"{dataset} {day} failed", dataset=dataset, batch_date=day, generator_id=uid(dataset), rows=20_000, run_id=RUN
    )
    books.batches.open(made.model_copy(update={"created_at": at - timedelta(minutes=5)}))
    for status in ("produced", "failed", "quarantined"):
        books.batches.mark(made.batch_id, status, content_hash="e" * 64)
    told = {"batch_id": made.batch_id, "passed": False, "sentence": "Not passed: 2 of 8 checks failed.", "seconds": 9.5}
    judged = validation(f"{dataset} {day} failed", started_at=at, finished_at=at, **told)
    books.validations.record(judged, findings(is_failed=True))


def tell_mended(books: Books, dataset: str, day: date) -> None:
    """How the released batch of ``day`` came of the failed one; call it after both are written."""
    at = datetime.combine(day + timedelta(days=1), time(), UTC)
    for index in range(2):
        made = shard(index, index, 1, batch_id=mended_id(dataset, day), seconds=1.25, key=f"{dataset}/{day}/{index}")
        books.batches.record_shard(made)
    books.repairs.record(
        Repair(
            repair_id=uid(f"{dataset} {day} repair"),
            dataset=dataset,
            batch_date=day,
            batch_id=failed_id(dataset, day),
            repaired_batch_id=mended_id(dataset, day),
            step="top_up",
            look=2,
            rows=20_000,
            touched_rows=120,
            before={"lacking_rows": 240, "short_bins": 9, "margin_tvd": 0.021, "pair_tvd": 0.05},
            after={"lacking_rows": 4, "short_bins": 1, "margin_tvd": 0.009, "pair_tvd": 0.031},
            run_id=RUN,
            made_at=at,
        )
    )
    reasons = {
        failed_id(dataset, day): ("quarantine", "2 of 8 checks failed."),
        mended_id(dataset, day): ("release", HOSTILE),
    }
    for subject, (kind, reason) in reasons.items():
        told = {"dataset": dataset, "subject_id": subject, "kind": kind, "outcome": kind, "reason": reason}
        books.decisions.record(decision(f"{dataset} {day} {kind}", decided_at=at, detail={"run_id": RUN}, **told))
    books.lineage.record("batch", mended_id(dataset, day), "reader", f"synthetic.{dataset}")
    run = training_run(dataset=dataset, snapshot_id=uid(f"{dataset} snapshot"), label="trees", run_id=RUN)
    ended = {"training_run_id": uid(f"{dataset} training"), "status": "succeeded", "generator_id": uid(dataset)}
    books.generators.record_training(run.model_copy(update={**ended, "seconds": 62.0}))


def know_run(dag_id: str, run_id: str, day: date | None, conf: dict[str, Any] | None = None) -> None:
    """Tell Airflow's own database of a run whose interval starts on that day, as its scheduler would."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunType

    start = day and datetime.combine(day, time(2), UTC)
    end = start and start + timedelta(days=1)
    with create_session() as session:
        made = DagRun(
            dag_id=dag_id, run_id=run_id, run_type=DagRunType.MANUAL, state=DagRunState.SUCCESS, conf=conf or {}
        )
        made.logical_date, made.run_after = end, end or datetime(2026, 1, 1, tzinfo=UTC)
        made.data_interval_start, made.data_interval_end = start, end
        session.add(made)
