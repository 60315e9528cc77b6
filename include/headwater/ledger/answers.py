"""What the ledger answers when it is asked across tables: lineage, champions, trends, Data Docs. Read only.

Belongs here: frozen, validated answers and the questions to them. Does not: what is written (``records.py``), SQL.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from headwater.ledger.records import BatchStatus, Count, Id
from headwater.spec.model import Model


class BatchLineage(Model):
    """One row of the view ``batch_lineage``: where a batch comes from, down to the snapshot's hash.

    ``verdict`` is that of the latest validation; ``released_to`` is the readers' table that holds the batch now.
    """

    dataset: str
    batch_date: date
    batch_id: Id
    status: BatchStatus
    content_hash: str | None
    rows: int
    seed: int
    generator_id: Id
    generator_kind: str
    generator_label: str
    model_sha256: str
    code_version: str
    depth: float
    real_share: float
    spec_sha256: str
    snapshot_id: Id
    snapshot_content_hash: str
    snapshot_rows: int
    source: str
    verdict: Literal["passed", "failed"] | None
    validation_id: Id | None
    released_to: str | None
    depth_max: float


class BatchRevision(Model):
    """One row of the view ``batch_revisions``: a batch that readers have or had of a date, under a number.

    ``revision`` counts the date's batches from 1 in the order of their first release; one that comes back keeps its
    number. ``is_current`` marks the one that readers see now. ``superseded_at``, ``_by`` and ``_for`` say when, by
    which batch and why it last gave way to another; None for one that did not, or is current again.
    """

    dataset: str
    batch_date: date
    revision: int = Field(ge=1)
    batch_id: Id
    status: BatchStatus
    is_current: bool
    generator_id: Id
    spec_sha256: str
    seed: int
    rows: Count
    content_hash: str
    first_released_at: AwareDatetime
    last_released_at: AwareDatetime
    superseded_at: AwareDatetime | None
    superseded_by: Id | None
    superseded_for: str | None


class ChampionVersion(Model):
    """One row of the view ``champion_versions``: a generator that is or was champion, under a number that people type.

    ``version`` counts the dataset's champions from 1 in the order of their first promotion; one that comes back keeps
    its number. ``promoted_at`` is its first promotion, ``retired_at`` the end of its last reign (None while it is
    champion). ``is_previous`` marks the other generator that reigned last before the present champion.
    ``withdrawn_at`` says when a person took it out of use (by rolling back from it, or recalling its batches), and
    ``recalled_at`` when its batches were recalled; both are None again once a person has rolled back to it.
    """

    dataset: str
    version: int = Field(ge=1)
    generator_id: Id
    label: str
    kind: str
    score: float | None
    created_at: AwareDatetime
    promoted_at: AwareDatetime
    retired_at: AwareDatetime | None
    reigns: int = Field(ge=1)
    is_current: bool
    is_previous: bool
    withdrawn_at: AwareDatetime | None
    recalled_at: AwareDatetime | None


class TrendPoint(Model):
    """What one check found in one batch, by the latest validation of it."""

    batch_date: date
    value: float | None
    limit: float | None
    passed: bool
    ratio: float | None


class Figure(Model):
    """What one check found in one night. ``ratio`` and ``effect`` are None where they are infinite or no numbers.

    ``rows`` are the batch's, ``n`` those that were judged.
    """

    name: str
    batch_id: Id
    batch_date: date
    rows: Count
    n: Count
    finished_at: AwareDatetime
    ratio: float | None
    effect: float | None
    passed: bool


class DocsQuery(Model):
    """Which validations the Data Docs index lists. None asks for nothing; ``to_date`` is the last day of the range.

    ``datasets`` are those the reader may see: nothing else is listed, counted or named. ``check`` is the name of a
    check that failed.
    """

    datasets: frozenset[str]
    dataset: str | None = None
    from_date: date | None = None
    to_date: date | None = None
    passed: bool | None = None
    check: str | None = None


class FailedCheck(Model):
    """A check that failed, as the index names it."""

    name: str
    severity: Literal["critical", "warning", "info"]


class DocsEntry(Model):
    """One line of the Data Docs index: a validation, its batch, what failed (critical first)."""

    validation_id: Id
    batch_id: Id
    dataset: str
    batch_date: date
    rows: Count
    generator_label: str
    passed: bool
    sentence: str
    attempt: int
    finished_at: AwareDatetime
    failed: tuple[FailedCheck, ...]
