"""Tables of real rows at one moment: snapshots, their profiles, and what was found among them that is not real."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from headwater.ledger.models.base import Base, Document, Key, Moment, Ref


class SnapshotRow(Base):
    """Real rows at one moment, by hash and key; the rows themselves lie in the store."""

    __tablename__ = "snapshots"
    __table_args__ = (
        UniqueConstraint("dataset", "snapshot_id"),
        Index(None, "dataset", "taken_at"),
        CheckConstraint("train_rows >= 0 AND anchor_rows >= 0 AND rows = train_rows + anchor_rows", name="rows_add_up"),
        CheckConstraint("depth >= 0", name="depth_is_not_negative"),
        CheckConstraint("depth_max >= depth", name="deepest_is_at_least_the_mean"),
        CheckConstraint("real_share BETWEEN 0 AND 1", name="real_share_is_a_share"),
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
    depth: Mapped[float] = mapped_column(comment="Mean generations since real rows; 0 where all rows are real.")
    depth_max: Mapped[float] = mapped_column(comment="Generations of its deepest row.")
    real_share: Mapped[float] = mapped_column(comment="Estimated share of real rows, after leaked ones were left out.")
    taken_at: Mapped[Moment] = mapped_column(comment="When these rows were last found in the source.")


class ContaminationScanRow(Base):
    """One search of a source for rows that Headwater made."""

    __tablename__ = "contamination_scans"
    __table_args__ = (
        ForeignKeyConstraint(
            ["dataset", "snapshot_id"], ["headwater.snapshots.dataset", "headwater.snapshots.snapshot_id"]
        ),
        Index(None, "dataset", "scanned_at"),
        CheckConstraint("named_rows BETWEEN 0 AND rows AND scanned_rows BETWEEN 0 AND rows", name="counts_fit"),
        CheckConstraint("leaked_rows >= 0", name="leaked_is_not_negative"),
        CheckConstraint("real_share BETWEEN 0 AND 1", name="real_share_is_a_share"),
        CheckConstraint("depth >= 0 AND depth_max >= depth", name="depths_fit"),
        {"comment": "Searches of a source for rows that Headwater made itself: how many, how they had been changed."},
    )

    scan_id: Mapped[Key]
    dataset: Mapped[str] = mapped_column(ForeignKey("headwater.datasets.name"))
    snapshot_id: Mapped[Ref | None] = mapped_column(index=True, comment="What was kept; none where the run stopped.")
    run_id: Mapped[str]
    rows: Mapped[int] = mapped_column(comment="Rows read from the source.")
    scanned_rows: Mapped[int] = mapped_column(comment="Of these, rows that the snapshot before did not have.")
    batch_count: Mapped[int] = mapped_column(comment="Released batches they were compared with.")
    named_rows: Mapped[int] = mapped_column(comment="Rows told apart one by one, and left out of the snapshot.")
    leaked_rows: Mapped[float] = mapped_column(comment="Estimated rows that came back, those not named included.")
    depth: Mapped[float] = mapped_column(comment="Mean depth of the source as it was read.")
    depth_max: Mapped[float]
    real_share: Mapped[float] = mapped_column(comment="Of the source as it was read.")
    sentence: Mapped[str]
    findings: Mapped[Document] = mapped_column(comment="By way of coming back; and rows by batch.")
    scanned_at: Mapped[Moment]


class ProfileRow(Base):
    """Facts of a snapshot."""

    __tablename__ = "profiles"
    __table_args__ = ({"comment": "Facts of a snapshot's rows."},)

    snapshot_id: Mapped[Key] = mapped_column(ForeignKey("headwater.snapshots.snapshot_id"))
    facts: Mapped[Document]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
