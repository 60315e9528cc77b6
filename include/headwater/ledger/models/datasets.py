"""Tables of what is declared: datasets and the versions of their specs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from headwater.ledger.models.base import Base, Document, Key, Moment


class DatasetRow(Base):
    """A declared table of real rows."""

    __tablename__ = "datasets"
    __table_args__ = (
        CheckConstraint("octet_length(anchor_key) = 32", name="anchor_key_is_32_bytes"),
        {"comment": "Declared tables of real rows."},
    )

    dataset_id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    owner: Mapped[str]
    description: Mapped[str]
    anchor_key: Mapped[bytes] = mapped_column(
        comment=(
            "Secret made at first registration; decides which real rows are in the anchor, until a person renews it."
        )
    )
    registered_at: Mapped[Moment] = mapped_column(server_default=func.now())


class SpecVersionRow(Base):
    """One version of a dataset's YAML."""

    __tablename__ = "spec_versions"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_hex"),
        {"comment": "Every version of every dataset's YAML that a run worked with."},
    )

    dataset: Mapped[str] = mapped_column(ForeignKey("headwater.datasets.name"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True, index=True)
    spec: Mapped[Document] = mapped_column(comment="json, not jsonb: the order of the columns is kept.")
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
