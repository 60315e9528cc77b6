"""Indexes for the Data Docs index: validations newest first, and failed checks by name."""

from __future__ import annotations

from alembic import op

revision = "v0007"
down_revision = "v0006"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_validations_finished_at_validation_id": "headwater.validations (finished_at, validation_id)",
    "ix_checks_failed": "headwater.checks (name, validation_id) WHERE NOT passed AND validation_id IS NOT NULL",
}


def upgrade() -> None:
    """Make the indexes."""
    for name, what in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {what}")


def downgrade() -> None:
    """Drop them again."""
    for name in reversed(INDEXES):
        op.execute(f"DROP INDEX headwater.{name}")
