"""Ids are name-based UUIDs of what decides a thing, so a stage that runs twice finds its own work."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from headwater.spec import Candidate, DatasetSpec
from headwater.spec.constraints import Constraint
from headwater.tables.schema import TableSchema

_NAMESPACE = uuid5(NAMESPACE_URL, "urn:headwater")


def snapshot_id(dataset: str, content_hash: str, schema: TableSchema) -> str:
    """The same rows in the same shape are the same snapshot."""
    return _uuid("snapshot", dataset, content_hash, schema.sha256())


def generator_id(
    snapshot: str,
    candidate: Candidate,
    seed: int,
    constraints: Sequence[Constraint] = (),
    *,
    mixture: tuple[Sequence[str], int] = ((), 0),
) -> str:
    """The same candidate fitted on the same rows with the same seed and constraints is the same generator.

    ``mixture`` are the batches of which so many synthetic rows were learned from. Without constraints and synthetic
    rows the id is what it was before there were any.
    """
    kept: list[Any] = [[constraint.model_dump(mode="json") for constraint in constraints]] if constraints else []
    if mixture[1] and mixture[0]:
        kept.append({"batches": list(mixture[0]), "rows": mixture[1]})
    return _uuid("generator", snapshot, candidate.kind, candidate.settings, seed, *kept)


def batch_id(dataset: str, batch_date: date, generator: str, spec: DatasetSpec) -> str:
    """A batch is a fact of dataset, date, generator, spec and seed."""
    return _uuid("batch", dataset, batch_date.isoformat(), generator, spec.sha256(), spec.seed)


def repair_id(batch: str, step: str) -> str:
    """One step of mending a batch; tried again, it is the same attempt."""
    return _uuid("repair", batch, step)


def repaired_batch_id(batch: str, step: str) -> str:
    """The batch that a step made of another one."""
    return _uuid("repaired batch", batch, step)


def validation_id(batch: str, content_hash: str) -> str:
    """One judgement for one content of a batch; judged again, it is the same judgement."""
    return _uuid("validation", batch, content_hash)


def training_run_id(run_id: str, snapshot: str, label: str) -> str:
    """One attempt of one run to fit one candidate."""
    return _uuid("training run", run_id, snapshot, label)


def decision_id(subject: str, outcome: str, run_id: str) -> str:
    """One decision of one run about one thing."""
    return _uuid("decision", subject, outcome, run_id)


def scan_id(dataset: str, run_id: str) -> str:
    """One search of one run for rows that came back."""
    return _uuid("contamination scan", dataset, run_id)


def baseline_id(kind: str, subject: str, n: int, basis: Sequence[Any]) -> str:
    """One null for a snapshot or generator, a size of samples, and the parts of the spec that it follows from."""
    return _uuid("baseline", kind, subject, n, list(basis))


def side_id(snapshot: str, generator: str, basis: Sequence[Any]) -> str:
    """What a generator shows on the anchor of a snapshot, and what else that follows from."""
    return _uuid("side", snapshot, generator, list(basis))


def alarm_id(dataset: str, chart: str, name: str, subject: str) -> str:
    """One alarm of one chart about one statistic, raised by one batch or generator."""
    return _uuid("alarm", dataset, chart, name, subject)


def _uuid(*parts: Any) -> str:
    return str(uuid5(_NAMESPACE, json.dumps(parts, sort_keys=True)))
