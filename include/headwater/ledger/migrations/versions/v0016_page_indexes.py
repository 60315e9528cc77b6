"""Indexes for the generator and collapse pages: retrainings newest first, last looks of each figure of the watch."""

from __future__ import annotations

from alembic import op

revision = "v0016"
down_revision = "v0015"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_training_runs_dataset_started_at": "headwater.training_runs (dataset, started_at)",
    "ix_watch_points_dataset_chart_name_seen_at": "headwater.watch_points (dataset, chart, name, seen_at)",
}


def upgrade() -> None:
    """Make the indexes."""
    for name, what in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {what}")


def downgrade() -> None:
    """Drop them again."""
    for name in reversed(INDEXES):
        op.execute(f"DROP INDEX headwater.{name}")
