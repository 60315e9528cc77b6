"""An index for what waits for a person: the overview asks for decisions of a few kinds among hundreds of thousands."""

from __future__ import annotations

from alembic import op

revision = "v0018"
down_revision = "v0017"
branch_labels = None
depends_on = None

INDEX = "ix_decisions_kind_dataset_decided_at"


def upgrade() -> None:
    """Make the index."""
    op.execute(f"CREATE INDEX {INDEX} ON headwater.decisions (kind, dataset, decided_at)")


def downgrade() -> None:
    """Drop it again."""
    op.execute(f"DROP INDEX headwater.{INDEX}")
