"""Questions and answers of a batch's page: everything that the ledger holds of one batch, and which run made what.

Belongs here: frozen, validated answers. Does not: SQL, how it looks. Read only.
"""

from __future__ import annotations

from datetime import date

from pydantic import AwareDatetime, Field

from headwater.checks.result import CheckResult
from headwater.ledger.answers import BatchLineage
from headwater.ledger.guard_records import Repair
from headwater.ledger.records import Batch, BatchStatus, Count, Decision, Id, Seconds, TrainingStatus
from headwater.spec.columns import Sdtype
from headwater.spec.model import Model


class NightBatch(Model):
    """One batch of a date, as the list of a date's batches names it. ``passed`` is None before a judgement."""

    batch_id: Id
    batch_date: date
    status: BatchStatus
    rows: Count
    run_id: str
    generator_label: str
    created_at: AwareDatetime
    released_at: AwareDatetime | None
    passed: bool | None


class Judgement(Model):
    """One attempt to judge a batch."""

    validation_id: Id
    attempt: int
    passed: bool
    sentence: str
    finished_at: AwareDatetime
    seconds: Seconds


class Making(Model):
    """How the rows were made: files, rows that are in them so far, seconds of all of them together."""

    shards: Count
    rows: Count
    seconds: Seconds


class Origin(Model):
    """What the batch's generator learned from, and when. ``version`` is None for one that never was champion."""

    taken_at: AwareDatetime = Field(description="When the snapshot's rows were last found in the source.")
    train_rows: Count
    anchor_rows: Count
    fitted_at: AwareDatetime
    model_bytes: Count
    version: int | None


class LearnedColumn(Model):
    """A column of the snapshot: its name, and what it means. No value of it."""

    name: str
    sdtype: Sdtype


class BatchPage(Model):
    """Everything about one batch. ``columns`` are those of the snapshot, in its order.

    ``judgements`` are in the order of their attempts, ``checks`` those of the last one in the order of the battery;
    ``repairs`` and ``night`` are of the whole date: attempts by look, batches the newest first.
    """

    batch: Batch
    lineage: BatchLineage
    origin: Origin
    columns: tuple[LearnedColumn, ...]
    making: Making
    judgements: tuple[Judgement, ...]
    checks: tuple[CheckResult, ...]
    repairs: tuple[Repair, ...]
    decisions: tuple[Decision, ...]
    night: tuple[NightBatch, ...]


class Candidate(Model):
    """One attempt of a retrain run to fit a candidate; ``score`` is None where it failed or was not tried."""

    label: str
    status: TrainingStatus
    seconds: Seconds | None
    generator_id: Id | None
    score: float | None


class Training(Model):
    """What a retrain run learned from, whom it tried, and what was decided in it."""

    snapshot_id: Id
    content_hash: str
    rows: Count
    train_rows: Count
    anchor_rows: Count
    source: str
    taken_at: AwareDatetime
    candidates: tuple[Candidate, ...]
    decisions: tuple[Decision, ...]
