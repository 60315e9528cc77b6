"""An index for the generator page: a dataset's retraining runs, the newest first."""

from __future__ import annotations

from alembic import op

revision = "v0016"
down_revision = "v0015"
branch_labels = None
depends_on = None

NAME = "ix_training_runs_dataset_started_at"


def upgrade() -> None:
    """Make the index."""
    op.execute(f"CREATE INDEX {NAME} ON headwater.training_runs (dataset, started_at)")


def downgrade() -> None:
    """Drop it again."""
    op.execute(f"DROP INDEX headwater.{NAME}")
