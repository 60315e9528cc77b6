"""Tables of synthetic rows: batches and the shards they are made in."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from headwater.ledger.models.base import Base, Key, Moment, Ref

_STATUSES = "'planned', 'produced', 'passed', 'failed', 'released', 'quarantined', 'superseded', 'recalled', 'retired'"


class BatchRow(Base):
    """One night's synthetic rows."""

    __tablename__ = "batches"
    __table_args__ = (
        ForeignKeyConstraint(
            ["dataset", "generator_id"], ["headwater.generators.dataset", "headwater.generators.generator_id"]
        ),
        ForeignKeyConstraint(
            ["dataset", "spec_sha256"], ["headwater.spec_versions.dataset", "headwater.spec_versions.sha256"]
        ),
        Index(
            "uq_batches_released", "dataset", "batch_date", unique=True, postgresql_where=text("status = 'released'")
        ),
        Index(None, "dataset", "batch_date"),
        CheckConstraint(f"status IN ({_STATUSES})", name="status_is_known"),
        CheckConstraint("rows >= 0", name="rows_is_not_negative"),
        CheckConstraint("depth >= 0", name="depth_is_not_negative"),
        CheckConstraint("depth_max >= depth", name="deepest_is_at_least_the_mean"),
        CheckConstraint("real_share BETWEEN 0 AND 1", name="real_share_is_a_share"),
        CheckConstraint("status <> 'released' OR content_hash IS NOT NULL", name="released_has_a_content_hash"),
        CheckConstraint("status <> 'released' OR released_at IS NOT NULL", name="released_has_a_moment"),
        {"comment": "Batches of synthetic rows; one released batch a dataset and date."},
    )

    batch_id: Mapped[Key]
    dataset: Mapped[str] = mapped_column(ForeignKey("headwater.datasets.name"))
    batch_date: Mapped[date]
    generator_id: Mapped[Ref] = mapped_column(index=True)
    spec_sha256: Mapped[str]
    seed: Mapped[int]
    rows: Mapped[int]
    status: Mapped[str]
    content_hash: Mapped[str | None] = mapped_column(comment="SHA-256 over the hashes of all blocks of rows in order.")
    depth: Mapped[float] = mapped_column(comment="Mean generations since real rows.")
    depth_max: Mapped[float] = mapped_column(comment="Generations since real rows, at most.")
    real_share: Mapped[float]
    run_id: Mapped[str]
    code_version: Mapped[str]
    location: Mapped[str | None] = mapped_column(comment="Folder of the batch's files in the store.")
    created_at: Mapped[Moment]
    released_at: Mapped[Moment | None]


class ShardRow(Base):
    """A run of blocks of a batch."""

    __tablename__ = "shards"
    __table_args__ = (
        CheckConstraint("index >= 0 AND first_block >= 0 AND rows >= 0", name="counts_are_not_negative"),
        {"comment": "The files a batch was made in, each a run of blocks."},
    )

    batch_id: Mapped[Key] = mapped_column(ForeignKey("headwater.batches.batch_id"))
    index: Mapped[int] = mapped_column(primary_key=True)
    first_block: Mapped[int]
    block_hashes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    rows: Mapped[int]
    key: Mapped[str]
    sha256: Mapped[str]
    seconds: Mapped[float]
