"""Tables of real rows at one moment: snapshots and their profiles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from headwater.ledger.models.base import Base, Document, Key, Moment


class SnapshotRow(Base):
    """Real rows at one moment, by hash and key; the rows themselves lie in the store."""

    __tablename__ = "snapshots"
    __table_args__ = (
        UniqueConstraint("dataset", "snapshot_id"),
        Index(None, "dataset", "taken_at"),
        CheckConstraint("train_rows >= 0 AND anchor_rows >= 0 AND rows = train_rows + anchor_rows", name="rows_add_up"),
        CheckConstraint("depth >= 0", name="depth_is_not_negative"),
        {"comment": "Real rows at one moment: hash, shape, and where the training part and the anchor lie."},
    )

    snapshot_id: Mapped[Key]
    dataset: Mapped[str] = mapped_column(ForeignKey("headwater.datasets.name"))
    content_hash: Mapped[str]
    schema: Mapped[Document]
    rows: Mapped[int]
    train_rows: Mapped[int]
    anchor_rows: Mapped[int]
    train_key: Mapped[str]
    train_sha256: Mapped[str]
    anchor_key_path: Mapped[str]
    anchor_sha256: Mapped[str]
    source: Mapped[str] = mapped_column(comment="Where the rows were read, without secrets.")
    depth: Mapped[float] = mapped_column(comment="Synthetic generations among the ancestors; 0 for real rows.")
    taken_at: Mapped[Moment] = mapped_column(comment="When these rows were last found in the source.")


class ProfileRow(Base):
    """Facts of a snapshot."""

    __tablename__ = "profiles"
    __table_args__ = ({"comment": "Facts of a snapshot's rows."},)

    snapshot_id: Mapped[Key] = mapped_column(ForeignKey("headwater.snapshots.snapshot_id"))
    facts: Mapped[Document]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
