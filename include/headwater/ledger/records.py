"""What goes into the ledger and comes out of it: frozen, validated records. Nothing here knows SQL."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from headwater.spec.model import Model
from headwater.spec.notify import FactKind
from headwater.tables.schema import TableSchema

Id = Annotated[str, BeforeValidator(lambda given: str(UUID(str(given))))]
"""A UUID as text, in small letters with hyphens."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]

BatchStatus = Literal[
    "planned", "produced", "passed", "failed", "released", "quarantined", "superseded", "recalled", "retired"
]
TrainingStatus = Literal["running", "succeeded", "failed"]
SubjectKind = Literal["generator", "validation"]


class Dataset(Model):
    """A registered dataset. ``anchor_key`` (32 bytes) decides which rows are in the anchor until it is renewed."""

    dataset_id: Id
    name: str
    owner: str
    description: str
    anchor_key: bytes = Field(repr=False)


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Snapshot:
    """Real rows at one moment, the anchor set aside. A dataclass: a pydantic model may call no field ``schema``.

    ``depth`` is the mean number of generations since real rows, 0 where all rows are real, ``depth_max`` that of the
    deepest row, ``real_share`` the estimated share of real rows. ``source`` says where the rows are, without secrets.
    """

    snapshot_id: Id
    dataset: str
    content_hash: Sha256
    schema: TableSchema
    rows: Count
    train_rows: Count
    anchor_rows: Count
    train_key: str
    train_sha256: Sha256
    anchor_key_path: str
    anchor_sha256: Sha256
    source: str
    depth: Annotated[float, Field(ge=0)] = 0.0
    depth_max: Annotated[float, Field(ge=0)] = 0.0
    real_share: Share = 1.0
    taken_at: AwareDatetime


class Profile(Model):
    """Facts of a snapshot's rows."""

    snapshot_id: Id
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Baseline:
    """A null that was drawn: where it lies. ``generator_id`` names the generator of a certificate.

    A dataclass: a model has a method ``sha256``.
    """

    baseline_id: Id
    kind: Literal["noise_floor", "certificate"]
    snapshot_id: Id
    generator_id: Id | None
    n: Annotated[int, Field(gt=0)]
    draws: Annotated[int, Field(gt=0)]
    key: str
    sha256: Sha256
    drawn_at: AwareDatetime


class Generator(Model):
    """A fitted model: what it learned from, where its file is, how it scored against the anchor."""

    generator_id: Id
    dataset: str
    snapshot_id: Id
    kind: str
    label: str
    settings: dict[str, Any]
    seed: int
    model_key: str
    model_sha256: Sha256
    model_bytes: Count
    depth: float = Field(ge=0)
    depth_max: float = Field(ge=0)
    real_share: Share
    score: float | None
    code_version: str
    created_at: AwareDatetime


class TrainingRun(Model):
    """One attempt to fit one candidate."""

    training_run_id: Id
    dataset: str
    snapshot_id: Id
    label: str
    run_id: str
    generator_id: Id | None
    status: TrainingStatus
    seconds: Seconds | None
    error: str | None
    started_at: AwareDatetime
    finished_at: AwareDatetime | None


class Batch(Model):
    """One night's synthetic rows of one dataset."""

    batch_id: Id
    dataset: str
    batch_date: date
    generator_id: Id
    spec_sha256: Sha256
    seed: int
    rows: Count
    status: BatchStatus
    content_hash: Sha256 | None
    depth: float = Field(ge=0)
    depth_max: float = Field(ge=0)
    real_share: Share
    run_id: str
    code_version: str
    location: str | None
    created_at: AwareDatetime
    released_at: AwareDatetime | None


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Shard:
    """A run of blocks of a batch in one Parquet file; ``block_hashes`` has one hex SHA-256 a block, in order.

    A dataclass: a model has a method ``sha256``.
    """

    batch_id: Id
    index: Count
    first_block: Count
    block_hashes: tuple[Sha256, ...]
    rows: Count
    key: str
    sha256: Sha256
    seconds: Seconds


class Validation(Model):
    """One judgement of one content of a batch. ``attempt`` counts from 1 within the batch; the ledger sets it."""

    validation_id: Id
    batch_id: Id
    content_hash: Sha256
    passed: bool
    sentence: str
    docs_key: str
    suite: dict[str, Any]
    attempt: int | None = Field(None, ge=1)
    started_at: AwareDatetime
    finished_at: AwareDatetime
    seconds: Seconds


DISCARDED, AWAITS, REJECTED, LAPSED = "discard", "await_approval", "reject", "lapse"
"""Kinds of decisions by which something waits for a person, or no longer does: a batch stays in quarantine for good; a
candidate waits for approval; a person would not have it; nobody answered."""


class Decision(Model):
    """Who decided what, when and why: promote, keep, release, quarantine, rollback, recall, retire, drift, …"""

    decision_id: Id
    dataset: str
    kind: str = Field(pattern=r"^[a-z][a-z_]*$")
    subject_kind: str
    subject_id: str
    outcome: str
    reason: str
    decided_by: str
    decided_at: AwareDatetime
    detail: dict[str, Any]


class Notice(Model):
    """One fact to one receiver: sent, failed (it comes again), or unknown: begun, and nobody knows how it ended."""

    dataset: str
    fact: FactKind
    subject_id: str
    receiver: str
    outcome: Literal["sent", "failed", "unknown"]
    attempts: int = Field(ge=1)
    error: str | None
    run_id: str
    tried_at: AwareDatetime
    sent_at: AwareDatetime | None
