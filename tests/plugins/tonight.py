"""A ledger whose last nights are those before now, for the overview: one dataset a state. Real Postgres.

Belongs here: those nights, and Airflow's knowledge of their DAGs. Does not: what is asked (the tests).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

from tests.ledger.facts import SPEC, batch, check, generator, snapshot, uid, validation
from tests.plugins.told_batch import RUN, findings, location, tell_all, tell_mended

from headwater.ledger import Books, Ledger
from headwater.ledger.migrate import migrate
from headwater.spec.dataset import Schedule
from headwater.spec.nights import last_nights

NIGHTS = 28
BEGUN = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=6)
SCHEDULE = {
    "nightly": f"{BEGUN.minute} {BEGUN.hour} * * *",
    "timezone": "UTC",
    "deadline": f"{BEGUN + timedelta(minutes=1):%H:%M}",
}
"""The newest night began some hours ago, at whatever hour the tests run, and was due a minute later."""
DATASETS = ("held", "quiet", "tardy")
VALIDATIONS = 3 * NIGHTS


def days() -> tuple[date, ...]:
    """The last nights, newest first."""
    return tuple(
        night.batch_date for night in last_nights(Schedule.model_validate(SCHEDULE), datetime.now(UTC), NIGHTS)
    )


def live_through(url: str) -> None:
    """``quiet`` has released every night, ``held`` quarantined the newest, ``tardy`` has no newest batch.

    The newest of ``quiet`` was mended, and has all that a batch's page tells.
    """
    migrate(url)
    ledger = Ledger(url)
    with ledger.transaction() as books:
        for dataset in DATASETS:
            books.datasets.register(dataset, "nurse", "")
            books.datasets.record_spec(dataset, SPEC, {"dataset": dataset, "schedule": SCHEDULE})
            books.snapshots.record(snapshot(f"{dataset} snapshot", dataset=dataset))
            made = generator(dataset, dataset=dataset, snapshot_id=uid(f"{dataset} snapshot"), label="trees")
            books.generators.record(made)
            books.generators.promote(dataset, made.generator_id, datetime.combine(days()[-1], time(), UTC))
            for place, day in enumerate(days()):
                if (dataset, place) == ("quiet", 0):
                    tell_all(books, dataset, day)
                if (dataset, place) != ("tardy", 0):
                    _night(books, dataset, day, is_held=(dataset, place) == ("held", 0))
        tell_mended(books, "quiet", days()[0])
    ledger.close()


def _night(books: Books, dataset: str, day: date, *, is_held: bool) -> None:
    at = datetime.combine(day + timedelta(days=1), time(), UTC)
    made = batch(
        f"{dataset} {day}", dataset=dataset, batch_date=day, generator_id=uid(dataset), rows=20_000, run_id=RUN
    )
    run_id = RUN if (dataset, day) == ("quiet", days()[0]) else "manual"
    books.batches.open(made.model_copy(update={"created_at": at, "run_id": run_id}))
    for status in ("produced", "failed", "quarantined") if is_held else ("produced", "passed", "released"):
        books.batches.mark(made.batch_id, status, content_hash="d" * 64, location=location(dataset, day))
    coverage = 0.7 if is_held else 0.93 + day.day / 1_000
    found = [
        check("neighbours.coverage", value=coverage, limit=0.88, passed=not is_held),
        check("utility.score", value=0.9, limit=0.85),
        *findings(is_failed=is_held)[2:],
    ]
    sentence = f"{'Not passed' if is_held else 'Passed'}: <b>{dataset}</b> has been judged."
    judged = {"batch_id": made.batch_id, "passed": not is_held, "sentence": sentence}
    books.validations.record(validation(f"{dataset} {day}", started_at=at, finished_at=at, **judged), found)


def know_dags(datasets: Sequence[str], *, paused: Sequence[str] = (), verbs: Sequence[str] = ("nightly",)) -> None:
    """Tell Airflow's own database of DAGs ``verb__dataset``, as its processor would after reading their file.

    A dataset without a name has DAGs that are called as the verb.
    """
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.utils.session import create_session

    with create_session() as session:
        session.merge(DagBundleModel(name="dags-folder"))
        session.flush()
        for name, verb in product(datasets, verbs):
            at = {"bundle_name": "dags-folder", "fileloc": "supply_chain.py", "timetable_summary": "0 2 * * *"}
            dag_id = f"{verb}__{name}" if name else verb
            session.merge(DagModel(dag_id=dag_id, is_paused=name in paused, is_stale=False, **at))
