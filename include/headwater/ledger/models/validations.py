"""Tables of judgements: validations of batches, and the checks of validations and generators."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from headwater.ledger.models.base import Base, Document, Key, Moment, Ref


class ValidationRow(Base):
    """One judgement of one content of a batch."""

    __tablename__ = "validations"
    __table_args__ = (
        UniqueConstraint("batch_id", "attempt"),
        Index(None, "finished_at", "validation_id"),
        CheckConstraint("attempt >= 1", name="attempt_counts_from_1"),
        CheckConstraint("finished_at >= started_at", name="ends_after_it_began"),
        {"comment": "Judgements of batches. Every attempt counts."},
    )

    validation_id: Mapped[Key]
    batch_id: Mapped[Ref] = mapped_column(ForeignKey("headwater.batches.batch_id"))
    content_hash: Mapped[str] = mapped_column(comment="Of the rows that were judged.")
    passed: Mapped[bool]
    sentence: Mapped[str]
    docs_key: Mapped[str] = mapped_column(comment="Where its Data Docs page lies in the store.")
    suite: Mapped[Document]
    attempt: Mapped[int]
    started_at: Mapped[Moment]
    finished_at: Mapped[Moment]
    seconds: Mapped[float]


class CheckRow(Base):
    """One number with its meaning."""

    __tablename__ = "checks"
    __table_args__ = (
        UniqueConstraint("validation_id", "name"),
        UniqueConstraint("generator_id", "name"),
        Index(
            "ix_checks_failed",
            "name",
            "validation_id",
            postgresql_where=text("NOT passed AND validation_id IS NOT NULL"),
        ),
        CheckConstraint(
            "(subject_kind = 'validation' AND validation_id IS NOT NULL AND generator_id IS NULL)"
            " OR (subject_kind = 'generator' AND generator_id IS NOT NULL AND validation_id IS NULL)",
            name="has_one_subject",
        ),
        CheckConstraint("severity IN ('critical', 'warning', 'info')", name="severity_is_known"),
        CheckConstraint("direction IN ('at_least', 'at_most')", name="direction_is_known"),
        CheckConstraint(
            "limit_origin IN ('spec', 'noise_floor', 'exact', 'certificate')", name="limit_origin_is_known"
        ),
        {"comment": "Every number a check found, with limit, interval, sample size and sentence."},
    )

    check_id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    subject_kind: Mapped[str]
    validation_id: Mapped[Ref | None] = mapped_column(ForeignKey("headwater.validations.validation_id"))
    generator_id: Mapped[Ref | None] = mapped_column(ForeignKey("headwater.generators.generator_id"))
    position: Mapped[int] = mapped_column(comment="Its place in the battery, from 0.")
    name: Mapped[str]
    severity: Mapped[str]
    value: Mapped[float | None]
    limit_value: Mapped[float | None]
    direction: Mapped[str]
    limit_origin: Mapped[str]
    interval_low: Mapped[float | None]
    interval_high: Mapped[float | None]
    n: Mapped[int] = mapped_column(comment="Rows of the smaller side that the value rests on.")
    passed: Mapped[bool]
    sentence: Mapped[str]
    detail: Mapped[Document]
    error: Mapped[str | None]
    family: Mapped[str] = mapped_column(comment="The question it belongs to; empty for a rule of the table.")
    noise: Mapped[float | None] = mapped_column(comment="What honest real rows show on average.")
    effect: Mapped[float | None] = mapped_column(comment="Standard deviations beyond noise, in the bad direction.")
    ratio: Mapped[float | None] = mapped_column(comment="Part of the way from noise to the limit; 1 is the limit.")
    detection_limit: Mapped[float | None] = mapped_column(comment="Smallest lost share of rows it would have seen.")
