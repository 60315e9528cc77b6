"""What became of a batch, from the ledger and the runs: the demo's last page and summary.json. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from headwater.checks.result import CheckResult
from headwater.ledger import Ledger
from headwater.ledger.records import Batch, Generator, Snapshot, Validation
from headwater.local.airflow_api import Run
from headwater.local.progress import in_order

_ORIGINS = {
    "spec": "spec",
    "noise_floor": "noise of real rows",
    "exact": "exact test",
    "certificate": "certificate",
}


@dataclass(frozen=True)
class Outcome:
    """One judged batch with all that it came from."""

    batch: Batch
    generator: Generator
    snapshot: Snapshot
    validation: Validation
    checks: tuple[CheckResult, ...]

    @property
    def is_released(self) -> bool:
        """Whether readers see it."""
        return bool(self.validation.passed and self.batch.status == "released")


def read_outcome(ledger_url: str, validation_id: str) -> Outcome:
    """Read the batch of a validation, and all it came from. The ledger's errors pass through."""
    with closing(Ledger(ledger_url)) as ledger, ledger.transaction() as books:
        validation = books.validations.get(validation_id)
        batch = books.batches.get(validation.batch_id)
        generator = books.generators.get(batch.generator_id)
        snapshot = books.snapshots.get(generator.snapshot_id)
        checks = books.validations.checks("validation", validation_id)
    return Outcome(batch, generator, snapshot, validation, tuple(checks))


def stage_seconds(runs: Sequence[Run]) -> dict[str, float]:
    """Return the wall time of each stage, from the first start to the last end of its task instances."""
    spans: dict[str, list[float]] = {}
    for run in runs:
        for task in in_order(run):
            if task.started_at and task.ended_at:
                begin, end = task.started_at.timestamp(), task.ended_at.timestamp()
                span = spans.setdefault(task.task_id, [begin, end])
                span[0], span[1] = min(span[0], begin), max(span[1], end)
    return {stage: round(end - begin, 3) for stage, (begin, end) in spans.items()}


def summary(outcome: Outcome, seconds: Mapping[str, float], base_url: str, store: Path) -> dict[str, Any]:
    """Return the JSON-safe document that the demo writes; it holds no rows."""
    validation, batch = outcome.validation, outcome.batch
    return {
        "dataset": batch.dataset,
        "batch_date": batch.batch_date.isoformat(),
        "batch_id": batch.batch_id,
        "rows": batch.rows,
        "content_hash": batch.content_hash,
        "verdict": "passed" if validation.passed else "failed",
        "generator": outcome.generator.label,
        "depth": batch.depth,
        "checks": [
            {"name": check.name, "value": check.value, "limit": check.limit, "passed": check.passed}
            for check in outcome.checks
        ],
        "data_docs_url": f"{base_url}/headwater/docs/{batch.dataset}/{validation.validation_id}/",
        "data_docs_path": str(store / validation.docs_key),
        "seconds": dict(seconds),
    }


def print_stages(console: Console, outcome: Outcome, runs: Sequence[Run]) -> None:
    """Print one line a stage: seconds, rows, outcome."""
    rows = {
        "acquire": outcome.snapshot.rows,
        "produce": outcome.batch.rows,
        "validate": outcome.batch.rows,
        "release": outcome.batch.rows if outcome.is_released else 0,
    }
    states: dict[str, list[str]] = {}
    for run in runs:
        for task in in_order(run):
            states.setdefault(task.task_id, []).append(task.state or "waiting")
    seconds = stage_seconds(runs)
    table = Table("stage", title=f"{outcome.batch.dataset}, batch of {outcome.batch.batch_date}", title_justify="left")
    for name in ("seconds", "rows"):
        table.add_column(name, justify="right")
    table.add_column("outcome")
    for stage, found in states.items():
        count = f"{rows[stage]:,}" if stage in rows else ""
        spent = f"{seconds[stage]:.1f}" if stage in seconds else ""
        table.add_row(stage, spent, count, _word(stage, found, outcome))
    console.print(table)


def print_checks(console: Console, outcome: Outcome) -> None:
    """Print one line a check: value, limit, where the limit comes from, verdict."""
    table = Table(title="Checks", title_justify="left")
    table.add_column("check", overflow="fold")
    for name in ("value", "limit"):
        table.add_column(name, justify="right")
    table.add_column("limit from")
    table.add_column("verdict")
    for check, count in _grouped(outcome.checks):
        name = check.name if count == 1 else f"{_kind(check.name)} ({count} of them)"
        sign = "≥" if check.direction == "at_least" else "≤"
        limit = "" if check.limit is None else f"{sign} {check.limit:.4g}"
        value = "did not run" if check.value is None else f"{check.value:.4g}"
        origin = "" if check.limit is None else _ORIGINS[check.limit_origin]
        table.add_row(escape(name), value, limit, origin, _verdict(check))
    console.print(table)
    console.print(outcome.validation.sentence, markup=False, highlight=False)


def _grouped(checks: Sequence[CheckResult]) -> list[tuple[CheckResult, int]]:
    """Checks with how many each stands for: passed ones that differ in nothing but their column are one line."""
    counts: dict[object, tuple[CheckResult, int]] = {}
    for check in checks:
        same = (_kind(check.name), check.value, check.limit, check.severity) if check.passed else check.name
        first, count = counts.get(same, (check, 0))
        counts[same] = (first, count + 1)
    return list(counts.values())


def _kind(name: str) -> str:
    """``rule:what it demands`` of ``rule:what it demands:column``."""
    return ":".join(name.split(":")[:2])


def _verdict(check: CheckResult) -> str:
    if check.passed:
        return "for information" if check.severity == "info" else "[green]passed[/]"
    return f"[red]failed[/] ({check.severity})"


def _word(stage: str, states: Sequence[str], outcome: Outcome) -> str:
    if stage == "release" and outcome.batch.status in ("released", "quarantined"):
        return outcome.batch.status
    worst = next((state for state in states if state != "success"), "success")
    return f"{worst} ({len(states)} tasks)" if len(states) > 1 else worst
