"""Tables of fitted models: generators, the runs that fitted them, the champions."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from headwater.ledger.models.base import Base, Document, Key, Moment, Ref


class GeneratorRow(Base):
    """A fitted model."""

    __tablename__ = "generators"
    __table_args__ = (
        UniqueConstraint("dataset", "generator_id"),
        ForeignKeyConstraint(
            ["dataset", "snapshot_id"], ["headwater.snapshots.dataset", "headwater.snapshots.snapshot_id"]
        ),
        CheckConstraint("depth >= 0", name="depth_is_not_negative"),
        CheckConstraint("depth_max >= depth", name="deepest_is_at_least_the_mean"),
        CheckConstraint("real_share BETWEEN 0 AND 1", name="real_share_is_a_share"),
        CheckConstraint("model_bytes >= 0", name="model_bytes_is_not_negative"),
        {"comment": "Fitted models: what they learned from, where their file lies, how they scored."},
    )

    generator_id: Mapped[Key]
    dataset: Mapped[str] = mapped_column(ForeignKey("headwater.datasets.name"))
    snapshot_id: Mapped[Ref] = mapped_column(index=True)
    kind: Mapped[str]
    label: Mapped[str]
    settings: Mapped[Document]
    seed: Mapped[int]
    model_key: Mapped[str]
    model_sha256: Mapped[str] = mapped_column(comment="A model file is only loaded when its hash is this one.")
    model_bytes: Mapped[int]
    depth: Mapped[float] = mapped_column(comment="Mean depth of the rows it learned from.")
    depth_max: Mapped[float] = mapped_column(comment="Depth of the deepest of them.")
    real_share: Mapped[float] = mapped_column(comment="Share of real rows among those it learned from.")
    score: Mapped[float | None]
    code_version: Mapped[str]
    created_at: Mapped[Moment]


class TrainingRunRow(Base):
    """One attempt to fit one candidate."""

    __tablename__ = "training_runs"
    __table_args__ = (
        ForeignKeyConstraint(
            ["dataset", "snapshot_id"], ["headwater.snapshots.dataset", "headwater.snapshots.snapshot_id"]
        ),
        ForeignKeyConstraint(
            ["dataset", "generator_id"], ["headwater.generators.dataset", "headwater.generators.generator_id"]
        ),
        Index(None, "dataset", "started_at"),
        CheckConstraint("status IN ('running', 'succeeded', 'failed')", name="status_is_known"),
        CheckConstraint("status <> 'succeeded' OR generator_id IS NOT NULL", name="success_has_a_generator"),
        {"comment": "Attempts to fit a candidate, the failed ones too."},
    )

    training_run_id: Mapped[Key]
    dataset: Mapped[str] = mapped_column(ForeignKey("headwater.datasets.name"))
    snapshot_id: Mapped[Ref] = mapped_column(index=True)
    label: Mapped[str]
    run_id: Mapped[str]
    generator_id: Mapped[Ref | None] = mapped_column(index=True)
    status: Mapped[str]
    seconds: Mapped[float | None]
    error: Mapped[str | None]
    started_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]


class ChampionRow(Base):
    """One reign of one generator."""

    __tablename__ = "champions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["dataset", "generator_id"], ["headwater.generators.dataset", "headwater.generators.generator_id"]
        ),
        Index("uq_champions_open", "dataset", unique=True, postgresql_where=text("retired_at IS NULL")),
        CheckConstraint("retired_at >= promoted_at", name="reign_does_not_end_before_it_begins"),
        {"comment": "Which generator made the batches from when to when; one open reign a dataset."},
    )

    champion_id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    dataset: Mapped[str] = mapped_column(ForeignKey("headwater.datasets.name"), index=True)
    generator_id: Mapped[Ref] = mapped_column(index=True)
    promoted_at: Mapped[Moment]
    retired_at: Mapped[Moment | None]
