"""The demo's last page: facts from a ledger, times by hand, a live table and plain lines that show what is there."""

from __future__ import annotations

import io
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import get_args

import psycopg
from rich.console import Console
from tests.ledger.facts import CONTENT, batch, furnish, uid, validation
from tests.ledger.facts import check as fact

from headwater.checks.result import CheckResult, LimitOrigin
from headwater.ledger import Ledger
from headwater.ledger.migrate import migrate
from headwater.local.airflow_api import Run, TaskRun
from headwater.local.outcome import _ORIGINS, _grouped, read_outcome, stage_seconds
from headwater.local.progress import Progress, in_order

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def task(name: str, index: int, begin: float | None, end: float | None, state: str | None = "success") -> TaskRun:
    def at(seconds: float | None) -> datetime | None:
        return None if seconds is None else NOON + timedelta(seconds=seconds)

    return TaskRun(name, index, state, at(begin), at(end), 1)


def run(*tasks: TaskRun, state: str = "running") -> Run:
    return Run("nightly__x", "r1", state, tasks)


def test_a_batch_is_read_with_all_it_came_from_and_no_session_stays_open(database: str) -> None:
    migrate(database)
    with closing(Ledger(database)) as ledger, ledger.transaction() as books:
        furnish(books)
        books.batches.open(batch())
        books.batches.mark(uid("batch"), "passed", content_hash=CONTENT)
        books.batches.mark(uid("batch"), "released")
        books.validations.record(validation(), [fact("coverage")])
    found = read_outcome(database, uid("validation"))
    assert found.is_released
    assert (found.batch.batch_id, found.generator.generator_id) == (uid("batch"), uid("generator"))
    assert (found.snapshot.snapshot_id, [check.name for check in found.checks]) == (uid("snapshot"), ["coverage"])
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'headwater' AND datname = current_database()"
    )
    deadline = time.monotonic() + 30
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as connection:
        while connection.execute(others).fetchone() != (0,):  # Postgres ends a closed session a moment later
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_seconds_of_a_stage_span_its_mapped_tasks() -> None:
    made = run(task("produce", 0, 10, 14), task("produce", 1, 11, 17.25), task("plan", -1, 2, 3.5))
    waiting = run(task("release", -1, None, None, None))
    # produce: from 10 to 17.25; plan: from 2 to 3.5; release has not begun.
    assert stage_seconds([made, waiting]) == {"plan": 1.5, "produce": 7.25}


def test_tasks_come_in_the_order_of_the_chain() -> None:
    shuffled = run(*(task(name, -1, 0, 1) for name in ("validate", "plan", "zzz", "release", "produce")))
    assert [each.task_id for each in in_order(shuffled)] == ["plan", "produce", "validate", "release", "zzz"]


def test_labels_and_seconds() -> None:
    assert task("produce", 1, 0, 2).label == "produce[1]"
    assert task("plan", -1, 0, 2).label == "plan"
    assert task("plan", -1, 0, 2).seconds == 2
    assert task("plan", -1, None, None).seconds is None


def test_plain_progress_tells_each_change_once() -> None:
    stream = io.StringIO()
    with Progress(Console(file=stream, width=200)) as progress:
        progress.show(run(task("plan", -1, 0, None, "running")))
        progress.show(run(task("plan", -1, 0, None, "running")))
        progress.show(run(task("plan", -1, 0, 2), task("produce", 0, None, None, None)))
    lines = [line.split("  ", 1)[1].strip() for line in stream.getvalue().strip().splitlines()]
    assert [line.split("  ")[-1] for line in lines] == ["plan: running", "plan: success after 2.0 s"]


def test_live_progress_shows_mapped_tasks() -> None:
    stream = io.StringIO()
    with Progress(Console(file=stream, width=100, force_terminal=True)) as progress:
        progress.show(run(task("produce", 3, 0, 2.5), task("release", -1, None, None, None)))
    assert "produce[3]" in stream.getvalue()
    assert "2.5 s" in stream.getvalue()
    assert "waiting" in stream.getvalue()


def check(name: str, *, passed: bool = True, value: float = 0.0) -> CheckResult:
    return CheckResult(
        name=name,
        severity="critical",
        value=value,
        limit=0.0,
        direction="at_most",
        limit_origin="spec",
        n=10,
        passed=passed,
        sentence="",
    )


def test_passed_rules_of_one_kind_are_one_line_and_failed_ones_are_not() -> None:
    checks = [
        check("rule:not_null:a"),
        check("rule:not_null:b"),
        check("rule:not_null:c", passed=False, value=3),
        check("rule:unique:a"),
        check("joint.c2st", value=-0.1),
    ]
    found = [(each.name, count) for each, count in _grouped(checks)]
    assert found == [("rule:not_null:a", 2), ("rule:not_null:c", 1), ("rule:unique:a", 1), ("joint.c2st", 1)]


def test_every_origin_of_a_limit_has_a_word() -> None:
    assert set(_ORIGINS) == set(get_args(LimitOrigin))
