"""People are told of a candidate that waits for approval. Going back forgets who was: older code knows no such fact."""

from __future__ import annotations

from alembic import op

revision = "v0017"
down_revision = "v0016"
branch_labels = None
depends_on = None

BEFORE = "'quarantined', 'alarm', 'drift', 'champion', 'late'"


def upgrade() -> None:
    """Allow the fact."""
    _allow(f"{BEFORE}, 'approval'")


def downgrade() -> None:
    """Forbid it again."""
    op.execute("DELETE FROM headwater.notices WHERE fact = 'approval'")
    _allow(BEFORE)


def _allow(facts: str) -> None:
    op.execute("ALTER TABLE headwater.notices DROP CONSTRAINT ck_notices_fact_is_known")
    op.execute(f"ALTER TABLE headwater.notices ADD CONSTRAINT ck_notices_fact_is_known CHECK (fact IN ({facts}))")
