"""The table of baselines: what honest rows showed, drawn once and held against every batch."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from headwater.ledger.models.base import Base, Key, Moment, Ref


class BaselineRow(Base):
    """A null that was drawn: the noise floor of a snapshot, or the certificate of a generator."""

    __tablename__ = "baselines"
    __table_args__ = (
        CheckConstraint("kind IN ('noise_floor', 'certificate')", name="kind_is_known"),
        CheckConstraint("(kind = 'certificate') = (generator_id IS NOT NULL)", name="certificate_has_a_generator"),
        CheckConstraint("n > 0 AND draws > 0", name="counts_are_positive"),
        {"comment": "Nulls drawn from honest rows: noise floors of snapshots, certificates of generators."},
    )

    baseline_id: Mapped[Key]
    kind: Mapped[str]
    snapshot_id: Mapped[Ref] = mapped_column(ForeignKey("headwater.snapshots.snapshot_id"), index=True)
    generator_id: Mapped[Ref | None] = mapped_column(ForeignKey("headwater.generators.generator_id"), index=True)
    n: Mapped[int] = mapped_column(comment="Rows of each drawn sample.")
    draws: Mapped[int]
    key: Mapped[str] = mapped_column(comment="Where it lies in the store.")
    sha256: Mapped[str]
    drawn_at: Mapped[Moment]
