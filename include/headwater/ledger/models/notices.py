"""Table of notices: which receiver was told of which fact."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from headwater.ledger.models.base import Base, Moment


class NoticeRow(Base):
    """One fact to one receiver."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint(
            "fact IN ('quarantined', 'alarm', 'drift', 'champion', 'late', 'approval')", name="fact_is_known"
        ),
        CheckConstraint("outcome IN ('sent', 'failed', 'unknown')", name="outcome_is_known"),
        CheckConstraint("attempts >= 1", name="attempts_are_counted"),
        CheckConstraint("(outcome = 'sent') = (sent_at IS NOT NULL)", name="sent_at_a_moment"),
        CheckConstraint("(outcome = 'sent') = (error IS NULL)", name="not_sent_for_a_reason"),
        {"comment": "Who was told of what; one row a fact and receiver, so that nobody is told twice."},
    )

    dataset: Mapped[str] = mapped_column(ForeignKey("headwater.datasets.name"), primary_key=True)
    fact: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(
        primary_key=True, comment="Batch, alarm, snapshot and generator, decision, or the day that is late."
    )
    receiver: Mapped[str] = mapped_column(primary_key=True, comment="Its kind, its connection, channel or addresses.")
    outcome: Mapped[str] = mapped_column(comment="Only 'failed' is tried again: else somebody could be told twice.")
    attempts: Mapped[int]
    error: Mapped[str | None] = mapped_column(comment="Why it was not sent; no secret of a connection.")
    run_id: Mapped[str]
    tried_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
