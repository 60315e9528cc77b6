"""Tables of what led to what and who decided: lineage edges and decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from headwater.ledger.models.base import Base, Key, Moment

KINDS = ("source", "snapshot", "generator", "batch", "validation", "reader")
_KINDS = ", ".join(f"'{kind}'" for kind in KINDS)


class LineageEdgeRow(Base):
    """One step on the way from a source to a reader."""

    __tablename__ = "lineage_edges"
    __table_args__ = (
        CheckConstraint(f"from_kind IN ({_KINDS}) AND to_kind IN ({_KINDS})", name="kinds_are_known"),
        Index(None, "to_kind", "to_id"),
        {"comment": "What was made from what: source, snapshot, generator, batch, validation, reader."},
    )

    from_kind: Mapped[str] = mapped_column(primary_key=True)
    from_id: Mapped[str] = mapped_column(primary_key=True)
    to_kind: Mapped[str] = mapped_column(primary_key=True)
    to_id: Mapped[str] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DecisionRow(Base):
    """Who decided what, when and why."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("kind ~ '^[a-z][a-z_]*$'", name="kind_is_a_word"),
        Index(None, "kind", "dataset", "decided_at"),
        {"comment": "Promotions, releases, quarantines, removals: who, when, why."},
    )

    decision_id: Mapped[Key]
    dataset: Mapped[str] = mapped_column(ForeignKey("headwater.datasets.name"), index=True)
    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str] = mapped_column(index=True)
    outcome: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[str]
    decided_at: Mapped[Moment]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
