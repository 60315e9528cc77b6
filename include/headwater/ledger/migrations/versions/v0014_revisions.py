"""Revisions of a night: every batch that readers ever had of a date, numbered (batch_revisions)."""

from __future__ import annotations

from alembic import op

revision = "v0014"
down_revision = "v0013"
branch_labels = None
depends_on = None

VIEW = """
    CREATE VIEW headwater.batch_revisions AS
    SELECT b.dataset, b.batch_date,
        row_number() OVER (PARTITION BY b.dataset, b.batch_date ORDER BY r.released_at, b.batch_id) AS revision,
        b.batch_id, b.status, b.status = 'released' AS is_current,
        b.generator_id, b.spec_sha256, b.seed, b.rows, b.content_hash,
        r.released_at AS first_released_at, b.released_at AS last_released_at,
        s.decided_at AS superseded_at, s.detail ->> 'by' AS superseded_by, s.reason AS superseded_for
    FROM headwater.batches b
    CROSS JOIN LATERAL (
        SELECT least(min(d.decided_at), b.released_at) AS released_at FROM headwater.decisions d
        WHERE d.subject_id = b.batch_id::text AND d.kind = 'release'
    ) r
    LEFT JOIN LATERAL (
        SELECT d.decided_at, d.detail, d.reason FROM headwater.decisions d
        WHERE d.subject_id = b.batch_id::text AND d.kind = 'supersede' AND b.status <> 'released'
        ORDER BY d.decided_at DESC LIMIT 1
    ) s ON true
    WHERE b.released_at IS NOT NULL
"""
COMMENT = "Every batch that readers ever had of a date, numbered within dataset and date in the order of first release."


def upgrade() -> None:
    """Make the view."""
    op.execute(VIEW)
    op.execute(f"COMMENT ON VIEW headwater.batch_revisions IS '{COMMENT}'")


def downgrade() -> None:
    """Drop it; what it counts stays. Rows of former revisions stay readable in ``synthetic_former``."""
    op.execute("DROP VIEW headwater.batch_revisions")
