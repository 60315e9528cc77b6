"""Tables of the watch: what its charts said, and its alarms."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from headwater.ledger.models.base import Base, Key, Moment, Ref

_CHART_IS_KNOWN = "chart IN ('nights', 'generations', 'union')"


class WatchPointRow(Base):
    """One look of one chart at one statistic."""

    __tablename__ = "watch_points"
    __table_args__ = (
        ForeignKeyConstraint(
            ["dataset", "generator_id"], ["headwater.generators.dataset", "headwater.generators.generator_id"]
        ),
        Index(None, "dataset", "chart", "name", "seen_at"),
        CheckConstraint(_CHART_IS_KNOWN, name="chart_is_known"),
        CheckConstraint("size >= 0", name="size_is_not_negative"),
        {"comment": "What the watch's charts said of each statistic, look by look."},
    )

    dataset: Mapped[str] = mapped_column(primary_key=True)
    chart: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), primary_key=True, comment="The newest batch; of generations the newest champion."
    )
    generator_id: Mapped[Ref]
    score: Mapped[float]
    limit_value: Mapped[float]
    since: Mapped[date | None] = mapped_column(comment="From this day on the figures are worse.")
    shift: Mapped[float | None] = mapped_column(comment="By so many standard deviations.")
    size: Mapped[int] = mapped_column(comment="Nights or generations that were looked at.")
    sentence: Mapped[str]
    seen_at: Mapped[Moment]


class AlarmRow(Base):
    """One alarm."""

    __tablename__ = "alarms"
    __table_args__ = (
        ForeignKeyConstraint(
            ["dataset", "generator_id"], ["headwater.generators.dataset", "headwater.generators.generator_id"]
        ),
        Index("uq_alarms_open", "dataset", "chart", "name", unique=True, postgresql_where=text("closed_at IS NULL")),
        CheckConstraint(_CHART_IS_KNOWN, name="chart_is_known"),
        CheckConstraint("closed_at >= raised_at", name="is_not_closed_before_it_is_raised"),
        CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (reason IS NULL)",
            name="closed_by_somebody_for_a_reason",
        ),
        {"comment": "Alarms of the watch; one open alarm a dataset, chart and statistic."},
    )

    alarm_id: Mapped[Key]
    dataset: Mapped[str] = mapped_column(ForeignKey("headwater.datasets.name"), index=True)
    chart: Mapped[str]
    name: Mapped[str]
    subject_id: Mapped[Ref] = mapped_column(comment="The batch or generator that was looked at.")
    generator_id: Mapped[Ref] = mapped_column(comment="The champion of that time.")
    since: Mapped[date | None] = mapped_column(comment="From this day on the figures are worse.")
    score: Mapped[float]
    limit_value: Mapped[float]
    sentence: Mapped[str]
    run_id: Mapped[str]
    raised_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]
    closed_by: Mapped[str | None]
    reason: Mapped[str | None] = mapped_column(comment="Why it was closed.")
