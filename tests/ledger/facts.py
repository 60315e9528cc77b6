"""Records for tests: a dataset with a spec, a snapshot, a generator and a batch, each with sensible values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from headwater.checks.result import CheckResult
from headwater.ledger import Books
from headwater.ledger.records import Batch, Decision, Generator, Shard, Snapshot, TrainingRun, Validation
from headwater.tables.schema import ColumnSchema, TableSchema

SPEC = "a" * 64
CONTENT = "c" * 64
NIGHT = date(2026, 1, 1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SCHEMA = TableSchema(
    columns=(
        ColumnSchema(name="ward", sdtype="categorical", storage="text", nullable=True, categories=("a", "ü", "\x00")),
        ColumnSchema(
            name="dose", sdtype="categorical", storage="real", nullable=False, categories=(0.5, 1.0, 1e16, 1e300)
        ),
        ColumnSchema(name="age", sdtype="numerical", storage="integer", nullable=False, decimals=0),
    )
)


def uid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


def snapshot(name: str = "snapshot", **changes: Any) -> Snapshot:
    values: dict[str, Any] = {
        "snapshot_id": uid(name),
        "dataset": "clinic",
        "content_hash": "5" * 64,
        "schema": SCHEMA,
        "rows": 10,
        "train_rows": 8,
        "anchor_rows": 2,
        "train_key": "clinic/train",
        "train_sha256": "6" * 64,
        "anchor_key_path": "clinic/anchor",
        "anchor_sha256": "7" * 64,
        "source": "warehouse:clinic",
        "taken_at": NOON,
    }
    return Snapshot(**{**values, **changes})


def generator(name: str = "generator", **changes: Any) -> Generator:
    values: dict[str, Any] = {
        "generator_id": uid(name),
        "dataset": "clinic",
        "snapshot_id": uid("snapshot"),
        "kind": "trees",
        "label": name,
        "settings": {"leaf": 20},
        "seed": 2**32 - 1,
        "model_key": "clinic/model.bin",
        "model_sha256": "8" * 64,
        "model_bytes": 123,
        "depth": 0.0,
        "depth_max": 0.0,
        "real_share": 1.0,
        "score": None,
        "code_version": "0.1.0",
        "created_at": NOON,
    }
    return Generator(**{**values, **changes})


def training_run(**changes: Any) -> TrainingRun:
    values: dict[str, Any] = {
        "training_run_id": uid("run"),
        "dataset": "clinic",
        "snapshot_id": uid("snapshot"),
        "label": "trees",
        "run_id": "manual",
        "generator_id": None,
        "status": "running",
        "seconds": None,
        "error": None,
        "started_at": NOON,
        "finished_at": None,
    }
    return TrainingRun(**{**values, **changes})


def batch(name: str = "batch", **changes: Any) -> Batch:
    values: dict[str, Any] = {
        "batch_id": uid(name),
        "dataset": "clinic",
        "batch_date": NIGHT,
        "generator_id": uid("generator"),
        "spec_sha256": SPEC,
        "seed": 0,
        "rows": 3,
        "status": "planned",
        "content_hash": None,
        "depth": 1.0,
        "depth_max": 1.0,
        "real_share": 0.0,
        "run_id": "manual",
        "code_version": "0.1.0",
        "location": None,
        "created_at": NOON,
        "released_at": None,
    }
    return Batch(**{**values, **changes})


def shard(index: int, first_block: int, blocks: int, **changes: Any) -> Shard:
    values: dict[str, Any] = {
        "batch_id": uid("batch"),
        "index": index,
        "first_block": first_block,
        "block_hashes": tuple(f"{first_block + block:064x}" for block in range(blocks)),
        "rows": blocks * 10_000,
        "key": f"clinic/part-{index}",
        "sha256": "9" * 64,
        "seconds": 0.5,
    }
    return Shard(**{**values, **changes})


def validation(name: str = "validation", **changes: Any) -> Validation:
    values: dict[str, Any] = {
        "validation_id": uid(name),
        "batch_id": uid("batch"),
        "content_hash": CONTENT,
        "passed": True,
        "sentence": "All 2 checks passed.",
        "docs_key": "clinic/docs",
        "suite": {"expectations": []},
        "started_at": NOON,
        "finished_at": NOON,
        "seconds": 0.0,
    }
    return Validation(**{**values, **changes})


def check(name: str, **changes: Any) -> CheckResult:
    values: dict[str, Any] = {
        "name": name,
        "severity": "critical",
        "value": 0.9,
        "limit": 0.8,
        "direction": "at_least",
        "limit_origin": "spec",
        "interval": (0.85, 0.95),
        "n": 100,
        "passed": True,
        "sentence": "Good.",
        "detail": {"bars": [1, 2.5]},
    }
    return CheckResult(**{**values, **changes})


def decision(name: str = "decision", **changes: Any) -> Decision:
    values: dict[str, Any] = {
        "decision_id": uid(name),
        "dataset": "clinic",
        "kind": "release",
        "subject_kind": "batch",
        "subject_id": uid("batch"),
        "outcome": "release",
        "reason": "All checks passed.",
        "decided_by": "headwater",
        "decided_at": NOON,
        "detail": {"run_id": "manual"},
    }
    return Decision(**{**values, **changes})


def furnish(books: Books) -> None:
    """A dataset with spec, snapshot and generator."""
    books.datasets.register("clinic", "nurse", "Patients.")
    books.datasets.record_spec("clinic", SPEC, {"dataset": "clinic"})
    books.snapshots.record(snapshot())
    books.generators.record(generator())
