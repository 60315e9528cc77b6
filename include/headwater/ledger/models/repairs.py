"""Table of attempts to mend a night."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from headwater.ledger.models.base import Base, Document, Key, Moment, Ref


class RepairRow(Base):
    """One attempt."""

    __tablename__ = "repairs"
    __table_args__ = (
        UniqueConstraint("dataset", "batch_date", "look"),
        UniqueConstraint("repaired_batch_id"),
        CheckConstraint("step IN ('reweigh', 'top_up', 'previous_champion')", name="step_is_known"),
        CheckConstraint("look >= 2", name="look_follows_the_first"),
        CheckConstraint("touched_rows BETWEEN 0 AND rows", name="touched_rows_are_of_the_batch"),
        {"comment": "Attempts to mend a batch that missed modes, counted by dataset and date."},
    )

    repair_id: Mapped[Key]
    dataset: Mapped[str] = mapped_column(ForeignKey("headwater.datasets.name"))
    batch_date: Mapped[date]
    batch_id: Mapped[Ref] = mapped_column(
        ForeignKey("headwater.batches.batch_id"), index=True, comment="The batch that failed."
    )
    repaired_batch_id: Mapped[Ref] = mapped_column(
        ForeignKey("headwater.batches.batch_id"), comment="What was made of it; its verdict is the attempt's."
    )
    step: Mapped[str]
    look: Mapped[int] = mapped_column(comment="Judgements of the night, this one included: limits narrow with it.")
    rows: Mapped[int]
    touched_rows: Mapped[int] = mapped_column(comment="Rows exchanged; all, where a previous champion made the batch.")
    before: Mapped[Document] = mapped_column(comment="How the failed batch stood to the frozen profile.")
    after: Mapped[Document] = mapped_column(comment="How the repaired one does.")
    run_id: Mapped[str]
    made_at: Mapped[Moment]
